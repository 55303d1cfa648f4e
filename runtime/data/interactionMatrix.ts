import {
  columnDegrees,
  entryRows,
  rowDegrees,
  transposePattern,
  type SparseMatrix,
  type SparsePattern,
} from "./sparseMatrix.js";

/** How an interaction is weighted, d counting interactions. */
export const interactionWeights = {
  symmetric: (rowDegree: number, columnDegree: number) => 1 / Math.sqrt(rowDegree * columnDegree),
  binary: () => 1,
  rowMean: (rowDegree: number) => 1 / rowDegree,
  rowSelfLoop: (rowDegree: number) => 1 / (rowDegree + 1),
} as const satisfies Readonly<Record<string, (rowDegree: number, columnDegree: number) => number>>;

/** Interactions [user, item] as a weighted matrix with users or items as rows. */
export function interactionMatrix(
  byUser: SparsePattern,
  row: string,
  weights: keyof typeof interactionWeights,
): SparseMatrix {
  const pattern = row === "user" ? byUser : transposePattern(byUser);
  const ofRow = rowDegrees(pattern);
  const ofColumn = columnDegrees(pattern);
  const rowIds = entryRows(pattern);
  const weight: (rowDegree: number, columnDegree: number) => number = interactionWeights[weights];
  const values = Float32Array.from(pattern.columnIds, (column, entry) =>
    weight(ofRow[rowIds[entry]!]!, ofColumn[column]!),
  );
  const { rows, columns, rowStart, columnIds } = pattern;
  return { rows, columns, rowStart, columnIds, values };
}
