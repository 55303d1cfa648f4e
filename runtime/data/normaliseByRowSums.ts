import type { SparseMatrix } from "./sparseMatrix.js";

/**
 * D^-1/2 S D^-1/2 with D the row sums of the directed S, on both sides (ksi.md, eq. 3, as LATTICE); a row or column
 * whose sum is zero stays zero.
 */
export function normaliseByRowSums(matrix: SparseMatrix): SparseMatrix {
  const { rows, rowStart, columnIds, values } = matrix;
  const scale = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) sum += values[entry]!;
    scale[row] = sum > 0 ? 1 / Math.sqrt(sum) : 0;
  }
  const normalised = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
      normalised[entry] = values[entry]! * scale[row]! * scale[columnIds[entry]!]!;
    }
  }
  return { ...matrix, values: normalised };
}
