import type { Dataset } from "../../runtime/data/dataset.js";
import type { InteractionLists } from "../../runtime/data/interactions.js";
import { Random } from "../../runtime/data/random.js";
import { TILE_SCORES } from "../../runtime/ranking/evaluateRanking.js";
import { PopularityRanker } from "../../runtime/ranking/popularityRanker.js";
import type { Ranker } from "../../runtime/ranking/ranker.js";
import { itemCounts } from "./datasetStatistics.js";
import { biasSource, type PopularityBias } from "./popularityBias.js";

/** Counts hardly change with more users, but time does. */
const MOST_USERS = 20_000;

/** The training items of one user, ascending. */
export function itemsOf({ rowStart, itemIds }: InteractionLists, user: number): Int32Array {
  return itemIds.subarray(rowStart[user], rowStart[user + 1]);
}

/** Users with training items, at most {@link MOST_USERS} of them, the same ones every time. */
function countedUsers(dataset: Dataset, seed: number): { readonly users: Int32Array; readonly of: number } {
  const all = Int32Array.from(Array(dataset.users).keys()).filter(
    (user) => itemsOf(dataset.train, user).length > 0,
  );
  if (all.length <= MOST_USERS) return { users: all, of: all.length };
  new Random(seed, "report", "counted users").shuffle(all);
  return { users: all.slice(0, MOST_USERS).sort(), of: all.length };
}

/** [item] in how many of the users' lists each item is; training items are left out of the lists. */
async function listCounts(
  ranker: Ranker,
  { train, items }: Dataset,
  users: Int32Array,
  k: number,
): Promise<number[]> {
  const counts = Array<number>(items).fill(0);
  const tile = Math.max(1, Math.floor(TILE_SCORES / items));
  for (let start = 0; start < users.length; start += tile) {
    const block = users.subarray(start, start + tile);
    const masked = Array.from(block, (user) => itemsOf(train, user));
    const ranked = await ranker.rank(block, masked, k);
    masked.forEach((seen, row) => {
      // What is masked comes last, and only where nothing else is left.
      const length = Math.min(ranked.length, items - seen.length);
      const list = ranked.items.subarray(row * ranked.length, row * ranked.length + length);
      for (const item of list) counts[item]!++;
    });
  }
  return counts;
}

/**
 * Counts what a model and the popularity baseline recommend to the users, beside what the users chose.
 *
 * @param k length of the lists
 * @throws RankingError
 */
export async function popularityBias(
  ranker: Ranker,
  dataset: Dataset,
  options: { readonly k: number; readonly seed: number },
): Promise<PopularityBias> {
  const { k, seed } = options;
  const trainingCounts = itemCounts(dataset.train, dataset.items);
  const { users, of: ofUsers } = countedUsers(dataset, seed);
  const popularity = PopularityRanker.from(dataset.train, dataset.items);
  return {
    k,
    users: users.length,
    ofUsers,
    trainingCounts,
    sources: [
      biasSource("history", trainingCounts, trainingCounts),
      biasSource("model", trainingCounts, await listCounts(ranker, dataset, users, k)),
      biasSource("popularity", trainingCounts, await listCounts(popularity, dataset, users, k)),
    ],
  };
}
