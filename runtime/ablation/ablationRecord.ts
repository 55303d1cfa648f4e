import type { MetricValues } from "../ranking/metrics.js";
import type { Point } from "../tuning/searchSpace.js";

/** One line of runs.jsonl: a variant trained with one seed. */
export interface AblationRecord {
  /** Name of the variant's folder. */
  readonly variant: string;
  readonly seed: number;
  /** What is not the model's default. */
  readonly hyperparameters: Point;
  /** Identity of what was computed, the manifest's `computation`. */
  readonly computation: string;
  /** A run diverged if its loss or its vectors became infinite or not a number; it then has no metrics. */
  readonly status: "finished" | "diverged";
  /** Epochs trained; null where vectors that are not finite ended the run. */
  readonly epochs: number | null;
  /** 0-based. */
  readonly bestEpoch: number | null;
  /** Of the best epoch on the test split. */
  readonly test: MetricValues | null;
  /** Why it diverged. */
  readonly problem: string | null;
  /** Of this process. */
  readonly seconds: number;
}
