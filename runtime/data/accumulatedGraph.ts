import type { SparseMatrix } from "./sparseMatrix.js";

interface Weighted {
  readonly column: number;
  readonly value: number;
}

/** Both rows' entries with the sums of their weighted values, columns ascending. */
function mergedRow(matrices: readonly (readonly [SparseMatrix, number])[], row: number): Weighted[] {
  const sums = new Map<number, number>();
  for (const [{ rowStart, columnIds, values }, factor] of matrices) {
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
      const column = columnIds[entry]!;
      sums.set(column, (sums.get(column) ?? 0) + factor * values[entry]!);
    }
  }
  return [...sums].sort(([left], [right]) => left - right).map(([column, value]) => ({ column, value }));
}

/**
 * The weighted sum of two matrices of one size.
 *
 * @param keep per row at most so many entries, the largest, of equal ones those of lower columns; null for all
 */
export function weightedSum(
  left: readonly [matrix: SparseMatrix, factor: number],
  right: readonly [matrix: SparseMatrix, factor: number],
  keep: number | null,
): SparseMatrix {
  const { rows, columns } = left[0];
  const rowStart = new Int32Array(rows + 1);
  const columnIds: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    const merged = mergedRow([left, right], row);
    const kept =
      keep === null || merged.length <= keep
        ? merged
        : [...merged]
            .sort((a, b) => b.value - a.value || a.column - b.column)
            .slice(0, keep)
            .sort((a, b) => a.column - b.column);
    for (const { column, value } of kept) {
      columnIds.push(column);
      values.push(value);
    }
    rowStart[row + 1] = columnIds.length;
  }
  return {
    rows,
    columns,
    rowStart,
    columnIds: Int32Array.from(columnIds),
    values: Float32Array.from(values),
  };
}
