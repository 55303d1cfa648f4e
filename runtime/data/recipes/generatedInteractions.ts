import { hostTensor } from "../hostTensor.js";
import { Random } from "../random.js";
import {
  RecipeError,
  requireComputed,
  requireDense,
  requireSparse,
  type Recipe,
  type RecipeContext,
} from "../recipe.js";
import { transpose, type SparseMatrix } from "../sparseMatrix.js";

/** Items that a model chose for the users, each once, and the degrees of both with a self-loop. */
interface Chosen {
  readonly matrix: SparseMatrix;
  readonly users: Float64Array;
  readonly items: Float64Array;
}

/** @throws RecipeError unless the model computed ids of items for every user */
function chosenItems(context: RecipeContext): Chosen {
  const { entry, dataset } = context;
  const { data, dims } = requireComputed(context, "items");
  const [rows, perUser] = dims;
  if (!(data instanceof Int32Array) || dims.length !== 2 || rows !== dataset.users) {
    throw new RecipeError(
      entry,
      `the model computed ${data.constructor.name} [${dims.join(", ")}], not item ids of ${dataset.users} users`,
      "Correct the declaration",
    );
  }
  const rowStart = new Int32Array(rows + 1);
  const columnIds: number[] = [];
  const items = new Float64Array(dataset.items).fill(1);
  for (let user = 0; user < rows; user++) {
    const own = new Set(data.subarray(user * perUser!, (user + 1) * perUser!));
    for (const item of [...own].sort((left, right) => left - right)) {
      columnIds.push(item);
      items[item]!++;
    }
    rowStart[user + 1] = columnIds.length;
  }
  const users = Float64Array.from({ length: rows }, (_, user) => rowStart[user + 1]! - rowStart[user]! + 1);
  const values = new Float32Array(columnIds.length);
  for (let user = 0; user < rows; user++) {
    for (let place = rowStart[user]!; place < rowStart[user + 1]!; place++) {
      values[place] = 1 / Math.sqrt(users[user]! * items[columnIds[place]!]!);
    }
  }
  const matrix = { rows, columns: dataset.items, rowStart, columnIds: Int32Array.from(columnIds), values };
  return { matrix, users, items };
}

/** Keeps each value with probability `keepRate`, the kept ones divided by it; which ones depends on epoch and buffer. */
function thinned(context: RecipeContext, values: Float32Array): Float32Array {
  const keepRate = context.arguments.within("keepRate", 0, 1);
  if (keepRate === 1) return values;
  const random = new Random(context.seed, "generated interactions", context.entry.name, context.epoch);
  return values.map((value) => (random.float64() < keepRate ? value / keepRate : 0));
}

/**
 * The graph of the items that the model chose for the users, `items` int32 [user, kept], as a matrix [user, item] or
 * [item, user]: B + I, symmetrically normalised, without its diagonal (`generatedLoops`): 1 / √((d_u + 1)(d_i + 1))
 * (DiffMM's code; kdiffe.md, section 7).
 *
 * `keepRate` keeps so many entries, drawn anew every epoch and for each direction, rescaled; those that are left out
 * have weight 0.
 */
export const generatedInteractions: Recipe = (context) => {
  const [row] = requireSparse(context, ["user", "item"], ["item", "user"]);
  const { matrix } = chosenItems(context);
  const turned = row === "user" ? matrix : transpose(matrix);
  return { kind: "sparse", matrix: { ...turned, values: thinned(context, turned.values) } };
};

/** The diagonal of that graph, 1 / (d + 1), thinned alike, float32 [user] or [item]. */
export const generatedLoops: Recipe = (context) => {
  const [axis] = requireDense(context, "float32", ["user", "item"]);
  const { users, items } = chosenItems(context);
  const diagonal = Float32Array.from(axis === "user" ? users : items, (degree) => 1 / degree);
  return { kind: "dense", tensor: hostTensor("float32", [diagonal.length], thinned(context, diagonal)) };
};
