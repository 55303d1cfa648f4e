import { requireModality } from "../dataset.js";
import { float32Data, hostTensor } from "../hostTensor.js";
import { leadingSubspace, type Multiply } from "../leadingSubspace.js";
import { imputations, imputeFeatures } from "../imputeFeatures.js";
import { columnMean } from "../modalityFeatures.js";
import { RecipeError, requireDense, runForOutput, type Recipe } from "../recipe.js";

const GRAPH = "recipes/matrix_product";
const LIMIT = 500;
/** A singular value that changes more than this after `LIMIT` iterations is not known well enough to be used. */
const ACCEPTABLE_CHANGE = 1e-3;
/** Singular values below this share of the Frobenius norm are rounding of float32 products. */
const NO_RANK = 1e-6;

/**
 * Principal components [item, dim]: features centred by column (missing rows as `impute` says, by default the
 * mean, so that they become zero), times the `dim` leading right singular vectors; no whitening (ksi.md, eq. 12). The sign of a vector makes
 * its component of largest magnitude positive, the first of equals. Columns beyond the rank are zero and noted.
 *
 * @throws RecipeError if the singular values still change by more than 1e-3 after 500 iterations, or a product is
 *   not finite
 */
export const pca: Recipe = async (context) => {
  const modality = context.arguments.text("modality");
  const dim = context.arguments.count("dim");
  requireDense(context, "float32", ["item"], null);
  const features = requireModality(context.dataset, modality);
  const { rows, size } = features;

  const impute = context.arguments.choice("impute", imputations);
  const imputed = imputeFeatures(features, impute, context.dataset.train);
  const mean = columnMean(imputed, rows, size, rows);
  const centred = new Float32Array(imputed.length);
  let squaredNorm = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < size; column++) {
      const value = Math.fround(imputed[row * size + column]! - mean[column]!);
      centred[row * size + column] = value;
      squaredNorm += value * value;
    }
  }

  const multiply: Multiply = async (left, right) => {
    const feeds = {
      left: hostTensor("float32", [left.rows, left.columns], left.data),
      right: hostTensor("float32", [right.rows, right.columns], right.data),
    };
    const { product } = await runForOutput(context, GRAPH, feeds, "product");
    const data = float32Data(`"product" of ${GRAPH}`, product, [left.rows, right.columns]);
    if (!data.every(Number.isFinite)) {
      throw new RecipeError(
        context.entry,
        `the graph ${GRAPH} gave values that are not finite for the "${modality}" features`,
        "Check the features for extreme values and the execution provider",
      );
    }
    return { rows: left.rows, columns: right.columns, data };
  };
  const count = Math.min(dim, rows, size);
  const block = { rows, columns: size, data: centred };
  const found = await leadingSubspace(block, count, multiply, LIMIT, context.progress);
  if (!found.converged && !(found.change <= ACCEPTABLE_CHANGE)) {
    throw new RecipeError(
      context.entry,
      `the ${dim} leading singular values of the "${modality}" features still change by ${found.change.toExponential(1)} ` +
        `after ${LIMIT} iterations, at most ${ACCEPTABLE_CHANGE} is accepted`,
      "Use fewer dimensions, or check the features and the execution provider",
    );
  }

  const scores = new Float32Array(rows * dim);
  const rank = found.values.filter((value) => value > NO_RANK * Math.sqrt(squaredNorm)).length;
  for (let index = 0; index < rank; index++) {
    const vector = found.vectors.subarray(index * size, (index + 1) * size);
    let largest = 0;
    for (const component of vector) if (Math.abs(component) > Math.abs(largest)) largest = component;
    const sign = largest < 0 ? -1 : 1;
    for (let row = 0; row < rows; row++)
      scores[row * dim + index] = sign * found.products[index * rows + row]!;
  }
  if (rank < dim) {
    context.note({
      kind: "shortRank",
      count: dim - rank,
      message: `${dim - rank} of ${dim} principal components of the "${modality}" features are zero (rank ${rank})`,
    });
  }
  return { kind: "dense", tensor: hostTensor("float32", [rows, dim], scores) };
};
