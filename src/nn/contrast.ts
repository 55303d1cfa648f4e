import {
  add,
  divide,
  exp,
  gather,
  log,
  matmul,
  meanAll,
  rename,
  subtract,
  sum,
  sumAll,
  transpose,
} from "../authoring/operations.js";
import type { Ids, Scalar, Tensor } from "../authoring/tensor.js";
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

/**
 * InfoNCE between two tables of vectors of the same things: over the anchors k in `ids`, the sum or mean of
 * -log softmax over the candidates k' of cos(a_k, b_k') / τ at k' = k. A repeated id counts repeatedly.
 *
 * @param a float32 [row, dim], of which the rows `ids` are the anchors
 * @param b float32 [row, dim], of which come positives and candidates
 */
export function infoNce<Row extends string, Dim extends string>(
  a: Tensor<[Row, Dim]>,
  b: Tensor<[NoInfer<Row>, NoInfer<Dim>]>,
  ids: Ids<NoInfer<Row>, ["batch"]>,
  { temperature, candidates, reduce }: ContrastOptions,
): Scalar {
  const dim = a.type.axes[1]!.name as Dim;
  const unit = <Of extends string>(x: Tensor<[Of, Dim]>): Tensor<[Of, Dim]> => normalise(x, dim);
  const anchors: Tensor<["batch", Dim]> = divide(unit(gather(a, ids)), temperature);
  const table = candidates === "all" ? unit(b) : undefined;
  const own: Tensor<["batch", Dim]> = table === undefined ? unit(gather(b, ids)) : gather(table, ids);
  const pool: Tensor<["candidate", Dim]> =
    table === undefined ? asCandidates(own) : asCandidates(table as Tensor<[Row, Dim]>);
  const logits: Tensor<["batch", "candidate"]> = matmul(anchors, transpose(pool));
  const total: Tensor<["batch"]> =
    1 / temperature <= SAFE_EXPONENT
      ? log<["batch"]>(sum(exp(logits), "candidate"))
      : logSumExp(logits, "candidate");
  const losses = subtract(total, dot(anchors, own));
  return reduce === "sum" ? sumAll(losses) : meanAll(losses);
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
