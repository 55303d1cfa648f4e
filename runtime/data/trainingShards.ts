import { DatasetError } from "./datasetError.js";
import { splitNames } from "./interactions.js";
import { patternFromPairs, type SparsePattern } from "./sparseMatrix.js";
import { integerTsvParts } from "./tsv.js";

/** The training interactions of some consecutive users. */
export interface TrainingShard {
  /** Id of row 0 of the pattern. */
  readonly firstUser: number;
  /** [user of the shard, item], items ascending, each once; ends with the last user who has a row. */
  readonly pattern: SparsePattern;
}

export interface ShardSettings {
  /** Number of items. */
  readonly items: number;
  /** Users of a shard. */
  readonly usersPerShard: number;
}

const TRAIN = splitNames.indexOf("train");

/** Ids that grow as they come. */
class Growing {
  private ids = new Int32Array(1024);
  length = 0;

  push(id: number): void {
    if (this.length === this.ids.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.ids);
      this.ids = larger;
    }
    this.ids[this.length++] = id;
  }

  get values(): Int32Array {
    return this.ids.subarray(0, this.length);
  }
}

/**
 * Reads the training rows of an interactions.tsv whose users ascend (as `mmkit data import` writes them) shard by shard:
 * memory holds one shard, however many users there are. Users without a row are in no or in an empty row of a shard;
 * shards without any row are left out.
 *
 * @throws DatasetError naming the line of a user before the last one, an item out of range, and what else is wrong with it
 */
export async function* trainingShards(
  file: string,
  { items, usersPerShard }: ShardSettings,
): AsyncGenerator<TrainingShard, void> {
  let shard = -1;
  let last = -1;
  let users = new Growing();
  let itemIds = new Growing();
  const finished = (): TrainingShard => ({
    firstUser: shard * usersPerShard,
    pattern: patternFromPairs(
      Math.min(usersPerShard, last + 1 - shard * usersPerShard),
      items,
      users.values,
      itemIds.values,
    ),
  });
  for await (const { firstRow, rows, columns } of integerTsvParts(file, {
    user_id: "id",
    item_id: "id",
    split: splitNames,
  })) {
    for (let row = 0; row < rows; row++) {
      const user = columns.user_id[row]!;
      const item = columns.item_id[row]!;
      const line = firstRow + row + 2;
      if (user < last) {
        throw new DatasetError(
          { file, line },
          `user ${user} comes after user ${last}, but shards are read in one pass`,
          "Order the rows by user, as `mmkit data import` does",
        );
      }
      if (item >= items) {
        throw new DatasetError(
          { file, line },
          `item id ${item} is out of range: there are ${items} items, with ids 0 to ${items - 1}`,
          "Correct the id or the number of items",
        );
      }
      const own = Math.floor(user / usersPerShard);
      if (own !== shard) {
        if (users.length > 0) yield finished();
        shard = own;
        [users, itemIds] = [new Growing(), new Growing()];
      }
      last = user;
      if (columns.split[row] !== TRAIN) continue;
      users.push(user - shard * usersPerShard);
      itemIds.push(item);
    }
  }
  if (users.length > 0) yield finished();
}
