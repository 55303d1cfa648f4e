/** A module of the user's that does not hold a model, or whose model fails. */
export class ModelFileError extends Error {
  override readonly name = "ModelFileError";

  /**
   * @param file as the user gave it
   * @param problem what was expected there and what was found, without a final full stop; or lines, the last one ended
   * @param fix what to do about it, a sentence
   */
  constructor(
    readonly file: string,
    readonly problem: string,
    readonly fix: string,
    options?: ErrorOptions,
  ) {
    super(`${file}: ${problem}${problem.endsWith("\n") ? "" : ". "}${fix}`, options);
  }
}
