import type { Dataset } from "./dataset.js";
import { negativePool, type TriplesEntry } from "./negativePool.js";
import { Random } from "./random.js";
import type { Sampler } from "./sampler.js";
import { SamplerError } from "./samplerError.js";

/**
 * floor(E / B) + 1 steps per epoch, each with B distinct users, one of their training items and one negative
 * (LATTICE's sampling; evaluation.md, section 4).
 *
 * @throws SamplerError if fewer than B users have training items, or a user has every item of the pool
 */
export function usersSampler(entry: TriplesEntry, dataset: Dataset, seed: number, stream: string): Sampler {
  const { batchSize } = entry;
  const { rowStart, itemIds } = dataset.train;
  const active: number[] = [];
  for (let user = 0; user < dataset.users; user++) {
    if (rowStart[user + 1]! > rowStart[user]!) active.push(user);
  }
  if (active.length < batchSize) {
    throw new SamplerError(
      `a batch of ${batchSize} distinct users cannot be drawn from ${active.length} users with training items`,
      `Set the batch size to at most ${active.length} or use the sampler "pairs"`,
    );
  }
  const drawNegative = negativePool(entry.negativePool, dataset);
  const stepsPerEpoch = Math.floor(itemIds.length / batchSize) + 1;
  return {
    stepsPerEpoch,
    batchSize,
    lastBatchSize: batchSize,
    epoch(epoch) {
      const random = new Random(seed, "users", stream, epoch);
      const candidates = Int32Array.from(active);
      const users = new Int32Array(stepsPerEpoch * batchSize);
      for (let step = 0; step < stepsPerEpoch; step++) {
        // The first batchSize places of a shuffle are a uniform draw without repetition, whatever the start order.
        for (let place = 0; place < batchSize; place++) {
          const other = place + random.below(candidates.length - place);
          const user = candidates[other]!;
          candidates[other] = candidates[place]!;
          candidates[place] = user;
          users[step * batchSize + place] = user;
        }
      }
      const positives = users.map((user) => {
        const start = rowStart[user]!;
        return itemIds[start + random.below(rowStart[user + 1]! - start)]!;
      });
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
