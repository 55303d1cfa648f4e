/** Runs that cannot be compared, or of which something is missing. */
export class ComparisonError extends Error {
  override readonly name = "ComparisonError";

  /**
   * @param subject run folder, group or metric
   * @param problem what is wrong, without a final full stop
   * @param fix what to do about it, a sentence
   */
  constructor(
    readonly subject: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${subject}: ${problem}. ${fix}`);
  }
}
