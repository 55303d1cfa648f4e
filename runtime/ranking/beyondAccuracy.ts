import type { InteractionLists } from "../data/interactions.js";

/**
 * What lists of length K say beside accuracy. L_u is the list of user u (shorter where masking leaves fewer than K
 * candidates), I the number of items, c_i the training interactions of item i, U the users with training interactions.
 *
 * - Coverage    the share of the I items, also of those never trained on, that are in at least one list
 * - Gini        inequality of the numbers n_i of lists that hold item i: with n ascending,
 *               Σ_i (2 i − I − 1) n_i / (I Σ_i n_i); 0 if all items are recommended equally often, towards 1 if few are
 * - Novelty     self-information in bits (Zhou et al., PNAS 2010): the mean over users of the mean of −log2 p(i) over
 *               L_u, p(i) = c_i / U, the chance that a user has the item; an item without training interactions
 *               counts as if it had one, as its self-information would be infinite
 * - Popularity  the mean over users of the mean of c_i over L_u
 */
export const beyondAccuracyNames = ["Coverage", "Gini", "Novelty", "Popularity"] as const;

export type BeyondAccuracyName = (typeof beyondAccuracyNames)[number];

/** `Coverage@20` and so on. */
export type BeyondAccuracyKey = `${BeyondAccuracyName}@${number}`;

export type BeyondAccuracy = Readonly<Record<BeyondAccuracyKey, number>>;

/** Gini coefficient of counts, 0 where all are 0; see {@link beyondAccuracyNames}. */
export function giniCoefficient(counts: Int32Array): number {
  const ascending = counts.toSorted();
  let weighted = 0;
  let total = 0;
  ascending.forEach((count, position) => {
    weighted += (2 * (position + 1) - counts.length - 1) * count;
    total += count;
  });
  return total === 0 ? 0 : weighted / (counts.length * total);
}

/** Means over the lists of users, added one after the other; see {@link beyondAccuracyNames}. */
export class RecommendationStatistics {
  /** Training interactions of every item, and what the item tells, in bits. */
  private readonly popularity: Int32Array;
  private readonly information: Float64Array;
  private readonly atCutoffs: readonly {
    readonly cutoff: number;
    readonly counts: Int32Array;
    information: number;
    popularity: number;
  }[];
  private lists = 0;

  /** @param items number of items */
  constructor(train: InteractionLists, items: number, cutoffs: readonly number[]) {
    this.popularity = new Int32Array(items);
    for (const item of train.itemIds) this.popularity[item]!++;
    let users = 0;
    for (let user = 1; user < train.rowStart.length; user++) {
      if (train.rowStart[user]! > train.rowStart[user - 1]!) users++;
    }
    this.information = Float64Array.from(this.popularity, (count) => -Math.log2(Math.max(1, count) / users));
    this.atCutoffs = cutoffs.map((cutoff) => ({
      cutoff,
      counts: new Int32Array(items),
      information: 0,
      popularity: 0,
    }));
  }

  /** @param list recommended items, the best first, without masked ones; a user without any does not count */
  add(list: Int32Array): void {
    if (list.length === 0) return;
    this.lists++;
    for (const sums of this.atCutoffs) {
      const length = Math.min(sums.cutoff, list.length);
      let information = 0;
      let popularity = 0;
      for (let position = 0; position < length; position++) {
        const item = list[position]!;
        sums.counts[item]!++;
        information += this.information[item]!;
        popularity += this.popularity[item]!;
      }
      sums.information += information / length;
      sums.popularity += popularity / length;
    }
  }

  /** All 0 if no list was added. */
  results(): BeyondAccuracy {
    const results: Record<BeyondAccuracyKey, number> = {};
    const lists = Math.max(1, this.lists);
    for (const { cutoff, counts, information, popularity } of this.atCutoffs) {
      const covered = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
      results[`Coverage@${cutoff}`] = covered / counts.length;
      results[`Gini@${cutoff}`] = giniCoefficient(counts);
      results[`Novelty@${cutoff}`] = information / lists;
      results[`Popularity@${cutoff}`] = popularity / lists;
    }
    return results;
  }
}
