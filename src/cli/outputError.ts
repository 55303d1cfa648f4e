/** A file or folder that a command would have to overwrite. */
export class OutputError extends Error {
  override readonly name = "OutputError";

  /**
   * @param problem what is in the way, without a final full stop
   * @param fix what to do about it, a sentence
   */
  constructor(
    readonly path: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${path}: ${problem}. ${fix}`);
  }
}
