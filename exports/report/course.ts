import type { MetricsLine } from "../../runtime/training/metricsLine.js";

/** A number that changes with the epochs. */
export interface Series {
  /** Its key in metrics.jsonl without the first part: `main/total`, `Recall@20`, `training/main`. */
  readonly name: string;
  /** One per epoch of the course, null where it was not measured. */
  readonly values: readonly (number | null)[];
}

/** How a run went, epoch by epoch. */
export interface Course {
  /** Epochs from 0, ascending. */
  readonly epochs: readonly number[];
  readonly losses: readonly Series[];
  readonly learningRates: readonly Series[];
  /** Metrics on the split that selects the model. */
  readonly metrics: readonly Series[];
  readonly split: "valid" | "test";
  /** Seconds by part of an epoch. */
  readonly seconds: readonly Series[];
}

/** The keys below a first part, in the order of their first appearance. */
function seriesBelow(lines: readonly MetricsLine[], first: string): Series[] {
  const keys = new Set(lines.flatMap((line) => Object.keys(line)));
  return [...keys]
    .filter((key) => key.startsWith(`${first}/`))
    .map((key) => ({ name: key.slice(first.length + 1), values: lines.map((line) => line[key] ?? null) }));
}

/** @param split where the run's metrics come from */
export function courseOf(lines: readonly MetricsLine[], split: "valid" | "test"): Course {
  const sorted = [...lines].sort((left, right) => left.epoch - right.epoch);
  return {
    epochs: sorted.map(({ epoch }) => epoch),
    losses: seriesBelow(sorted, "loss"),
    learningRates: seriesBelow(sorted, "learning_rate"),
    metrics: seriesBelow(sorted, split),
    split,
    seconds: seriesBelow(sorted, "seconds"),
  };
}

/**
 * Positions of a long course that are drawn: every n-th, the last one, and those that must not be missing.
 *
 * @param most positions wanted, at least 2; a few more may come
 */
export function drawnPositions(count: number, most: number, always: readonly number[] = []): number[] {
  const every = Math.max(1, Math.ceil(count / most));
  const positions = new Set(always.filter((position) => position >= 0 && position < count));
  for (let position = 0; position < count; position += every) positions.add(position);
  if (count > 0) positions.add(count - 1);
  return [...positions].sort((left, right) => left - right);
}
