/** An artifact folder, or a file of one, that cannot be used. */
export class ArtifactError extends Error {
  override readonly name = "ArtifactError";

  /**
   * @param file the file or folder at fault
   * @param problem what was expected there and what was found, without a final full stop
   * @param fix what to do about it, a sentence
   */
  constructor(
    readonly file: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${file}: ${problem}. ${fix}`);
  }
}
