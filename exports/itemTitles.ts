import type { Dataset } from "../runtime/data/dataset.js";

/** Columns of items.tsv that name an item for people, the best first. */
const titleColumns = ["title", "name"];

/** [item] titles, empty where one is missing; undefined if the dataset has none. */
export function titlesOf({ itemTable, items }: Dataset): readonly string[] | undefined {
  const column = titleColumns.find((name) => itemTable?.columns.includes(name) === true);
  if (itemTable === null || column === undefined) return undefined;
  return Array.from({ length: items }, (_, item) => itemTable.text(column, item) ?? "");
}
