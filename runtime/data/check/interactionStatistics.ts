import type { Dataset } from "../dataset.js";
import type { DatasetNote } from "../datasetNote.js";
import { splitNames, type SplitName } from "../interactions.js";
import { columnDegrees, rowDegrees } from "../sparseMatrix.js";
import { Components } from "./components.js";
import { doublingBars, spreadOf, type Bar, type Spread } from "./spread.js";

/** What the interactions look like after loading. */
export interface InteractionStatistics {
  readonly users: number;
  readonly items: number;
  readonly counts: Readonly<Record<SplitName, number>>;
  /** Training interactions of all possible ones. */
  readonly density: number;
  /** Training interactions of users, and of items, that have any; null if none has. */
  readonly perUser: Spread | null;
  readonly perItem: Spread | null;
  readonly userBars: readonly Bar[];
  readonly itemBars: readonly Bar[];
  readonly usersWithoutTrain: number;
  readonly itemsWithoutTrain: number;
  /** Users and items with one training interaction. */
  readonly usersWithOne: number;
  readonly itemsWithOne: number;
  /** Users with targets in each held-out split, and targets whose item has no training interaction. */
  readonly heldOut: Readonly<
    Record<"valid" | "test", { readonly users: number; readonly coldTargets: number }>
  >;
  /** Gini coefficient of the items' training interactions: 0 if all are equally popular. */
  readonly gini: number;
  /** Share of the training interactions that the most popular tenth of the items has. */
  readonly topTenthShare: number;
  /** Connected parts of the graph of users and items with training interactions: how many, and the largest one's share. */
  readonly components: number;
  readonly largestComponentShare: number;
  /** How often a loaded dataset repaired something, by kind. */
  readonly repairs: Readonly<Partial<Record<DatasetNote["kind"], number>>>;
}

function giniOf(sorted: ArrayLike<number>, total: number): number {
  let weighted = 0;
  for (let rank = 0; rank < sorted.length; rank++) weighted += (rank + 1) * sorted[rank]!;
  return (2 * weighted) / (sorted.length * total) - (sorted.length + 1) / sorted.length;
}

export function interactionStatistics(dataset: Dataset): InteractionStatistics {
  const { users, items, train, counts } = dataset;
  const pattern = { rows: users, columns: items, rowStart: train.rowStart, columnIds: train.itemIds };
  const ofUser = rowDegrees(pattern);
  const ofItem = columnDegrees(pattern);
  const active = (degrees: Int32Array): Int32Array => degrees.filter((degree) => degree > 0);
  const having = (degrees: Int32Array, count: number): number =>
    degrees.filter((degree) => degree === count).length;

  const joined = new Components(users + items);
  for (let user = 0; user < users; user++) {
    for (const item of train.itemIds.subarray(train.rowStart[user], train.rowStart[user + 1])) {
      joined.join(user, users + item);
    }
  }
  const sizes = joined.sizes((node) => (node < users ? ofUser[node]! : ofItem[node - users]!) > 0);

  const heldOut = (split: "valid" | "test"): { users: number; coldTargets: number } => {
    const { rowStart, itemIds } = dataset[split];
    let withTargets = 0;
    for (let user = 0; user < users; user++) if (rowStart[user + 1]! > rowStart[user]!) withTargets++;
    return { users: withTargets, coldTargets: itemIds.filter((item) => ofItem[item] === 0).length };
  };
  const sorted = ofItem.slice().sort();
  const top = sorted.subarray(items - Math.max(1, Math.round(items / 10)));
  const repairs: Partial<Record<DatasetNote["kind"], number>> = {};
  for (const { kind, count } of dataset.notes) repairs[kind] = (repairs[kind] ?? 0) + count;
  return {
    users,
    items,
    counts: Object.fromEntries(splitNames.map((split) => [split, counts[split]])) as typeof counts,
    density: counts.train / (users * items),
    perUser: spreadOf(active(ofUser)),
    perItem: spreadOf(active(ofItem)),
    userBars: doublingBars(ofUser),
    itemBars: doublingBars(ofItem),
    usersWithoutTrain: having(ofUser, 0),
    itemsWithoutTrain: having(ofItem, 0),
    usersWithOne: having(ofUser, 1),
    itemsWithOne: having(ofItem, 1),
    heldOut: { valid: heldOut("valid"), test: heldOut("test") },
    gini: giniOf(sorted, counts.train),
    topTenthShare: top.reduce((sum, degree) => sum + degree, 0) / counts.train,
    components: sizes.length,
    largestComponentShare: (sizes[0] ?? 0) / sizes.reduce((sum, size) => sum + size, 0),
    repairs,
  };
}
