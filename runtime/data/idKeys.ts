import { DatasetError } from "./datasetError.js";
import type { TextTable } from "./textTable.js";

/** Column of users.tsv and items.tsv that holds the keys by which the data's owner knows users and items. */
export const KEY_COLUMN = "key";

/** A reversible map between ids, 0 to size - 1, and the keys of the data's owner. */
export class IdKeys {
  readonly #keys: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  /** @param keys [id], no two equal */
  constructor(keys: readonly string[]) {
    this.#keys = keys;
    this.#ids = new Map(keys.map((key, id) => [key, id]));
  }

  get size(): number {
    return this.#keys.length;
  }

  /** The key of an id below `size`. */
  key(id: number): string {
    return this.#keys[id]!;
  }

  /** The id of a key, null if nothing has it. */
  id(key: string): number | null {
    return this.#ids.get(key) ?? null;
  }

  keys(): readonly string[] {
    return this.#keys;
  }
}

/**
 * The keys of a table, null if it has no column `key`.
 *
 * @param what "user" or "item", for messages
 * @param size number of ids; every one must have a key of its own
 * @throws DatasetError naming the line of an empty or repeated key, or the id without one
 */
export function readIdKeys(table: TextTable | null, what: "user" | "item", size: number): IdKeys | null {
  if (table?.columns.includes(KEY_COLUMN) !== true) return null;
  const owners = new Map<string, number>();
  for (let id = 0; id < size; id++) {
    const key = table.text(KEY_COLUMN, id);
    const line = table.line(id);
    if (key === null || key === "") {
      throw new DatasetError(
        { file: table.file, line },
        `${what} ${id} has no key`,
        `Give all ${size} ${what}s one, or leave the column out`,
      );
    }
    const owner = owners.get(key);
    if (owner !== undefined) {
      throw new DatasetError(
        { file: table.file, line },
        `${what} ${id} has the key "${key}", which is ${what} ${owner}'s already`,
        "Give each a key of its own",
      );
    }
    owners.set(key, id);
  }
  return new IdKeys([...owners.keys()]);
}
