import { negativePool, type TriplesData, type TriplesEntry } from "./negativePool.js";
import { Random } from "./random.js";
import type { Sampler } from "./sampler.js";

/**
 * Every training pair once per epoch, in random order, with one negative each; the last batch may be short
 * (evaluation.md, section 2).
 *
 * @throws SamplerError if a user has every item of the pool
 */
export function pairsSampler(
  entry: TriplesEntry,
  dataset: TriplesData,
  seed: number,
  stream: string,
): Sampler {
  const { batchSize } = entry;
  const { rowStart, itemIds } = dataset.train;
  const drawNegative = negativePool(entry.negativePool, dataset);
  const userOfPair = new Int32Array(itemIds.length);
  for (let user = 0; user < dataset.users; user++) userOfPair.fill(user, rowStart[user], rowStart[user + 1]);

  const stepsPerEpoch = Math.ceil(itemIds.length / batchSize);
  return {
    stepsPerEpoch,
    batchSize,
    lastBatchSize: itemIds.length - (stepsPerEpoch - 1) * batchSize,
    epoch(epoch) {
      const random = new Random(seed, "pairs", stream, epoch);
      const order = Int32Array.from(itemIds, (_, pair) => pair);
      random.shuffle(order);
      const users = order.map((pair) => userOfPair[pair]!);
      const positives = order.map((pair) => itemIds[pair]!);
      const negatives = users.map((user) => drawNegative(user, random));
      return {
        epoch,
        steps: stepsPerEpoch,
        batchSize,
        length: users.length,
        columns: { user: users, positive: positives, negative: negatives },
      };
    },
  };
}
