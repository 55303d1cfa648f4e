import { giniCoefficient } from "../../runtime/ranking/beyondAccuracy.js";

/** How popular items are, and how often each is recommended. */
export interface PopularityBias {
  /** Length of each user's list. */
  readonly k: number;
  /** Users whose lists were made. */
  readonly users: number;
  /** Of so many users with training items. */
  readonly ofUsers: number;
  /** [item] training interactions. */
  readonly trainingCounts: readonly number[];
  readonly sources: readonly BiasSource[];
}

export type SourceName = "history" | "model" | "popularity";

/** Where items are seen: in the users' histories, or in the lists that a ranker makes. */
export interface BiasSource {
  readonly name: SourceName;
  /** [item] how often each item is there. */
  readonly counts: readonly number[];
  /** Shares of the ten tenths of items, the most popular tenth first; they add up to 1. */
  readonly deciles: readonly number[];
  /** Shares of head, middle, tail and of items without training interactions. */
  readonly groups: Readonly<Record<PopularityGroup, number>>;
  /** Share of items that occur at all. */
  readonly coverage: number;
  /** Gini coefficient of the counts: 0 if all items occur equally often, near 1 if few items take everything. */
  readonly gini: number;
  /** Mean training interactions of what occurs. */
  readonly meanPopularity: number;
}

export const popularityGroups = ["head", "middle", "tail", "new"] as const;
export type PopularityGroup = (typeof popularityGroups)[number];

/** Items, the most popular first; equal counts by id. */
function byPopularity(counts: readonly number[]): number[] {
  return [...counts.keys()].sort((left, right) => counts[right]! - counts[left]! || left - right);
}

/**
 * The groups of Abdollahpouri et al. (RMSE 2019): the head are the most popular items that together receive a fifth of
 * all training interactions, the tail the least popular that together receive a fifth, the middle the rest. Items
 * without training interactions, part of their tail, are a group of their own here.
 *
 * @param trainingCounts [item]
 * @returns [item]
 */
export function popularityGroupsOf(trainingCounts: readonly number[]): PopularityGroup[] {
  const order = byPopularity(trainingCounts);
  const fifth = trainingCounts.reduce((sum, count) => sum + count, 0) / 5;
  const groups = trainingCounts.map((count): PopularityGroup => (count === 0 ? "new" : "middle"));
  const fill = (items: readonly number[], group: PopularityGroup): void => {
    let received = 0;
    for (const item of items) {
      if (groups[item] !== "middle") continue;
      if (received >= fifth) return;
      groups[item] = group;
      received += trainingCounts[item]!;
    }
  };
  fill(order, "head");
  fill(order.toReversed(), "tail");
  return groups;
}

/** @param trainingCounts [item] @param counts [item] how often each item occurs */
export function biasSource(
  name: SourceName,
  trainingCounts: readonly number[],
  counts: readonly number[],
): BiasSource {
  const items = counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const share = (count: number): number => (total === 0 ? 0 : count / total);
  const deciles = Array<number>(10).fill(0);
  byPopularity(trainingCounts).forEach((item, place) => {
    deciles[Math.floor((10 * place) / items)]! += share(counts[item]!);
  });
  const groups = { head: 0, middle: 0, tail: 0, new: 0 };
  popularityGroupsOf(trainingCounts).forEach((group, item) => (groups[group] += share(counts[item]!)));
  return {
    name,
    counts,
    deciles,
    groups,
    coverage: counts.filter((count) => count > 0).length / items,
    gini: giniCoefficient(Int32Array.from(counts)),
    meanPopularity: counts.reduce((sum, count, item) => sum + share(count) * trainingCounts[item]!, 0),
  };
}
