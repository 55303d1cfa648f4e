import { Random } from "../../../runtime/data/random.js";
import { patternFromPairs, type SparseMatrix } from "../../../runtime/data/sparseMatrix.js";

/** A matrix with about `density` of its cells filled with values other than 0; about every third row is empty. */
export function randomSparse(seed: number, rows: number, columns: number, density: number): SparseMatrix {
  const random = new Random(seed, "randomSparse");
  const rowIds: number[] = [];
  const columnIds: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (random.below(3) === 0) continue;
    for (let column = 0; column < columns; column++) {
      if (random.float64() >= density) continue;
      rowIds.push(row);
      columnIds.push(column);
    }
  }
  const { merged, ...pattern } = patternFromPairs(
    rows,
    columns,
    Int32Array.from(rowIds),
    Int32Array.from(columnIds),
  );
  if (merged !== 0) throw new Error("the generated pairs are distinct");
  return { ...pattern, values: Float32Array.from(pattern.columnIds, () => 0.5 + random.float64()) };
}

/** A matrix whose row r has the given number of entries. */
export function sparseOfDegrees(degrees: readonly number[], columns: number): SparseMatrix {
  const rowStart = Int32Array.from([0, ...degrees]);
  for (let row = 0; row < degrees.length; row++) rowStart[row + 1]! += rowStart[row]!;
  const columnIds = new Int32Array(rowStart.at(-1)!);
  degrees.forEach((degree, row) => {
    for (let entry = 0; entry < degree; entry++) columnIds[rowStart[row]! + entry] = entry;
  });
  return {
    rows: degrees.length,
    columns,
    rowStart,
    columnIds,
    values: new Float32Array(columnIds.length).fill(1),
  };
}

/** [row][column] */
export function denseOf(matrix: SparseMatrix): number[][] {
  return Array.from({ length: matrix.rows }, (_, row) => {
    const dense = new Array<number>(matrix.columns).fill(0);
    for (let entry = matrix.rowStart[row]!; entry < matrix.rowStart[row + 1]!; entry++) {
      dense[matrix.columnIds[entry]!] = matrix.values[entry]!;
    }
    return dense;
  });
}
