import { interactionMatrix } from "../interactionMatrix.js";
import { requireSparse, type Recipe } from "../recipe.js";

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
  return { kind: "sparse", matrix: interactionMatrix(byUser, row, weights) };
};
