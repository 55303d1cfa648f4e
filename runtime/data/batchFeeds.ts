import type { BatchEntry } from "../artifacts/manifest.js";
import { distinctIds, mostDistinct, type DistinctIds } from "./distinctIds.js";
import { hostTensor, type HostTensor } from "./hostTensor.js";
import type { EpochSample, SampledColumn } from "./sampler.js";
import { SamplerError } from "./samplerError.js";
import type { SparseMatrix } from "./sparseMatrix.js";

/** The stacked batch inputs of one run stay below this, bytes. */
export const BATCH_BYTES = 16 * 2 ** 20;

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
  const full = Math.floor(sample.length / sample.batchSize);
  const ranges: StepRange[] = [];
  for (let first = from; first < full; first += most) {
    ranges.push({ first, count: Math.min(most, full - first), batchSize: sample.batchSize });
  }
  const rest = sample.length - full * sample.batchSize;
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

/** The first `width` values of every batch. */
function firstOf<Values extends Int32Array | Float32Array>(
  values: Values,
  count: number,
  width: number,
  made: Values,
): Values {
  const batchSize = values.length / count;
  for (let step = 0; step < count; step++) {
    made.set(values.subarray(step * batchSize, step * batchSize + width), step * width);
  }
  return made;
}

/** Rows of a sparse matrix, dense: float32 [steps, batch, column]. */
function denseRows(ids: Int32Array, dims: readonly number[], matrix: SparseMatrix): HostTensor {
  const { columns, rowStart, columnIds, values } = matrix;
  const data = new Float32Array(ids.length * columns);
  ids.forEach((row, place) => {
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
      data[place * columns + columnIds[entry]!] = values[entry]!;
    }
  });
  return hostTensor("float32", [...dims, columns], data);
}

/**
 * The batch inputs of a range of steps, stacked: ids int32 and weights float32 [count, batchSize], dense rows float32
 * [count, batchSize, column].
 *
 * @param matrix contents of a sparse buffer
 * @throws SamplerError if the range is not within the epoch or mixes batch sizes, or the sampler does not draw what an
 *   input needs
 */
export function batchFeeds(
  sample: EpochSample,
  entries: readonly BatchEntry[],
  range: StepRange,
  matrix: (buffer: string) => SparseMatrix,
): ReadonlyMap<string, HostTensor> {
  const { first, count, batchSize } = range;
  const start = first * sample.batchSize;
  const end = start + count * batchSize;
  const isShortLast = count === 1 && end === sample.length && batchSize <= sample.batchSize;
  const isValid = first >= 0 && count >= 1 && (batchSize === sample.batchSize || isShortLast);
  if (!isValid || end > sample.length) {
    throw new SamplerError(
      `steps ${first} to ${first + count - 1} of batch size ${batchSize} are not in an epoch of ${sample.steps} steps ` +
        `with ${sample.length} places in batches of ${sample.batchSize}`,
      "Take the ranges from stepRanges",
    );
  }
  const dims = [count, batchSize];
  const drawn = (column: SampledColumn): Int32Array => {
    const ids = sample.columns[column];
    if (ids !== undefined) return ids.subarray(start, end);
    throw new SamplerError(
      `the sampler draws ${Object.keys(sample.columns).join(", ")}, but a batch input needs ${column}`,
      "Build the artifacts again",
    );
  };
  /** The most distinct ids of a batch, the same for all ranges of an epoch with this batch size, however it is cut. */
  const width = (...columns: readonly SampledColumn[]): number => {
    const full = sample.length - (sample.length % sample.batchSize);
    const [from, to] = batchSize === sample.batchSize ? [0, full] : [start, end];
    return mostDistinct(
      columns.map((column) => sample.columns[column]!.subarray(from, to)),
      batchSize,
    );
  };
  const drawnItems = (): DistinctIds =>
    distinctIds([drawn("positive"), drawn("negative")], batchSize, width("positive", "negative"));
  const ids = (data: Int32Array): HostTensor => hostTensor("int32", dims, data);
  const weights = (data: Float32Array): HostTensor => hostTensor("float32", dims, data);
  const fill = ({ source, buffer }: BatchEntry): HostTensor => {
    switch (source) {
      case "uniquePositive":
        return ids(distinct(drawn("positive"), count, batchSize).ids);
      case "uniquePositiveWeight":
        return weights(distinct(drawn("positive"), count, batchSize).weights);
      case "uniqueUser":
        return ids(distinct(drawn("user"), count, batchSize).ids);
      case "uniqueUserWeight":
        return weights(distinct(drawn("user"), count, batchSize).weights);
      case "distinctPositive": {
        const most = width("positive");
        const { ids: found } = distinct(drawn("positive"), count, batchSize);
        return hostTensor("int32", [count, most], firstOf(found, count, most, new Int32Array(count * most)));
      }
      case "distinctPositiveWeight": {
        const most = width("positive");
        const { weights: found } = distinct(drawn("positive"), count, batchSize);
        return hostTensor(
          "float32",
          [count, most],
          firstOf(found, count, most, new Float32Array(count * most)),
        );
      }
      case "distinctPlace":
        return ids(distinctIds([drawn("positive")], batchSize, width("positive")).places[0]!);
      case "drawnItem": {
        const { ids: found } = drawnItems();
        return hostTensor("int32", [count, found.length / count], found);
      }
      case "positivePlace":
        return ids(drawnItems().places[0]!);
      case "negativePlace":
        return ids(drawnItems().places[1]!);
      case "denseRow":
        return denseRows(drawn("row"), dims, matrix(buffer!));
      default:
        return ids(drawn(source).slice());
    }
  };
  return new Map(entries.map((entry) => [entry.name, fill(entry)]));
}

/** Bytes that the batch inputs of one step take. */
export function bytesPerStep(
  entries: readonly BatchEntry[],
  batchSize: number,
  matrix: (buffer: string) => SparseMatrix,
): number {
  const values = entries.reduce(
    (sum, { source, buffer }) => sum + (source === "denseRow" ? matrix(buffer!).columns : 1),
    0,
  );
  return 4 * batchSize * values;
}
