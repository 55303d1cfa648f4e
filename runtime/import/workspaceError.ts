/** The database behind an import failed for a reason that no line of the source explains. */
export class WorkspaceError extends Error {
  override readonly name = "WorkspaceError";

  /**
   * @param problem without a final full stop
   * @param fix what to do about it, without a final full stop
   */
  constructor(
    readonly problem: string,
    readonly fix: string,
    cause?: Error,
  ) {
    super(`${problem}. ${fix}.`, cause === undefined ? undefined : { cause });
  }
}
