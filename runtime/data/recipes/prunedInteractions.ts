import { interactionMatrix } from "../interactionMatrix.js";
import { Random } from "../random.js";
import { requireSparse, type Recipe } from "../recipe.js";
import { columnDegrees, entryRows, rowDegrees, withEntries } from "../sparseMatrix.js";
import { weightedSample } from "../weightedSample.js";

/**
 * (1 - `ratio`) of the training interactions as a matrix [user, item] or [item, user], drawn for the epoch without
 * replacement with probability proportional to 1 / √(d_u d_i): degree-sensitive edge pruning (FREEDOM, Zhou and Shen,
 * MM 2023; slif-mr.md, eq. 6).
 *
 * `weights`: "symmetric" 1 / √(d_u d_i) with the degrees of the interactions that are kept, "binary" 1.
 */
export const prunedInteractions: Recipe = (context) => {
  const weights = context.arguments.choice("weights", ["symmetric", "binary"]);
  const ratio = context.arguments.ratio("ratio");
  const [row] = requireSparse(context, ["user", "item"], ["item", "user"]);
  const { users, items, train } = context.dataset;
  const all = { rows: users, columns: items, rowStart: train.rowStart, columnIds: train.itemIds };
  const ofUser = rowDegrees(all);
  const ofItem = columnDegrees(all);
  const userIds = entryRows(all);
  const chances = Float64Array.from(
    all.columnIds,
    (item, entry) => 1 / Math.sqrt(ofUser[userIds[entry]!]! * ofItem[item]!),
  );
  const random = new Random(context.seed, "interactions", context.epoch);
  const kept = weightedSample(chances, Math.round((1 - ratio) * chances.length), random);
  return { kind: "sparse", matrix: interactionMatrix(withEntries(all, kept), row, weights) };
};
