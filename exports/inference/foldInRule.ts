import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { InteractionLists } from "../../runtime/data/interactions.js";
import type { FinalVectors, VectorTable } from "../inferenceVectors.js";
import type { GraphWriter } from "./graphWriter.js";
import { itemsOf, meanVector, product } from "./likedVectors.js";
import { chosenUsers, foundItems } from "./ridgeChoice.js";
import { writeRows, type StoredTable } from "./storedTable.js";

/** Ridges to choose from, over the mean eigenvalue of the items' Gram matrix: beyond 30 it is all but the mean. */
const RIDGES = [0.1, 0.3, 1, 3, 10, 30] as const;
/** Where there are no validation items to choose by: better than the mean of likes for every model that was tried. */
const USUAL_RIDGE = 1;

/** How the vector of somebody new is made: the mean of the liked items' vectors times `map`. */
export interface FoldInRule {
  /** float32 [dim, dim], symmetric. */
  readonly map: Float32Array;
  /** Over the mean eigenvalue of the items' Gram matrix. */
  readonly ridge: number;
}

/** Vᵀ V [dim, dim]. */
function gram({ rows, dim, data }: VectorTable): Matrix {
  const sums = new Float64Array(dim * dim);
  for (let row = 0; row < rows; row++) {
    const start = row * dim;
    for (let a = 0; a < dim; a++) {
      const value = data[start + a]!;
      if (value === 0) continue;
      for (let b = a; b < dim; b++) sums[a * dim + b]! += value * data[start + b]!;
    }
  }
  return Matrix.from1DArray(dim, dim, sums).apply(function (this: Matrix, a, b) {
    if (a > b) this.set(a, b, this.get(b, a));
  });
}

/** (VᵀV + ρ·I)⁻¹, row-major. */
function inverse(system: Matrix, ridge: number): Float64Array {
  const { rows: dim } = system;
  // Vectors of zeros fit anything; any ridge will do.
  const added = (ridge * system.trace()) / dim || 1;
  const regular = Matrix.add(system, Matrix.eye(dim, dim, added));
  return Float64Array.from(new CholeskyDecomposition(regular).solve(Matrix.eye(dim, dim)).to1DArray());
}

/** Length of the users' vectors over that of their likes', so that vectors of both kinds are about as long. */
function scaleOf({ users, items }: FinalVectors, train: InteractionLists, map: Float64Array): number {
  let own = 0;
  let folded = 0;
  for (let user = 0; user < users.rows; user++) {
    const liked = itemsOf(train, user);
    if (liked.length === 0) continue;
    own += Math.hypot(...users.data.subarray(user * users.dim, (user + 1) * users.dim));
    folded += Math.hypot(...product(map, meanVector(items, liked)));
  }
  return own > 0 && folded > 0 ? own / folded : 1;
}

/**
 * The rule of a model: the least-squares fit of a vector whose products with the items are 1 for the liked ones and 0 for
 * the others, with a ridge: u ∝ (VᵀV + ρ·I)⁻¹ Σ v_i. It takes from the mean of the liked vectors what all items have in
 * common, as the scores of a trained user do. Of some ridges, the one is taken with which the model's own users, folded in
 * by their training items, get most of their validation items. No order depends on the scale, which is that of the users'
 * vectors. docs/export-format.md has the comparison on users held out of training.
 *
 * @param train each user's training items
 * @param valid and validation items
 */
export function fitFoldIn(
  vectors: FinalVectors,
  { train, valid }: { readonly train: InteractionLists; readonly valid: InteractionLists },
): FoldInRule {
  const system = gram(vectors.items);
  const maps = RIDGES.map((ridge) => ({ ridge, map: inverse(system, ridge) }));
  const tried = chosenUsers(vectors, train, valid);
  const found = maps.map(({ map }) => foundItems(vectors.items, tried, map));
  const usual = RIDGES.indexOf(USUAL_RIDGE);
  const best = Math.max(...found);
  // Of equal ones the usual.
  const { ridge, map } = maps[found[usual] === best ? usual : found.indexOf(best)]!;
  const scale = scaleOf(vectors, train, map);
  return { ridge, map: Float32Array.from(map, (value) => value * scale) };
}

/**
 * Writes the nodes from `liked` int32 [block, liked], rows padded with -1, to vectors float32 [block, dim]; nothing liked
 * gives zeros.
 *
 * @param output name of the result
 */
export function writeFoldIn(
  writer: GraphWriter,
  items: StoredTable,
  { map }: FoldInRule,
  liked: string,
  output: string,
): string {
  const { dim } = items;
  const zero = writer.constant({ name: "int32/0", dtype: "int32", dims: [], data: Int32Array.of(0) });
  const is = writer.cast(
    "is_liked",
    writer.node("liked_entries", "GreaterOrEqual", [liked, zero]),
    "float32",
  );
  // -1 looks up the last row, which then counts nothing.
  const rows = writeRows(writer, items, liked, "liked_vectors");
  const weights = writer.node("liked_weights", "Unsqueeze", [is, writer.ints(1)]);
  const sums = writer.node("liked_sums", "Squeeze", [
    writer.node("liked_sum_rows", "MatMul", [weights, rows]),
    writer.ints(1),
  ]);
  const counts = writer.node("liked_counts", "ReduceSum", [is, writer.ints(1)], { keepdims: 1 });
  const none = writer.cast("none_liked", writer.node("none", "Equal", [counts, writer.float(0)]), "float32");
  const means = writer.node("liked_means", "Div", [sums, writer.node("divisors", "Add", [counts, none])]);
  const mapping = writer.constant({ name: "fold_in_map", dtype: "float32", dims: [dim, dim], data: map });
  return writer.node(output, "MatMul", [means, mapping]);
}
