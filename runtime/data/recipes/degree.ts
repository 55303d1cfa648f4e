import { hostTensor } from "../hostTensor.js";
import { requireDense, type Recipe } from "../recipe.js";
import { columnDegrees, rowDegrees } from "../sparseMatrix.js";

/**
 * A number per user or item from its count d of training interactions: `weights` "selfLoop" 1 / (d + 1), the weight
 * of the self loop in D^-1 (A + I), or "binary" d itself.
 */
export const degree: Recipe = (context) => {
  const weights = context.arguments.choice("weights", ["selfLoop", "binary"]);
  const [axis] = requireDense(context, "float32", ["user", "item"]);
  const { users, items, train } = context.dataset;
  const pattern = { rows: users, columns: items, rowStart: train.rowStart, columnIds: train.itemIds };
  const degrees = axis === "user" ? rowDegrees(pattern) : columnDegrees(pattern);
  const values = Float32Array.from(degrees, (count) => (weights === "selfLoop" ? 1 / (count + 1) : count));
  return { kind: "dense", tensor: hostTensor("float32", [values.length], values) };
};
