import type { BeyondAccuracy } from "../ranking/beyondAccuracy.js";
import type { RankingReport } from "../ranking/evaluateRanking.js";
import type { GroupReport } from "../ranking/groups.js";
import type { MetricValues } from "../ranking/metrics.js";
import type { PartSeconds } from "./epochClock.js";

/** Metrics of one split as results.json holds them. */
export interface ReportedMetrics {
  readonly metrics: MetricValues;
  /** The same to 4 decimals, as papers print them. */
  readonly rounded: Readonly<Record<string, string>>;
  readonly beyondAccuracy: BeyondAccuracy;
  /** Groups of users and of items that have somebody to evaluate. */
  readonly groups: readonly GroupReport[];
  readonly users: number;
  readonly targets: number;
  readonly skipped: RankingReport["skipped"];
}

export function reportedMetrics(report: RankingReport): ReportedMetrics {
  const { metrics, beyondAccuracy, groups, users, targets, skipped } = report;
  const rounded: Record<string, string> = {};
  for (const [key, value] of Object.entries(metrics)) rounded[key] = value.toFixed(4);
  return { metrics, rounded, beyondAccuracy, groups, users, targets, skipped };
}

/** Why training ended. */
export type StopReason =
  /** All epochs were trained. */
  | "completed"
  /** The monitored metric did not improve for more evaluations than the patience. */
  | "earlyStopping";

/** results.json. */
export interface TrainingResults {
  readonly model: string;
  readonly hyperparameters: unknown;
  readonly manifestSha256: string;
  readonly dataset: {
    readonly name: string;
    readonly checksum: string;
    readonly users: number;
    readonly items: number;
    readonly counts: Readonly<Record<"train" | "valid" | "test", number>>;
    readonly itemsWithoutTraining: number;
  };
  readonly seed: number;
  readonly device: string;
  readonly stopReason: StopReason;
  readonly epochs: number;
  /** 0-based epoch whose parameters are reported; the last one if nothing was evaluated during training. */
  readonly bestEpoch: number;
  readonly monitor: string;
  /** The split that chose the best epoch; null if none did. */
  readonly selectedOn: "valid" | "test" | null;
  /** True if the reported test metrics were also used to choose the epoch, which makes them optimistic. */
  readonly selectionUsedTest: boolean;
  /** The best epoch on the validation split, null without one. */
  readonly valid: ReportedMetrics | null;
  /** The best epoch on the test split, null without one. */
  readonly test: ReportedMetrics | null;
  /** Test targets that have no training interactions, ranked among all items; null if there are none. */
  readonly coldTest: GroupReport | null;
  /** What recommending the most popular items achieves on the same test split. */
  readonly popularityTest: ReportedMetrics | null;
  readonly timing: {
    /** Mean seconds per epoch of this process, without evaluation; null if it trained none. */
    readonly secondsPerEpoch: number | null;
    readonly evaluationSeconds: number;
    /** What the time of this process went into. */
    readonly parts: PartSeconds;
  };
}
