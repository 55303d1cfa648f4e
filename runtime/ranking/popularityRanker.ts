import type { InteractionLists } from "../data/interactions.js";
import type { RankedBlock, Ranker } from "./ranker.js";

/**
 * The baseline that recommends to everyone the items with the most training interactions, without those to be masked.
 * Equal counts: lower item id first.
 */
export class PopularityRanker implements Ranker {
  private constructor(
    private readonly counts: Float32Array,
    /** Candidates, the most popular first. */
    private readonly order: Int32Array,
  ) {}

  /** @param items number of items */
  static from(train: InteractionLists, items: number): PopularityRanker {
    const counts = new Float32Array(items);
    for (const item of train.itemIds) counts[item]!++;
    return new PopularityRanker(counts, byCount(counts, Int32Array.from(counts.keys())));
  }

  rank(users: Int32Array, masked: readonly Int32Array[], k: number): Promise<RankedBlock> {
    const length = Math.min(k, this.order.length);
    const items = new Int32Array(users.length * length);
    const scores = new Float32Array(users.length * length).fill(-Infinity);
    /** The row for which an item is masked. */
    const maskedFor = new Int32Array(this.counts.length).fill(-1);
    for (let row = 0; row < users.length; row++) {
      for (const item of masked[row]!) maskedFor[item] = row;
      const hiddenCandidates: number[] = [];
      let filled = 0;
      for (let position = 0; position < this.order.length && filled < length; position++) {
        const item = this.order[position]!;
        if (maskedFor[item] === row) {
          hiddenCandidates.push(item);
          continue;
        }
        items[row * length + filled] = item;
        scores[row * length + filled] = this.counts[item]!;
        filled++;
      }
      for (const item of hiddenCandidates.slice(0, length - filled)) items[row * length + filled++] = item;
    }
    return Promise.resolve({ length, items, scores });
  }

  among(candidates: Int32Array): PopularityRanker {
    return new PopularityRanker(this.counts, byCount(this.counts, candidates.slice()));
  }
}

function byCount(counts: Float32Array, items: Int32Array): Int32Array {
  return items.sort((left, right) => counts[right]! - counts[left]! || left - right);
}
