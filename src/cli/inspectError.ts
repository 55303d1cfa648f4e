/** Something that `mmkit inspect` cannot show. */
export class InspectError extends Error {
  override readonly name = "InspectError";

  /**
   * @param problem what was expected and what was found, without a final full stop
   * @param fix what to give instead, a sentence
   */
  constructor(
    readonly path: string,
    readonly problem: string,
    readonly fix: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${problem}. ${fix}`, options);
  }
}
