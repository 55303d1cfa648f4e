import type { MetricKey } from "../ranking/metrics.js";
import type { Point } from "./searchSpace.js";

/** One line of trials.jsonl. */
export interface TrialRecord {
  /** From 1. */
  readonly trial: number;
  /** The searched hyper-parameters. */
  readonly hyperparameters: Point;
  /** A trial diverged if its loss or its vectors became infinite or not a number; it then has no score. */
  readonly status: "finished" | "diverged";
  /** The monitored metric of the best epoch on validation. */
  readonly score: number | null;
  /** 0-based. */
  readonly bestEpoch: number | null;
  /** Epochs trained; null where vectors that are not finite ended the trial. */
  readonly epochs: number | null;
  /** All metrics of the best epoch on validation. */
  readonly valid: Readonly<Record<MetricKey, number>> | null;
  /** Why it diverged. */
  readonly problem: string | null;
  /** Of this process. */
  readonly seconds: number;
}

/** Trials from the best to the worst, the earlier first of equals, without those that diverged. */
export function rankedTrials(records: readonly TrialRecord[]): readonly TrialRecord[] {
  return records
    .filter(({ score }) => score !== null)
    .toSorted((left, right) => right.score! - left.score! || left.trial - right.trial);
}
