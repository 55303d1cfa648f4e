import { ArtifactError } from "../artifacts/artifactError.js";
import { KEY_COLUMN } from "../data/idKeys.js";

/** Titles and keys of items, as far as an export has them. */
export interface ItemNames {
  readonly titles: readonly string[] | null;
  readonly keys: readonly string[] | null;
}

/**
 * Reads items.tsv of an export, whose rows are in the order of their ids.
 *
 * @throws ArtifactError unless there is a row for every item
 */
export function readItemNames(url: string, bytes: Uint8Array, items: number): ItemNames {
  const [header, ...rows] = new TextDecoder().decode(bytes).replace(/\n$/, "").split("\n");
  if (rows.length !== items) {
    const problem = `it must have ${items} rows, one per item, found ${rows.length}`;
    throw new ArtifactError(url, problem, "Write the folder again with `mmkit export`.");
  }
  const names = header!.split("\t");
  const column = (name: string): readonly string[] | null => {
    const at = names.indexOf(name);
    return at < 0 ? null : rows.map((row) => row.split("\t")[at] ?? "");
  };
  return { titles: column("title"), keys: column(KEY_COLUMN) };
}
