import type { BatchEntry, BatchSource } from "../artifacts/manifest.js";
import { hostTensor, type HostTensor } from "./hostTensor.js";
import type { EpochSample } from "./sampler.js";
import { SamplerError } from "./samplerError.js";

/** Steps of one batch size, to be fed stacked. */
export interface StepRange {
  readonly first: number;
  readonly count: number;
  readonly batchSize: number;
}

/**
 * Cuts an epoch from a step on into ranges of at most `most` steps of one batch size each; a short last batch is a
 * range of its own.
 *
 * @throws SamplerError unless `most` is an integer of at least 1
 */
export function stepRanges(sample: EpochSample, most: number, from = 0): readonly StepRange[] {
  if (!Number.isInteger(most) || most < 1) {
    throw new SamplerError(`${most} steps cannot be stacked`, "Stack at least 1");
  }
  const full = Math.floor(sample.users.length / sample.batchSize);
  const ranges: StepRange[] = [];
  for (let first = from; first < full; first += most) {
    ranges.push({ first, count: Math.min(most, full - first), batchSize: sample.batchSize });
  }
  const rest = sample.users.length - full * sample.batchSize;
  if (rest > 0 && from <= full) ranges.push({ first: full, count: 1, batchSize: rest });
  return ranges;
}

/**
 * The distinct ids of each batch in order of first appearance, padded with id 0, and their weights: 1 / (number of
 * distinct ids), 0 for the padding.
 */
function distinct(
  ids: Int32Array,
  count: number,
  batchSize: number,
): { ids: Int32Array; weights: Float32Array } {
  const unique = new Int32Array(ids.length);
  const weights = new Float32Array(ids.length);
  const seenIn = new Int32Array(ids.reduce((most, id) => Math.max(most, id), -1) + 1).fill(-1);
  for (let step = 0; step < count; step++) {
    const start = step * batchSize;
    let end = start;
    for (let index = start; index < start + batchSize; index++) {
      const id = ids[index]!;
      if (seenIn[id] === step) continue;
      seenIn[id] = step;
      unique[end++] = id;
    }
    weights.fill(1 / (end - start), start, end);
  }
  return { ids: unique, weights };
}

/**
 * The batch inputs of a range of steps, stacked: every tensor is [count, batchSize], ids int32 and weights float32.
 *
 * @throws SamplerError if the range is not within the epoch or mixes batch sizes
 */
export function batchFeeds(
  sample: EpochSample,
  entries: readonly BatchEntry[],
  range: StepRange,
): ReadonlyMap<string, HostTensor> {
  const { first, count, batchSize } = range;
  const start = first * sample.batchSize;
  const end = start + count * batchSize;
  const isShortLast = count === 1 && end === sample.users.length && batchSize <= sample.batchSize;
  const isValid = first >= 0 && count >= 1 && (batchSize === sample.batchSize || isShortLast);
  if (!isValid || end > sample.users.length) {
    throw new SamplerError(
      `steps ${first} to ${first + count - 1} of batch size ${batchSize} are not in an epoch of ${sample.steps} steps ` +
        `with ${sample.users.length} triples in batches of ${sample.batchSize}`,
      "Take the ranges from stepRanges",
    );
  }
  const dims = [count, batchSize];
  const users = sample.users.subarray(start, end);
  const positives = sample.positives.subarray(start, end);
  const ids = (data: Int32Array): HostTensor => hostTensor("int32", dims, data);
  const weights = (data: Float32Array): HostTensor => hostTensor("float32", dims, data);
  const fill: Record<BatchSource, () => HostTensor> = {
    user: () => ids(users.slice()),
    positive: () => ids(positives.slice()),
    negative: () => ids(sample.negatives.slice(start, end)),
    uniquePositive: () => ids(distinct(positives, count, batchSize).ids),
    uniquePositiveWeight: () => weights(distinct(positives, count, batchSize).weights),
    uniqueUser: () => ids(distinct(users, count, batchSize).ids),
    uniqueUserWeight: () => weights(distinct(users, count, batchSize).weights),
  };
  return new Map(entries.map(({ name, source }) => [name, fill[source]()]));
}
