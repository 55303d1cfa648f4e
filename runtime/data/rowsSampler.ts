import type { SamplerEntry } from "../artifacts/manifest.js";
import { Random } from "./random.js";
import type { EpochSample, Sampler } from "./sampler.js";

type RowsEntry = Extract<SamplerEntry, { readonly kind: "rows" }>;

/** Every id of an axis once per epoch, in random order; the last batch may be short. */
export function rowsSampler(entry: RowsEntry, size: number, seed: number, stream: string): Sampler {
  const { batchSize } = entry;
  const stepsPerEpoch = Math.ceil(size / batchSize);
  return {
    stepsPerEpoch,
    batchSize,
    lastBatchSize: size - (stepsPerEpoch - 1) * batchSize,
    epoch(epoch) {
      const sample = rowsInOrder(size, batchSize);
      new Random(seed, "rows", stream, epoch).shuffle(sample.columns.row!);
      return { ...sample, epoch };
    },
  };
}

/** Every id of an axis once, ascending. */
export function rowsInOrder(size: number, batchSize: number): EpochSample {
  const row = Int32Array.from({ length: size }, (_, id) => id);
  return { epoch: 0, steps: Math.ceil(size / batchSize), batchSize, length: size, columns: { row } };
}
