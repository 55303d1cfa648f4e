import type { SamplerEntry } from "../artifacts/manifest.js";
import type { Dataset } from "./dataset.js";
import { pairsSampler } from "./pairsSampler.js";
import { SamplerError } from "./samplerError.js";
import { usersSampler } from "./usersSampler.js";

/** The triples of one epoch: step s has those from s · batchSize up to (s + 1) · batchSize or the end. */
export interface EpochSample {
  readonly epoch: number;
  readonly steps: number;
  readonly batchSize: number;
  /** [triple] */
  readonly users: Int32Array;
  /** [triple]: an item of the user's training set. */
  readonly positives: Int32Array;
  /** [triple]: an item of the pool outside the user's training set. */
  readonly negatives: Int32Array;
}

export interface Sampler {
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  /** Size of the last batch of every epoch, `batchSize` if it is full. */
  readonly lastBatchSize: number;
  /** The triples of an epoch (0-based); the same for the same seed, stream and epoch. */
  epoch(epoch: number): EpochSample;
}

/**
 * @param stream keeps samplers of the same seed apart, for instance the name of the phase
 * @throws SamplerError if the data cannot be sampled as asked
 */
export function createSampler(entry: SamplerEntry, dataset: Dataset, seed: number, stream: string): Sampler {
  if (!Number.isInteger(entry.batchSize) || entry.batchSize < 1) {
    throw new SamplerError(`the batch size is ${entry.batchSize}`, "Use an integer of at least 1");
  }
  switch (entry.kind) {
    case "pairs":
      return pairsSampler(entry, dataset, seed, stream);
    case "users":
      return usersSampler(entry, dataset, seed, stream);
  }
}
