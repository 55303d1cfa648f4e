import type { Dataset } from "../data/dataset.js";
import type { InteractionLists } from "../data/interactions.js";
import { MetricTable, type MetricValues } from "../ranking/metrics.js";
import type { Ranker } from "../ranking/ranker.js";

/** Users ranked in one run: the page has its turn between runs. */
const BLOCK = 256;

function itemsOf({ rowStart, itemIds }: InteractionLists, user: number): Int32Array {
  return itemIds.subarray(rowStart[user], rowStart[user + 1]);
}

/**
 * Full ranking of the validation items, as evaluateRanking.ts does it but for less code in the page: all items but a
 * user's training items are ranked, and the first K compared with the validation items.
 *
 * @param between waited for before each run
 */
export async function validationMetrics(
  ranker: Ranker,
  { train, valid, users }: Dataset,
  cutoff: number,
  between: () => Promise<void>,
): Promise<MetricValues> {
  const evaluated = Int32Array.from({ length: users }, (_, user) => user).filter(
    (user) => itemsOf(valid, user).length > 0 && itemsOf(train, user).length > 0,
  );
  const table = new MetricTable(evaluated.length, [cutoff], "targets");
  for (let start = 0; start < evaluated.length; start += BLOCK) {
    await between();
    const block = evaluated.slice(start, start + BLOCK);
    const masked = Array.from(block, (user) => itemsOf(train, user));
    const { items, length } = await ranker.rank(block, masked, cutoff);
    block.forEach((user, row) => {
      const hidden = new Set(masked[row]);
      const targets = new Set(itemsOf(valid, user));
      // Masked items come last, where nothing else remains; they are no hits.
      const shown = items.subarray(row * length, (row + 1) * length);
      const hits = Array.from(shown, (item) => targets.has(item) && !hidden.has(item));
      table.add(hits, targets.size);
    });
  }
  return table.means();
}
