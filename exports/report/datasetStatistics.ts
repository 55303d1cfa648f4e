import type { Dataset } from "../../runtime/data/dataset.js";
import { splitNames, type InteractionLists, type SplitName } from "../../runtime/data/interactions.js";

export interface DatasetStatistics {
  readonly name: string;
  readonly checksum: string;
  readonly users: number;
  readonly items: number;
  readonly counts: Dataset["counts"];
  /** Training interactions of all possible ones. */
  readonly density: number;
  readonly perUser: Spread;
  readonly perItem: Spread;
  readonly usersWithoutTraining: number;
  readonly itemsWithoutTraining: number;
  /** Targets of each held-out split whose item has no training interactions. */
  readonly coldTargets: Readonly<Record<"valid" | "test", number>>;
  readonly modalities: readonly { readonly name: string; readonly size: number; readonly missing: number }[];
  readonly itemColumns: readonly string[];
  readonly userColumns: readonly string[];
  readonly notes: readonly string[];
  /** sha256 of every file that was read. */
  readonly files: Dataset["files"];
}

/** Training interactions of the users, or of the items, that have any. */
export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly mean: number;
  readonly most: number;
  /** How many have 1, 2 to 3, 4 to 7, … */
  readonly doubling: readonly { readonly from: number; readonly to: number; readonly count: number }[];
}

/** @param counts with at least one above 0 */
export function spreadOf(counts: readonly number[]): Spread {
  const sorted = counts.filter((count) => count > 0).sort((left, right) => left - right);
  const middle = (sorted.length - 1) / 2;
  const doubling = [];
  for (let from = 1; from <= sorted.at(-1)!; from *= 2) {
    const to = 2 * from - 1;
    doubling.push({ from, to, count: sorted.filter((count) => count >= from && count <= to).length });
  }
  return {
    least: sorted[0]!,
    median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2,
    mean: sorted.reduce((sum, count) => sum + count, 0) / sorted.length,
    most: sorted.at(-1)!,
    doubling,
  };
}

/** [item] how many training interactions each item has. */
export function itemCounts(train: InteractionLists, items: number): number[] {
  const counts = Array<number>(items).fill(0);
  for (const item of train.itemIds) counts[item]!++;
  return counts;
}

export function datasetStatistics(dataset: Dataset): DatasetStatistics {
  const { users, items, train, counts } = dataset;
  const perItem = itemCounts(train, items);
  const perUser = Array.from(
    { length: users },
    (_, user) => train.rowStart[user + 1]! - train.rowStart[user]!,
  );
  const without = (list: readonly number[]): number => list.filter((count) => count === 0).length;
  const cold = (split: SplitName): number =>
    dataset[split].itemIds.filter((item) => perItem[item] === 0).length;
  return {
    name: dataset.name,
    checksum: dataset.checksum,
    users,
    items,
    counts: Object.fromEntries(splitNames.map((split) => [split, counts[split]])) as Dataset["counts"],
    density: counts.train / (users * items),
    perUser: spreadOf(perUser),
    perItem: spreadOf(perItem),
    usersWithoutTraining: without(perUser),
    itemsWithoutTraining: without(perItem),
    coldTargets: { valid: cold("valid"), test: cold("test") },
    modalities: [...dataset.modalities.values()].map(({ name, size, missing }) => ({
      name,
      size,
      missing: missing.length,
    })),
    itemColumns: dataset.itemTable?.columns ?? [],
    userColumns: dataset.userTable?.columns ?? [],
    notes: dataset.notes.map(({ message }) => message),
    files: dataset.files,
  };
}
