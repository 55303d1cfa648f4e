/** Settings of an import or a split that do not go together, or not with the source. */
export class ImportSettingError extends Error {
  override readonly name = "ImportSettingError";

  /**
   * @param problem without a final full stop
   * @param fix without a final full stop
   */
  constructor(
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${problem}. ${fix}.`);
  }
}
