import { weightedSum } from "../accumulatedGraph.js";
import { cosineNeighbours } from "../cosineNeighbours.js";
import { float32Data } from "../hostTensor.js";
import { normaliseByRowSums } from "../normaliseByRowSums.js";
import { RecipeError, requireComputed, type Recipe, type RecipeContext } from "../recipe.js";
import type { SparseMatrix } from "../sparseMatrix.js";

/**
 * The graph of the k nearest rows by cosine of vectors that the model computed, `vectors` [row, dim] (slif-mr.md, eqs
 * 16-17): per row the k largest, ties to the lower row, negatives clipped to 0 and left out; no self-loops unless
 * `includeSelf`.
 *
 * - `weights`: "cosine" as they are, "symmetric" D^-1/2 𝒢 D^-1/2 with D the row sums.
 * - `accumulate`: what becomes of what the buffer held before. "replace" forgets it; "ema" is `decay` times it plus
 *   1 - `decay` times the new graph; "sum" is the mean of all graphs so far; "unbounded" is their plain sum, which grows
 *   without end. "ema" and "sum" keep the `keep` largest entries of a row, so that neither entries nor norm grow.
 */
export const nearest: Recipe = async (context) => {
  const { entry } = context;
  const k = context.arguments.count("k");
  const includeSelf = context.arguments.flag("includeSelf");
  const weights = context.arguments.choice("weights", ["symmetric", "cosine"]);
  if (entry.kind !== "sparse" || entry.row !== entry.column) {
    throw new RecipeError(
      entry,
      "it makes a sparse matrix whose rows and columns are the same, but the buffer is not one",
      "Correct the declaration",
    );
  }
  const tensor = requireComputed(context, "vectors");
  const [rows, size] = tensor.dims as [number, number];
  const vectors = float32Data(`"vectors" of buffer "${entry.name}"`, tensor, [rows, size]);
  const request = { vectors, rows, size, k, includeSelf, subject: entry.row };
  const cosines = await cosineNeighbours(context, request);
  const matrix = weights === "cosine" ? cosines : normaliseByRowSums(cosines);
  return { kind: "sparse", matrix: accumulated(context, matrix) };
};

function accumulated(context: RecipeContext, next: SparseMatrix): SparseMatrix {
  const mode = context.arguments.choice("accumulate", ["replace", "ema", "sum", "unbounded"]);
  const decay = context.arguments.ratio("decay");
  const keep = context.arguments.count("keep");
  const before = context.previous?.kind === "sparse" ? context.previous.matrix : null;
  if (mode === "replace" || before === null || before.columnIds.length === 0) return next;
  if (mode === "unbounded") return weightedSum([before, 1], [next, 1], null);
  const share = mode === "ema" ? 1 - decay : 1 / timesMade(context);
  return weightedSum([before, 1 - share], [next, share], keep);
}

/** How often the buffer was made by this recipe, this time included. */
function timesMade({ entry, epoch }: RecipeContext): number {
  if (entry.refresh === "once") return 1;
  const { from, every } = entry.refresh;
  return Math.floor((epoch - from) / every) + 1;
}
