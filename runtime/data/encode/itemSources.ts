import { isAbsolute, join } from "node:path";
import type { Dataset } from "../dataset.js";
import { EncodeError } from "./encodeError.js";

/** Columns that are taken where none is named, the first that items.tsv has. */
const usualColumns = { text: ["text", "title", "name"], image: ["picture", "image"] } as const;

/** What is encoded of each item. */
export interface ItemSources {
  readonly columns: readonly string[];
  /** [item]: a text or the path of a picture; null where the item has none. */
  readonly sources: readonly (string | null)[];
}

/**
 * What items.tsv says of each item: the texts of the columns joined by spaces, or the path of its picture, relative to
 * the dataset's folder. Empty fields stand for nothing.
 *
 * @param columns the usual ones if null
 * @throws EncodeError if there is no items.tsv, it lacks a column, or no item has anything
 */
export function itemSources(
  dataset: Dataset,
  kind: "text" | "image",
  columns: readonly string[] | null,
): ItemSources {
  const { itemTable, items, folder } = dataset;
  const file = join(folder, "items.tsv");
  if (itemTable === null) {
    throw new EncodeError(
      file,
      "the file does not exist",
      `Write one with item_id and a column with each item's ${kind}`,
    );
  }
  const usual = usualColumns[kind].find((name) => itemTable.columns.includes(name));
  const used = columns ?? (usual === undefined ? [] : [usual]);
  const missing = used.find((name) => !itemTable.columns.includes(name));
  if (used.length === 0 || missing !== undefined) {
    const wanted =
      missing === undefined ? `none of ${usualColumns[kind].join(", ")}` : `no column "${missing}"`;
    throw new EncodeError(
      file,
      `it has ${wanted} (it has ${itemTable.columns.join(", ")})`,
      "Name the column with --column",
    );
  }
  if (kind === "image" && used.length > 1) {
    throw new EncodeError(
      file,
      `an item has one picture, not one in each of ${used.join(", ")}`,
      "Name one column",
    );
  }
  const sources = Array.from({ length: items }, (_, item) => {
    const text = used
      .map((column) => itemTable.text(column, item) ?? "")
      .join(" ")
      .trim();
    if (text === "") return null;
    return kind === "text" || isAbsolute(text) ? text : join(folder, text);
  });
  if (sources.some((source) => source !== null)) return { columns: used, sources };
  throw new EncodeError(
    file,
    `no item has anything in ${used.join(", ")}`,
    "Fill the column or name another one",
  );
}
