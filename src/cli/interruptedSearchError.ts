/** A search, or another study of many runs, was stopped by Ctrl-C. */
export class InterruptedSearchError extends Error {
  override readonly name = "InterruptedSearchError";

  /**
   * @param what `search` for instance
   * @param ended how much is complete, such as `3 trials`
   * @param resume the command line that continues
   */
  constructor(
    readonly what: string,
    readonly folder: string,
    readonly ended: string,
    readonly resume: string,
  ) {
    super(
      `the ${what} was interrupted after ${ended}; those and the complete epochs of the others are ` +
        `saved in ${folder}. Continue with:\n  ${resume}`,
    );
  }
}
