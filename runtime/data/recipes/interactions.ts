import { requireSparse, type Recipe } from "../recipe.js";
import { columnDegrees, entryRows, rowDegrees, transposePattern } from "../sparseMatrix.js";

/**
 * The training interactions as a weighted matrix [user, item] or [item, user]; d counts training interactions.
 *
 * `weights`: "symmetric" 1 / sqrt(d_u d_i), "binary" 1, "rowMean" 1 / d_row, "rowSelfLoop" 1 / (d_row + 1).
 */
export const interactions: Recipe = (context) => {
  const weights = context.arguments.choice("weights", ["symmetric", "binary", "rowMean", "rowSelfLoop"]);
  const [row] = requireSparse(context, ["user", "item"], ["item", "user"]);
  const { users, items, train } = context.dataset;
  const byUser = { rows: users, columns: items, rowStart: train.rowStart, columnIds: train.itemIds };
  const pattern = row === "user" ? byUser : transposePattern(byUser);

  const ofRow = rowDegrees(pattern);
  const ofColumn = columnDegrees(pattern);
  const rowIds = entryRows(pattern);
  const weight = {
    symmetric: (rowDegree: number, columnDegree: number) => 1 / Math.sqrt(rowDegree * columnDegree),
    binary: () => 1,
    rowMean: (rowDegree: number) => 1 / rowDegree,
    rowSelfLoop: (rowDegree: number) => 1 / (rowDegree + 1),
  }[weights];
  const values = Float32Array.from(pattern.columnIds, (column, entry) =>
    weight(ofRow[rowIds[entry]!]!, ofColumn[column]!),
  );
  const { rows, columns, rowStart, columnIds } = pattern;
  return { kind: "sparse", matrix: { rows, columns, rowStart, columnIds, values } };
};
