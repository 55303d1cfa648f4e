import type { Declaration } from "../authoring/declaration.js";
import {
  add,
  axisSize,
  divide,
  gather,
  identityMatrix,
  meanAll,
  multiply,
  softplus,
  sqrt,
  square,
  subtract,
  sumAll,
  sumOf,
} from "../authoring/operations.js";
import { Tensor, type Axes, type Ids, type Scalar } from "../authoring/tensor.js";
import * as build from "../ops/build.js";
import { normalise, pearsonCorrelation, uncentredCovariance } from "./normalise.js";

/** Dot products along the last axis: [batch…, dim] twice gives [batch…]. */
export function dot<Batch extends Axes, Dim extends string>(
  left: Tensor<[...Batch, Dim]>,
  right: Tensor<[...Batch, NoInfer<Dim>]>,
): Tensor<Batch> {
  return new Tensor(build.sum(build.multiply(left.node, right.node), [left.type.axes.at(-1)!.name]));
}

/** Scores of the sampled pairs of users and items. */
export interface TripleScores {
  readonly positive: Tensor<["batch"]>;
  readonly negative: Tensor<["batch"]>;
}

/** Scores ŷ_ui and ŷ_uj of the triples (u, i, j): dot products of rows of the final tables. */
export function tripleScores<Dim extends string>(
  users: Tensor<["user", Dim]>,
  items: Tensor<["item", Dim]>,
  triples: Triples,
): TripleScores {
  const user = gather(users, triples.users);
  return {
    positive: dot(user, gather(items, triples.positives)),
    negative: dot(user, gather(items, triples.negatives)),
  };
}

export interface Triples {
  readonly users: Ids<"user", ["batch"]>;
  readonly positives: Ids<"item", ["batch"]>;
  readonly negatives: Ids<"item", ["batch"]>;
}

/** Ids of the sampled triples (u, i, j). */
export function sampledTriples(m: Declaration): Triples {
  return { users: m.users(), positives: m.positives(), negatives: m.negatives() };
}

/** Bayesian personalised ranking (Rendle et al.): mean or sum of -ln σ(ŷ_ui - ŷ_uj). */
export function bprLoss(scores: TripleScores, reduce: "mean" | "sum" = "mean"): Scalar {
  const losses = softplus(subtract(scores.negative, scores.positive));
  return reduce === "mean" ? meanAll(losses) : sumAll(losses);
}

/** L2 of LightGCN: ½ (‖x_u‖² + ‖x_i‖² + ‖x_j‖²) / B over the rows of the triples, or with "sum" not divided by B. */
export function tripleL2<Dim extends string>(
  users: Tensor<["user", Dim]>,
  items: Tensor<["item", Dim]>,
  triples: Triples,
  reduce: "mean" | "sum" = "mean",
): Scalar {
  const rows = [
    gather(users, triples.users),
    gather(items, triples.positives),
    gather(items, triples.negatives),
  ];
  const squares = sumOf(rows.map((row) => dot(row, row)));
  return multiply(0.5, reduce === "mean" ? meanAll(squares) : sumAll(squares));
}

/** Keeps the gradient of a norm finite at zero. */
const NORM_GUARD = 1e-24;

/** L2 of MMRec: (‖X‖_F + ‖Y‖_F + …) / B, unsquared norms of matrices [batch, dim] of rows of the triples. */
export function rowNorms<Dim extends string>(rows: readonly Tensor<["batch", Dim]>[]): Scalar {
  const norms: Scalar = sumOf(rows.map((x) => frobeniusNorm(x)));
  return divide(norms, axisSize(rows[0]!, "batch"));
}

/** Square root of the sum of squares of all elements. */
export function frobeniusNorm<A extends Axes>(x: Tensor<A>): Scalar {
  return sqrt(add(sumAll(square(x)), NORM_GUARD));
}

/** `rowNorms` of the triples' rows of the tables. */
export function tripleNorms<Dim extends string>(
  users: Tensor<["user", Dim]>,
  items: Tensor<["item", Dim]>,
  triples: Triples,
): Scalar {
  return rowNorms([
    gather(users, triples.users),
    gather(items, triples.positives),
    gather(items, triples.negatives),
  ]);
}

/**
 * Redundancy reduction ‖C - I‖²_F of the covariance C of the columns (KSI, Eqs. 5 to 7).
 *
 * @param x float32 [row, dim]
 * @param norm `rows`: rows of unit norm first, floor 1e-12 (C = I is then out of reach, the least value is
 *   d - 2 + 1/d); `standardise`: C is the correlation of the columns, its diagonal 1, so that the value is the sum of
 *   the squared correlations of different columns, at least 0 (not the paper's text)
 */
export function redundancy<Row extends string>(
  x: Tensor<[Row, "dim"]>,
  norm: "rows" | "standardise" = "rows",
): Scalar {
  const c = norm === "rows" ? uncentredCovariance(normalise(x, "dim")) : pearsonCorrelation(x);
  return sumAll(square(subtract(c, identityMatrix("dim", "dim'", x.type.axes[1]!.size as number))));
}
