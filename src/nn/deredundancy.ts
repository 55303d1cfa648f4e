import {
  add,
  divide,
  identityMatrix,
  multiply,
  sqrt,
  square,
  stopGradient,
  subtract,
  sumAll,
  sumOf,
} from "../authoring/operations.js";
import type { Scalar, Tensor } from "../authoring/tensor.js";
import { pearsonCorrelation } from "./normalise.js";
import type { Embeddings } from "./propagation.js";

/** Keeps the gradient of the norm finite where all columns are uncorrelated. */
const NORM_GUARD = 1e-12;

/**
 * p_cov(X) = ‖P - I‖_F / √2 with P the Pearson correlation of the columns of X [row, dim] over all rows (AFDGCF; MGNM,
 * Eqs. 20 to 22): the Frobenius norm of P strictly above its diagonal. A column without variance is correlated with
 * none.
 */
export function correlationNorm<Row extends string>(x: Tensor<[Row, "dim"]>): Scalar {
  const p = pearsonCorrelation(x);
  const diagonal = identityMatrix("dim", "dim'", x.type.axes[1]!.size as number);
  const others = multiply(p, subtract(1, diagonal));
  return sqrt(add(multiply(0.5, sumAll(square(others))), NORM_GUARD));
}

/**
 * Dynamic de-redundancy Σ_l μ^l p^l with μ^l = (1 / p^l) / Σ_i (1 / p^i) (AFDGCF; MGNM, Eqs. 23 to 25), for users and
 * items apart. No gradient flows through μ: with it the sum would be a harmonic mean, another loss.
 *
 * @param layers the outputs of a propagation, at least one
 */
export function dynamicDeredundancy(layers: readonly Embeddings[]): Scalar {
  const users = inverselyWeighted(layers.map((layer) => correlationNorm(layer.users)));
  return add(users, inverselyWeighted(layers.map((layer) => correlationNorm(layer.items))));
}

function inverselyWeighted(values: readonly Scalar[]): Scalar {
  const inverses = values.map((value): Scalar => divide(1, stopGradient(value)));
  const total: Scalar = sumOf(inverses);
  return sumOf(values.map((value, l) => multiply(value, divide(inverses[l]!, total))));
}
