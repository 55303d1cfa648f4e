import type { Dataset } from "./dataset.js";
import { negativePool, type TriplesEntry } from "./negativePool.js";
import { Random } from "./random.js";
import type { Sampler } from "./sampler.js";

/**
 * floor(E / B) + 1 steps per epoch, each with B distinct users, one of their training items and one negative
 * (LATTICE's sampling; evaluation.md, section 4). Where fewer than B users have training items, each of the B is drawn
 * from all of them anew, as the released code of NGCF, KGAT and LATTICE does.
 *
 * @throws SamplerError if a user has every item of the pool
 */
export function usersSampler(entry: TriplesEntry, dataset: Dataset, seed: number, stream: string): Sampler {
  const { batchSize } = entry;
  const { rowStart, itemIds } = dataset.train;
  const active: number[] = [];
  for (let user = 0; user < dataset.users; user++) {
    if (rowStart[user + 1]! > rowStart[user]!) active.push(user);
  }
  const areDistinct = batchSize <= active.length;
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
      for (let step = 0; step < stepsPerEpoch && areDistinct; step++) {
        // The first batchSize places of a shuffle are a uniform draw without repetition, whatever the start order.
        for (let place = 0; place < batchSize; place++) {
          const other = place + random.below(candidates.length - place);
          const user = candidates[other]!;
          candidates[other] = candidates[place]!;
          candidates[place] = user;
          users[step * batchSize + place] = user;
        }
      }
      if (!areDistinct) users.forEach((_, place) => (users[place] = active[random.below(active.length)]!));
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
