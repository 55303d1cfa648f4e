/**
 * A loss became infinite or not a number; training stopped before the next step. The message counts epochs and steps
 * from 1, as progress does.
 */
export class NonFiniteLossError extends Error {
  override readonly name = "NonFiniteLossError";

  /**
   * @param epoch 0-based
   * @param step 0-based within the epoch
   * @param losses every loss term of that step, the total first
   */
  constructor(
    readonly phase: string,
    readonly epoch: number,
    readonly step: number,
    readonly losses: Readonly<Record<string, number>>,
  ) {
    const terms = Object.entries(losses).map(([name, value]) => `${name} = ${value}`);
    super(
      `Training stopped in epoch ${epoch + 1}, step ${step + 1} of phase "${phase}": the loss is not finite ` +
        `(${terms.join(", ")}). The checkpoint "last" holds the last good state before this step. ` +
        "Use a smaller learning rate or look at the term that is not finite.",
    );
  }
}
