import type { EpochRecord } from "./checkpoint.js";
import type { PartSeconds } from "./epochClock.js";

/**
 * One line of metrics.jsonl: an epoch as a flat object of numbers, so that any tool that reads JSON lines can plot it.
 *
 * | key                               | value                                                                      |
 * | --------------------------------- | -------------------------------------------------------------------------- |
 * | `epoch`                           | number of the epoch, from 0                                                |
 * | `time`                            | when it ended, seconds since 1970                                          |
 * | `loss/<phase>/<name>`             | mean over the epoch's batches                                              |
 * | `learning_rate/<phase>`           | the epoch's learning rate                                                  |
 * | `valid/<metric>` (`test/…`)       | metrics on the split that selects the model, in epochs that were evaluated |
 * | `seconds`                         | training, with the buffers that it refreshes                               |
 * | `seconds/training/<phase>`        | steps of a phase                                                           |
 * | `seconds/buffers`                 | making the buffers that were refreshed                                     |
 * | `seconds/evaluation`              | ranking the split                                                          |
 * | `seconds/checkpoints`             | writing checkpoints since the line before                                  |
 *
 * Keys without a value are left out. A resumed run drops the lines of epochs that it trains again.
 */
export type MetricsLine = Readonly<Record<string, number>> & { readonly epoch: number };

export interface EpochCourse {
  readonly record: EpochRecord;
  /** Where the metrics come from. */
  readonly split: "valid" | "test";
  /** Seconds since 1970. */
  readonly time: number;
  /** Seconds of training. */
  readonly seconds: number;
  readonly parts: PartSeconds;
}

/** An object's entries with keys below `path`. */
function below(path: string, values: Readonly<Record<string, number>> = {}): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${path}/${key}`, value]));
}

export function metricsLine({ record, split, time, seconds, parts }: EpochCourse): MetricsLine {
  const losses = Object.entries(record.losses).map(([phase, terms]) => below(`loss/${phase}`, terms));
  return {
    epoch: record.epoch,
    time,
    ...(Object.assign({}, ...losses) as Record<string, number>),
    ...below("learning_rate", record.learningRates),
    ...below(split, record.metrics),
    seconds,
    ...below("seconds", parts),
  };
}

/** @returns null for what is no whole line, as the last one of a run that was killed may be */
export function parseMetricsLine(text: string): MetricsLine | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null || !("epoch" in parsed)) return null;
  const numbers = Object.entries(parsed).filter((entry): entry is [string, number] =>
    Number.isFinite(entry[1]),
  );
  const line = Object.fromEntries(numbers);
  return line["epoch"] === undefined ? null : { ...line, epoch: line["epoch"] };
}
