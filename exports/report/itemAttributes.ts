import type { TextTable } from "../../runtime/data/textTable.js";

/** A property by which items can be told apart in a picture. */
export interface ItemAttribute {
  readonly name: string;
  /** The values, the most frequent first. */
  readonly values: readonly string[];
  /** [item] position in `values`, null where the item has none. */
  readonly valueOfItem: readonly (number | null)[];
}

/** More values than these cannot be told apart by colour and shape. */
export const MOST_VALUES = 12;

/** @param texts [item] null or empty where the item has no value */
export function attributeOf(name: string, texts: readonly (string | null)[]): ItemAttribute {
  const counts = new Map<string, number>();
  for (const text of texts) if (text !== null && text !== "") counts.set(text, (counts.get(text) ?? 0) + 1);
  const values = [...counts.keys()].sort(
    (left, right) => counts.get(right)! - counts.get(left)! || (left < right ? -1 : 1),
  );
  const position = new Map(values.map((value, index) => [value, index]));
  return { name, values, valueOfItem: texts.map((text) => position.get(text ?? "") ?? null) };
}

/**
 * The columns of items.tsv that group items: 2 to {@link MOST_VALUES} different values, known for at least half the
 * items, each of two items in the mean.
 *
 * @param items number of items
 */
export function groupingAttributes(
  table: Pick<TextTable, "columns" | "text"> | null,
  items: number,
): ItemAttribute[] {
  if (table === null) return [];
  return table.columns
    .map((column) =>
      attributeOf(
        column,
        Array.from({ length: items }, (_, item) => table.text(column, item)),
      ),
    )
    .filter(({ values, valueOfItem }) => {
      const known = valueOfItem.filter((value) => value !== null).length;
      const isFew = values.length >= 2 && values.length <= MOST_VALUES;
      return isFew && 2 * known >= items && 2 * values.length <= known;
    });
}
