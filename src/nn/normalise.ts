import { axisNames, type Axis } from "../ir/types.js";
import type { Node } from "../ir/node.js";
import { identityMatrix } from "../authoring/operations.js";
import { Tensor, type Axes, type Without } from "../authoring/tensor.js";
import { apply } from "../ops/apply.js";
import {
  add,
  axisSize,
  broadcast,
  divide,
  exp,
  gram,
  log,
  matmul,
  multiply,
  rename,
  scalar,
  sqrt,
  subtract,
  sum,
  transpose,
  typeOf,
} from "../ops/build.js";

function transposed(x: Node): Node {
  return transpose(x, axisNames(typeOf(x)).reverse());
}

/** Values divided by their L2 norm along `axis`, the norm at least `floor` so that zero rows stay zero. */
export function normalise<A extends Axes>(x: Tensor<A>, axis: A[number], floor = 1e-12): Tensor<A> {
  return new Tensor(apply("normalise", [x.node], { axis, floor }));
}

/** log Σ exp along an axis, shifted by the largest value so that nothing overflows. */
export function logSumExp<A extends Axes, Name extends A[number]>(
  x: Tensor<A>,
  axis: Name,
): Tensor<Without<A, Name>> {
  const highest = apply("stopGradient", [apply("max", [x.node], { axes: [axis] })]);
  return new Tensor(add(log(sum(exp(subtract(x.node, highest)), [axis])), highest));
}

/** Cosine similarity of rows: [row, dim] by [column, dim] gives [row, column]. */
export function cosineSimilarity<Row extends string, Column extends string, Dim extends string>(
  left: Tensor<[Row, Dim]>,
  right: Tensor<[Column, NoInfer<Dim>]>,
): Tensor<[Row, Column]> {
  const dim = left.type.axes[1]!.name as Dim;
  return new Tensor(matmul(normalise(left, dim).node, transposed(normalise(right, dim).node)));
}

/** [row, dim] minus the mean of every column. */
function centred(x: Node): Node {
  const row = typeOf(x).axes[0]!;
  return subtract(x, divide(sum(x, [row.name]), axisSize(row.size)));
}

/** Covariance of the columns of [row, dim], centred, divided by N - 1: [dim, dim']. */
export function covariance<Row extends string, Dim extends string>(
  x: Tensor<[Row, Dim]>,
): Tensor<[Dim, `${Dim}'`]> {
  const count = axisSize(x.type.axes[0]!.size);
  return new Tensor(divide(gram(centred(x.node)), subtract(count, scalar(1))));
}

/**
 * Covariance without a centred copy, (xᵀx - N μ μᵀ) / (N - 1): a pass less over the rows, exact only where the rows
 * are not much longer than their spread, as rows of unit norm.
 */
export function uncentredCovariance<Row extends string, Dim extends string>(
  x: Tensor<[Row, Dim]>,
): Tensor<[Dim, `${Dim}'`]> {
  const [row, dim] = x.type.axes as [Axis, Axis];
  const count = axisSize(row.size);
  const products = gram(x.node);
  const mean = divide(sum(x.node, [row.name]), count);
  const outer = multiply(broadcast(mean, typeOf(products).axes), rename(mean, dim.name, `${dim.name}'`));
  return new Tensor(divide(subtract(products, multiply(outer, count)), subtract(count, scalar(1))));
}

/** [row, dim] with every column of mean 0 and variance 1 (population); `floor` guards columns without variance. */
export function standardise<Row extends string, Dim extends string>(
  x: Tensor<[Row, Dim]>,
  floor = 1e-12,
): Tensor<[Row, Dim]> {
  const row = x.type.axes[0]!;
  const difference = centred(x.node);
  const variance = divide(sum(multiply(difference, difference), [row.name]), axisSize(row.size));
  return new Tensor(divide(difference, sqrt(add(variance, scalar(floor)))));
}

/**
 * Pearson correlation of the columns of [row, dim]: [dim, dim']. `floor` is added to the variances (population) and
 * guards columns without any; what is divided are the products of the columns, not the columns.
 */
export function pearsonCorrelation<Row extends string, Dim extends string>(
  x: Tensor<[Row, Dim]>,
  floor = 1e-12,
): Tensor<[Dim, `${Dim}'`]> {
  const [row, dim] = x.type.axes as [Axis, Axis];
  const other = `${dim.name}'`;
  const products = divide(gram(centred(x.node)), axisSize(row.size));
  const diagonal = multiply(products, identityMatrix(dim.name, other, dim.size as number).node);
  const deviation = sqrt(add(sum(diagonal, [other]), scalar(floor)));
  const both = multiply(broadcast(deviation, typeOf(products).axes), rename(deviation, dim.name, other));
  return new Tensor(divide(products, both));
}
