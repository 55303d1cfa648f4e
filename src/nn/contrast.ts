import {
  add,
  axisSize,
  divide,
  gather,
  matmul,
  maximum,
  multiply,
  rename,
  sqrt,
  subtract,
  sumAll,
  transpose,
} from "../authoring/operations.js";
import { Tensor, type Ids, type Scalar } from "../authoring/tensor.js";
import { apply } from "../ops/apply.js";
import { dot } from "./losses.js";
import { logSumExp, normalise } from "./normalise.js";

export interface ContrastOptions {
  readonly temperature: number;
  /** What stands in the denominator: all rows of the second table, or those of the batch (repeated ids repeatedly). */
  readonly candidates: "all" | "batch";
  readonly reduce: "sum" | "mean";
}

/** Cosines over τ stay within ±1/τ; up to here their exponentials neither overflow nor vanish in single precision. */
const SAFE_EXPONENT = 60;

/** A table of low rank, [row, inner] times [inner, dim], with fewer inner elements than dimensions. */
export interface Factors<Row extends string, Dim extends string> {
  readonly coefficients: Tensor<[Row, string]>;
  readonly basis: Tensor<[string, Dim]>;
}

/**
 * InfoNCE between two tables of vectors of the same things: over the anchors k in `ids`, the sum or mean of
 * -log softmax over the candidates k' of cos(a_k, b_k') / τ at k' = k. A repeated id counts repeatedly.
 *
 * @param a float32 [row, dim], of which the rows `ids` are the anchors
 * @param b float32 [row, dim], of which come positives and candidates
 * @param factors where b is their product and all rows are candidates: cosines are then products over `inner` instead
 *   of `dim`, the same numbers up to rounding
 */
export function infoNce<Row extends string, Dim extends string>(
  a: Tensor<[Row, Dim]>,
  b: Tensor<[NoInfer<Row>, NoInfer<Dim>]>,
  ids: Ids<NoInfer<Row>, ["batch"]>,
  { temperature, candidates, reduce }: ContrastOptions,
  factors?: Factors<NoInfer<Row>, NoInfer<Dim>>,
): Scalar {
  const dim = a.type.axes[1]!.name as Dim;
  const unit = <Of extends string>(x: Tensor<[Of, Dim]>): Tensor<[Of, Dim]> => normalise(x, dim);
  const anchors: Tensor<["batch", Dim]> = divide(unit(gather(a, ids)), temperature);
  const table = candidates === "all" && factors === undefined ? unit(b as Tensor<[Row, Dim]>) : undefined;
  const own: Tensor<["batch", Dim]> = table === undefined ? unit(gather(b, ids)) : gather(table, ids);
  let logSums: Scalar;
  if (candidates === "batch") logSums = sumOfLogSums(anchors, own, temperature);
  else if (factors === undefined) logSums = sumOfLogSums(anchors, table!, temperature);
  else {
    const { coefficients, basis } = factors;
    const scaled = multiply(coefficients, inverseLengths(b)) as Tensor<[Row, string]>;
    logSums = sumOfLogSums(matmul(anchors, transpose(basis)), scaled, temperature);
  }
  const losses: Scalar = subtract(logSums, sumAll(dot(anchors, own)));
  return reduce === "sum" ? losses : divide(losses, axisSize(anchors, "batch"));
}

/** Σ_k log Σ_c exp(x_k · y_c) of dot products that are cosines over τ. */
function sumOfLogSums<Row extends string, Inner extends string>(
  anchors: Tensor<["batch", Inner]>,
  vectors: Tensor<[Row, Inner]>,
  temperature: number,
): Scalar {
  const columns = asCandidates(vectors);
  if (1 / temperature > SAFE_EXPONENT)
    return sumAll(logSumExp(matmul(anchors, transpose(columns)), "candidate"));
  return new Tensor(apply("logSums", [anchors.node, columns.node]));
}

/** Lengths below this, squared, count as this, as rows of unit norm have it. */
const LEAST_SQUARE = 1e-24;

/** 1 / ‖x_row‖ of every row. */
function inverseLengths<Row extends string, Dim extends string>(x: Tensor<[Row, Dim]>): Tensor<[Row]> {
  const squares: Tensor<[Row]> = dot(x, x);
  return divide(1, sqrt(maximum(squares, LEAST_SQUARE)));
}

function asCandidates<Row extends string, Dim extends string>(
  x: Tensor<[Row, Dim]>,
): Tensor<["candidate", Dim]> {
  return rename(x, x.type.axes[0]!.name as Row, "candidate") as Tensor<["candidate", Dim]>;
}

/** Sum of `of` over all unordered pairs of a list, the earlier one first; undefined for fewer than two. */
export function overPairs<T>(values: readonly T[], of: (first: T, second: T) => Scalar): Scalar | undefined {
  const terms = values.flatMap((first, i) => values.slice(i + 1).map((second) => of(first, second)));
  return terms.length === 0 ? undefined : terms.reduce((total, term): Scalar => add(total, term));
}
