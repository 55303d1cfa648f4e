import { hostTensor } from "../hostTensor.js";
import { requireDense, type Recipe } from "../recipe.js";
import { columnDegrees, rowDegrees } from "../sparseMatrix.js";

const valueOf = {
  selfLoop: (d: number) => 1 / (d + 1),
  inverseRoot: (d: number) => (d === 0 ? 0 : 1 / Math.sqrt(d)),
  binary: (d: number) => d,
} as const;

/**
 * A number per user or item from its count d of training interactions: `weights` "selfLoop" 1 / (d + 1), the weight
 * of the self loop in D^-1 (A + I), "inverseRoot" 1 / sqrt(d) (0 where d is), or "binary" d itself.
 */
export const degree: Recipe = (context) => {
  const weights = context.arguments.choice("weights", ["selfLoop", "binary", "inverseRoot"]);
  const [axis] = requireDense(context, "float32", ["user", "item"]);
  const { users, items, train } = context.dataset;
  const pattern = { rows: users, columns: items, rowStart: train.rowStart, columnIds: train.itemIds };
  const degrees = axis === "user" ? rowDegrees(pattern) : columnDegrees(pattern);
  const values = Float32Array.from(degrees, valueOf[weights]);
  return { kind: "dense", tensor: hostTensor("float32", [values.length], values) };
};
