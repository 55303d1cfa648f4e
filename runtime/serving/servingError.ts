/** A request that a recommender cannot answer. */
export class ServingError extends Error {
  override readonly name = "ServingError";

  constructor(
    readonly argument: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${argument}: ${problem}. ${fix}`);
  }
}
