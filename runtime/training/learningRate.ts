import type { LearningRateEntry } from "../artifacts/manifest.js";

/**
 * Learning rate of an epoch: `base` · factor(epoch) · warm-up(epoch).
 *
 * The schedule's factor is taken at the start of the epoch: `rate^(epoch / every)` for "exponential" (MMRec's
 * `c0^(epoch / c1)`), `floor + (1 - floor) · (1 + cos(π · epoch / epochs)) / 2` for "cosine", which therefore starts
 * at 1 and would reach `floor` after the last epoch. During the first `warmup` epochs the rate is further multiplied
 * by `(epoch + 1) / (warmup + 1)`: a straight line from 0 before the first epoch to 1 after the warm-up, so that no
 * epoch is spent at rate 0.
 *
 * @param epoch 0-based
 * @param epochs planned number of epochs; only "cosine" depends on it
 */
export function learningRate(entry: LearningRateEntry, epoch: number, epochs: number): number {
  const warmed = epoch < entry.warmup ? (epoch + 1) / (entry.warmup + 1) : 1;
  return entry.base * scheduleFactor(entry.schedule, epoch, epochs) * warmed;
}

/** Whether the rates of the first epochs change when more epochs are planned. */
export function dependsOnEpochs(entry: LearningRateEntry): boolean {
  return entry.schedule.kind === "cosine";
}

function scheduleFactor(schedule: LearningRateEntry["schedule"], epoch: number, epochs: number): number {
  switch (schedule.kind) {
    case "constant":
      return 1;
    case "exponential":
      return schedule.rate ** (epoch / schedule.every);
    case "cosine": {
      const half = (1 + Math.cos((Math.PI * Math.min(epoch, epochs)) / epochs)) / 2;
      return schedule.floor + (1 - schedule.floor) * half;
    }
  }
}
