import { counted } from "./counted.js";

/** Training was stopped by Ctrl-C. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";

  /**
   * @param epochs complete epochs, which are saved; null if nothing was changed yet
   * @param resume the command line that continues
   */
  constructor(
    readonly run: string,
    readonly epochs: number | null,
    readonly resume: string,
  ) {
    super(
      epochs === null
        ? `training was interrupted before it began; nothing was changed in ${run}.`
        : `training was interrupted after ${counted(epochs, "complete epoch")}, saved in ${run}. ` +
            `Continue with:\n  ${resume}`,
    );
  }
}
