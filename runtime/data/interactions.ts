import { DatasetError } from "./datasetError.js";
import type { DatasetNote } from "./datasetNote.js";
import {
  columnDegrees,
  entryRows,
  patternFromPairs,
  rowDegrees,
  type SparsePattern,
} from "./sparseMatrix.js";
import { readIntegerTsv } from "./tsv.js";

export const splitNames = ["train", "valid", "test"] as const;
export type SplitName = (typeof splitNames)[number];

/** The items of every user in one split, ascending. */
export interface InteractionLists {
  /** [users + 1]: the items of user u are itemIds[rowStart[u]] up to itemIds[rowStart[u + 1]]. */
  readonly rowStart: Int32Array;
  /** [interaction] */
  readonly itemIds: Int32Array;
}

/** The rows of interactions.tsv; row r stands on line r + 2. */
export interface InteractionRows {
  readonly userIds: Int32Array;
  readonly itemIds: Int32Array;
  /** Index into `splitNames`. */
  readonly splits: Int32Array;
}

/** @throws DatasetError naming the line of a bad id or an unknown split */
export async function readInteractions(file: string): Promise<InteractionRows> {
  const { columns } = await readIntegerTsv(file, { user_id: "id", item_id: "id", split: splitNames });
  return { userIds: columns.user_id, itemIds: columns.item_id, splits: columns.split };
}

function checkRange(file: string, what: "user" | "item", ids: Int32Array, size: number): void {
  const row = ids.findIndex((id) => id >= size);
  if (row < 0) return;
  throw new DatasetError(
    { file, line: row + 2 },
    `${what} id ${ids[row]!} is out of range: there are ${size} ${what}s, with ids 0 to ${size - 1}`,
    `Correct the id or the number of ${what}s in dataset.json`,
  );
}

function contains({ rowStart, itemIds }: InteractionLists, user: number, item: number): boolean {
  let low = rowStart[user]!;
  let high = rowStart[user + 1]!;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (itemIds[middle]! < item) low = middle + 1;
    else high = middle;
  }
  return low < rowStart[user + 1]! && itemIds[low] === item;
}

function keepPairs(pattern: SparsePattern, keep: (user: number, item: number) => boolean): SparsePattern {
  const userIds = entryRows(pattern);
  const kept = userIds.map((user, entry) => (keep(user, pattern.columnIds[entry]!) ? 1 : 0));
  const select = (ids: Int32Array): Int32Array => ids.filter((_, entry) => kept[entry] === 1);
  return patternFromPairs(pattern.rows, pattern.columns, select(userIds), select(pattern.columnIds));
}

/**
 * Sorts the rows into one list per split and user, merging and dropping what `loadDataset` documents.
 *
 * @throws DatasetError if an id is out of range or nothing is in train
 */
export function splitInteractions(
  file: string,
  rows: InteractionRows,
  users: number,
  items: number,
): Readonly<Record<SplitName, InteractionLists>> & { readonly notes: readonly DatasetNote[] } {
  checkRange(file, "user", rows.userIds, users);
  checkRange(file, "item", rows.itemIds, items);
  const notes: DatasetNote[] = [];
  const note = (kind: DatasetNote["kind"], count: number, message: string): void => {
    if (count > 0) notes.push({ kind, count, message: `${count} ${message}` });
  };
  const merged = (split: SplitName): SparsePattern => {
    const ofSplit = (ids: Int32Array): Int32Array =>
      ids.filter((_, row) => splitNames[rows.splits[row]!] === split);
    const pattern = patternFromPairs(users, items, ofSplit(rows.userIds), ofSplit(rows.itemIds));
    note("duplicateInteraction", pattern.merged, `repeated interactions in ${split} were merged`);
    return pattern;
  };

  const asLists = ({ rowStart, columnIds }: SparsePattern): InteractionLists => ({
    rowStart,
    itemIds: columnIds,
  });
  const trainPattern = merged("train");
  const train = asLists(trainPattern);
  if (train.itemIds.length === 0) {
    throw new DatasetError(
      { file },
      "no row belongs to the split train",
      "Mark the training rows with train",
    );
  }
  const hasTrain = (user: number): boolean => train.rowStart[user + 1]! > train.rowStart[user]!;

  let withoutTrain = 0;
  const heldOut = (split: "valid" | "test"): InteractionLists => {
    const all = merged(split);
    const unseen = keepPairs(all, (user, item) => !contains(train, user, item));
    note(
      "heldOutInTrain",
      all.columnIds.length - unseen.columnIds.length,
      `interactions of ${split} are in train, too, and were dropped from ${split}`,
    );
    const known = keepPairs(unseen, hasTrain);
    withoutTrain += unseen.columnIds.length - known.columnIds.length;
    return asLists(known);
  };
  const valid = heldOut("valid");
  const test = heldOut("test");

  let inBoth = 0;
  for (let user = 0; user < users; user++) {
    for (let entry = valid.rowStart[user]!; entry < valid.rowStart[user + 1]!; entry++) {
      if (contains(test, user, valid.itemIds[entry]!)) inBoth++;
    }
  }
  note("validAndTest", inBoth, "interactions are in both valid and test and were kept in both");
  note(
    "userWithoutTrain",
    rowDegrees(trainPattern).filter((degree) => degree === 0).length,
    `users have no training items; they are not evaluated (${withoutTrain} valid and test interactions dropped)`,
  );
  note(
    "itemWithoutTrain",
    columnDegrees(trainPattern).filter((degree) => degree === 0).length,
    "items have no training interactions; they stay among the candidates",
  );
  return { train, valid, test, notes };
}
