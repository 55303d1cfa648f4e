/** A command line that cannot be carried out as written; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  /**
   * @param problem what was given and what was expected, without a final full stop
   * @param fix what to write instead or where to look, a sentence
   */
  constructor(
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${problem}. ${fix}`);
  }
}
