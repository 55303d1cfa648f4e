import { DatasetError } from "../data/datasetError.js";
import { columnRoles } from "./columnRole.js";
import type { Workspace } from "./workspace.js";

/** A line of a file that says which number which key has. */
export interface IdMapEntry {
  readonly line: number;
  /** The owner's key. */
  readonly key: string;
  /** The id in the source's numbering, as written. */
  readonly number: string;
  /** Further texts, in the order of the table's columns. */
  readonly texts?: readonly string[];
}

/**
 * Stages a map between numbers and keys (source_key, key, and the further columns).
 *
 * @returns numbers that have a key
 * @throws DatasetError naming the line of a number that is none, or a number or key that comes twice
 */
export async function stageIdMap(
  workspace: Workspace,
  table: string,
  file: string,
  entries: AsyncIterable<IdMapEntry>,
  columns: readonly string[] = [],
): Promise<ReadonlySet<number>> {
  const lineOfNumber = new Map<number, number>();
  const lineOfKey = new Map<string, number>();
  const first = (line: number, what: string, earlier: number | undefined): void => {
    if (earlier === undefined) return;
    throw new DatasetError(
      { file, line },
      `${what} stands on line ${earlier} already`,
      "Keep one of the lines",
    );
  };
  const types = Object.fromEntries(
    ["source_key", "key", ...columns].map((name) => [name, "VARCHAR"] as const),
  );
  await workspace.load(table, types, async (add) => {
    for await (const { line, key, number, texts = [] } of entries) {
      const problem = columnRoles.id.problem(number);
      if (problem !== null)
        throw new DatasetError({ file, line }, `the id "${number}" ${problem}`, "Correct the line");
      if (key === "") throw new DatasetError({ file, line }, `the id ${number} has no key`, "Give it one");
      first(line, `the id ${number}`, lineOfNumber.get(Number(number)));
      first(line, `the key "${key}"`, lineOfKey.get(key));
      lineOfNumber.set(Number(number), line);
      lineOfKey.set(key, line);
      add([String(Number(number)), key, ...texts]);
    }
  });
  return new Set(lineOfNumber.keys());
}

/** @throws DatasetError naming the first number below `size` that the map does not hold */
export function checkComplete(
  file: string,
  what: "user" | "item",
  numbers: ReadonlySet<number>,
  size: number,
): void {
  for (let id = 0; id < size; id++) {
    if (numbers.has(id)) continue;
    throw new DatasetError(
      { file },
      `${what} ${id} has no line, but there are ${size} ${what}s`,
      `Add it, or remove the file to go by the numbers`,
    );
  }
}
