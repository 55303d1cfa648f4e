import { DatasetError } from "../datasetError.js";
import { splitNames, type InteractionRows, type SplitName } from "../interactions.js";
import { Random } from "../random.js";
import { corruptedRows } from "./corruptedRows.js";

/** Rows of interactions.tsv as they come out of a corruption. */
export interface NoisyInteractions {
  /** Rows of the source that `loadDataset` uses, ascending; the others are not written. */
  readonly kept: Int32Array;
  /** [row of the source]: the item, replaced or not. */
  readonly itemIds: Int32Array;
  /** Rows of train and valid among `kept`. */
  readonly candidates: number;
  /** Rows whose item was replaced, in the order in which that happened. */
  readonly replaced: Int32Array;
}

/** The items of each user, made when the first one is added. */
class ItemsOfUsers {
  readonly #items = new Map<number, Set<number>>();

  of(user: number): Set<number> {
    const found = this.#items.get(user) ?? new Set<number>();
    this.#items.set(user, found);
    return found;
  }
}

/**
 * Rows that `loadDataset` uses: the first of repeated ones, no pair of train in valid or test, no user without training
 * items. Were the others written, a pair of test could come back to life because its twin in train was replaced.
 */
function usedRows({ userIds, itemIds, splits }: InteractionRows): Int32Array {
  const seen: Readonly<Record<SplitName, ItemsOfUsers>> = {
    train: new ItemsOfUsers(),
    valid: new ItemsOfUsers(),
    test: new ItemsOfUsers(),
  };
  const rows = Array.from(userIds.keys());
  const first = (row: number, split: SplitName): boolean => {
    const items = seen[split].of(userIds[row]!);
    if (items.has(itemIds[row]!)) return false;
    items.add(itemIds[row]!);
    return true;
  };
  const inTrain = rows.filter((row) => splitNames[splits[row]!] === "train" && first(row, "train"));
  const heldOut = rows.filter((row) => {
    const split = splitNames[splits[row]!]!;
    const trained = seen.train.of(userIds[row]!);
    return split !== "train" && trained.size > 0 && !trained.has(itemIds[row]!) && first(row, split);
  });
  return Int32Array.from([...inTrain, ...heldOut]).sort();
}

/**
 * Interaction noise of the robustness study (SLIF-MR, Fig. 7): replaces the item of a share of the pairs of train and
 * valid, taken together, by a uniformly drawn item that the user has in no split and has not been given by the noise.
 * The pairs of test stay as they are, and every user keeps their number of items in each split.
 *
 * Nested: with the same seed, the replacements at a lower rate are among those at a higher one.
 *
 * @param file interactions.tsv, for messages
 * @throws DatasetError if a user has no item left to be given
 */
export function interactionNoise(
  file: string,
  rows: InteractionRows,
  items: number,
  rate: number,
  seed: number,
): NoisyInteractions {
  const kept = usedRows(rows);
  const taken = new ItemsOfUsers();
  for (const row of kept) taken.of(rows.userIds[row]!).add(rows.itemIds[row]!);
  const candidates = kept.filter((row) => splitNames[rows.splits[row]!] !== "test");
  const replaced = corruptedRows(candidates, rate, seed, "interaction noise");
  const random = new Random(seed, "interaction noise", "items");
  const itemIds = rows.itemIds.slice();
  for (const row of replaced) {
    const user = rows.userIds[row]!;
    const own = taken.of(user);
    if (own.size >= items) {
      throw new DatasetError(
        { file, line: row + 2 },
        `user ${user} has or was given all ${items} items, so none is left to replace item ${rows.itemIds[row]!}`,
        "Lower the rate of interactions or leave this user out",
      );
    }
    let item: number;
    do item = random.below(items);
    while (own.has(item));
    own.add(item);
    itemIds[row] = item;
  }
  return { kept, itemIds, candidates: candidates.length, replaced };
}
