import type { Catalogue } from "../../../examples/catalogue/generateCatalogue.js";
import type { Item } from "../../../examples/catalogue/item.js";

/** Scores of all items for a customer with these training items. */
export type Scorer = (trained: readonly number[]) => ArrayLike<number>;

/** Training items of every customer. */
export function trainingBaskets({ interactions, options }: Catalogue): readonly (readonly number[])[] {
  const baskets = Array.from({ length: options.users }, (): number[] => []);
  for (const row of interactions) if (row.split === "train") baskets[row.user]!.push(row.item);
  return baskets;
}

/**
 * Recall@20 over the test items that `counts` admits, averaged over the customers that have any. All items but the
 * customer's training items are ranked, equal scores by item id.
 */
export function recallAt20(catalogue: Catalogue, scorer: Scorer, counts: (item: Item) => boolean): number {
  const baskets = trainingBaskets(catalogue);
  const targets = baskets.map((): number[] => []);
  for (const { user, item, split } of catalogue.interactions) {
    if (split === "test" && counts(catalogue.items[item]!)) targets[user]!.push(item);
  }
  let total = 0;
  let customers = 0;
  for (const [user, wanted] of targets.entries()) {
    if (wanted.length === 0) continue;
    const scores = scorer(baskets[user]!);
    const trained = new Set(baskets[user]);
    const ranked = catalogue.items
      .map((item) => item.id)
      .filter((id) => !trained.has(id))
      .sort((left, right) => scores[right]! - scores[left]! || left - right);
    const listed = new Set(ranked.slice(0, 20));
    total += wanted.filter((id) => listed.has(id)).length / wanted.length;
    customers += 1;
  }
  return total / customers;
}

/** Scores an item by the summed similarity [item, item] to the training items. */
export function neighbours(similarity: readonly ArrayLike<number>[]): Scorer {
  return (trained) => similarity.map((row) => trained.reduce((sum, id) => sum + row[id]!, 0));
}
