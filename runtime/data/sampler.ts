import type { BatchSource, SamplerEntry } from "../artifacts/manifest.js";
import type { Dataset } from "./dataset.js";
import { entriesSampler } from "./entriesSampler.js";
import { pairsSampler } from "./pairsSampler.js";
import { rowsSampler } from "./rowsSampler.js";
import { SamplerError } from "./samplerError.js";
import type { SparseMatrix } from "./sparseMatrix.js";
import { usersSampler } from "./usersSampler.js";

/** What a sampler draws; other batch inputs are derived from it. */
export type SampledColumn = Exclude<
  BatchSource,
  | "uniquePositive"
  | "uniquePositiveWeight"
  | "uniqueUser"
  | "uniqueUserWeight"
  | "distinctPositive"
  | "distinctPositiveWeight"
  | "distinctPlace"
  | "drawnItem"
  | "positivePlace"
  | "negativePlace"
  | "denseRow"
>;

/** The sample of one epoch: step s has the places from s · batchSize up to (s + 1) · batchSize or the end. */
export interface EpochSample {
  readonly epoch: number;
  readonly steps: number;
  readonly batchSize: number;
  /** Number of places. */
  readonly length: number;
  /** Ids [length] of each thing that the sampler draws. */
  readonly columns: Readonly<Partial<Record<SampledColumn, Int32Array>>>;
}

export interface Sampler {
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  /** Size of the last batch of every epoch, `batchSize` if it is full. */
  readonly lastBatchSize: number;
  /** The sample of an epoch (0-based); the same for the same seed, stream and epoch. */
  epoch(epoch: number): EpochSample;
}

/** What samplers draw from besides the dataset. */
export interface SampledData {
  readonly dataset: Dataset;
  /** Contents of a sparse buffer that is made once. */
  readonly matrix: (buffer: string) => SparseMatrix;
  /** Length of an axis. */
  readonly size: (axis: string) => number;
}

function samplerOf(entry: SamplerEntry, data: SampledData, seed: number, stream: string): Sampler {
  switch (entry.kind) {
    case "pairs":
      return pairsSampler(entry, data.dataset, seed, stream);
    case "users":
      return usersSampler(entry, data.dataset, seed, stream);
    case "entries":
      return entriesSampler(entry, data.matrix(entry.buffer), seed, stream);
    case "rows":
      return rowsSampler(entry, data.size(entry.axis), seed, stream);
  }
}

/** The steps from `first` on, `count` of them at most. */
function partOf(sampler: Sampler, { first, count }: NonNullable<SamplerEntry["steps"]>): Sampler {
  const { batchSize } = sampler;
  const end = Math.min(sampler.stepsPerEpoch, count === null ? Infinity : first + count);
  const stepsPerEpoch = Math.max(0, end - first);
  return {
    stepsPerEpoch,
    batchSize,
    lastBatchSize: end === sampler.stepsPerEpoch ? sampler.lastBatchSize : batchSize,
    epoch(epoch) {
      const { columns, length } = sampler.epoch(epoch);
      const from = Math.min(length, first * batchSize);
      const to = Math.max(from, Math.min(length, end * batchSize));
      const part = Object.entries(columns).map(([name, ids]) => [name, ids.subarray(from, to)]);
      return {
        epoch,
        steps: stepsPerEpoch,
        batchSize,
        length: to - from,
        columns: Object.fromEntries(part) as EpochSample["columns"],
      };
    },
  };
}

/**
 * @param phase name of the phase, which keeps the samples of phases apart unless the entry names a stream
 * @throws SamplerError if the data cannot be sampled as asked
 */
export function createSampler(entry: SamplerEntry, data: SampledData, seed: number, phase: string): Sampler {
  if (!Number.isInteger(entry.batchSize) || entry.batchSize < 1) {
    throw new SamplerError(`the batch size is ${entry.batchSize}`, "Use an integer of at least 1");
  }
  const sampler = samplerOf(entry, data, seed, entry.stream ?? phase);
  return entry.steps === undefined ? sampler : partOf(sampler, entry.steps);
}
