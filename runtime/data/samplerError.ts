/** Data that the sampler cannot draw from as asked. */
export class SamplerError extends Error {
  override readonly name = "SamplerError";
  readonly problem: string;
  readonly fix: string;

  constructor(problem: string, fix: string) {
    super(`${problem}. ${fix}.`);
    this.problem = problem;
    this.fix = fix;
  }
}
