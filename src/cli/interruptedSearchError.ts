import { counted } from "./counted.js";

/** A search was stopped by Ctrl-C. */
export class InterruptedSearchError extends Error {
  override readonly name = "InterruptedSearchError";

  /**
   * @param trials that have ended
   * @param resume the command line that continues
   */
  constructor(
    readonly folder: string,
    readonly trials: number,
    readonly resume: string,
  ) {
    super(
      `the search was interrupted after ${counted(trials, "trial")}; those and the complete epochs of the others are ` +
        `saved in ${folder}. Continue with:\n  ${resume}`,
    );
  }
}
