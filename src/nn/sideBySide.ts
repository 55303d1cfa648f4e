import { concat, rename, split } from "../authoring/operations.js";
import type { Tensor } from "../authoring/tensor.js";

/**
 * Tables [row, d] with their columns side by side, [row, n d], so that one sparse product serves all; the second axis
 * keeps its name.
 *
 * @param tables at least one, all of the same type
 */
export function sideBySide<Row extends string, Dim extends string>(
  tables: readonly Tensor<[Row, Dim]>[],
): Tensor<[Row, Dim]> {
  if (tables.length === 1) return tables[0]!;
  const along = tables[0]!.type.axes[1]!.name;
  return concat(
    along,
    tables.map((value) => ({ value, along })),
  ) as unknown as Tensor<[Row, Dim]>;
}

/** The `count` tables that stand side by side. */
export function separated<Row extends string, Dim extends string>(
  joined: Tensor<[Row, Dim]>,
  count: number,
): Tensor<[Row, Dim]>[] {
  if (count === 1) return [joined];
  const { name, size } = joined.type.axes[1]!;
  const names = Array.from({ length: count }, (_, i) => `${name}_${i}`);
  const sizes = names.map(() => (size as number) / count);
  const parts = split(joined, name as Dim, names, sizes) as unknown as Tensor<[Row, string]>[];
  return parts.map((part, i) => rename(part, names[i]!, name) as unknown as Tensor<[Row, Dim]>);
}
