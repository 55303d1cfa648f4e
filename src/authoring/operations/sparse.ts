import { apply } from "../../ops/apply.js";
import { Sparse, Tensor, type Axes, type Ids } from "../tensor.js";
import * as build from "../../ops/build.js";

/** Rows and columns of a sparse matrix exchanged. */
export function transposed<Row extends string, Column extends string, Entry extends string>(
  matrix: Sparse<Row, Column, Entry>,
): Sparse<Column, Row, Entry> {
  return new Sparse(build.transposeSparse(matrix.node));
}

/** Sparse matrix [row, column] times x [column, rest…]. */
export function propagate<Row extends string, Column extends string, Rest extends Axes>(
  matrix: Sparse<Row, Column>,
  x: Tensor<[NoInfer<Column>, ...Rest]>,
): Tensor<[Row, ...Rest]> {
  return new Tensor(build.sparseProduct(matrix.node, x.node));
}

/** Rows of x [column, rest…] added up over the entries of each row, whose weights do not count; faster than `propagate`. */
export function sumNeighbours<Row extends string, Column extends string, Rest extends Axes>(
  matrix: Sparse<Row, Column>,
  x: Tensor<[NoInfer<Column>, ...Rest]>,
): Tensor<[Row, ...Rest]> {
  return new Tensor(build.neighbourSum(matrix.node, x.node));
}

/** The product with values [entry] in place of the stored weights; differentiable in both. */
export function propagateWith<
  Row extends string,
  Column extends string,
  Entry extends string,
  Rest extends Axes,
>(
  matrix: Sparse<Row, Column, Entry>,
  values: Tensor<[NoInfer<Entry>]>,
  x: Tensor<[NoInfer<Column>, ...Rest]>,
): Tensor<[Row, ...Rest]> {
  return new Tensor(build.entryProduct(matrix.node, values.node, x.node));
}

/** Row of every stored entry. */
export function entryRows<Row extends string, Column extends string, Entry extends string>(
  matrix: Sparse<Row, Column, Entry>,
): Ids<Row, [Entry]> {
  return new Tensor(build.entryRows(matrix.node));
}

/** Column of every stored entry. */
export function entryColumns<Row extends string, Column extends string, Entry extends string>(
  matrix: Sparse<Row, Column, Entry>,
): Ids<Column, [Entry]> {
  return new Tensor(build.entryColumns(matrix.node));
}

/** Values of the entries added up per row. */
export function sumEntries<
  Row extends string,
  Column extends string,
  Entry extends string,
  Rest extends Axes,
>(matrix: Sparse<Row, Column, Entry>, values: Tensor<[NoInfer<Entry>, ...Rest]>): Tensor<[Row, ...Rest]> {
  return new Tensor(build.segmentSum(matrix.node, values.node));
}

/** Softmax over the entries of each row: attention of a node over its neighbours. */
export function softmaxEntries<Row extends string, Column extends string, Entry extends string>(
  matrix: Sparse<Row, Column, Entry>,
  logits: Tensor<[NoInfer<Entry>]>,
): Tensor<[Entry]> {
  const rows = build.entryRows(matrix.node);
  const highest = apply("segmentMax", [matrix.node, logits.node]);
  const weights = build.exp(build.subtract(logits.node, build.gather(highest, rows)));
  return new Tensor(build.divide(weights, build.gather(build.segmentSum(matrix.node, weights), rows)));
}

/** Product of the vectors of an entry's row and column, per entry. */
export function entryDot<Row extends string, Column extends string, Entry extends string, Dim extends string>(
  matrix: Sparse<Row, Column, Entry>,
  left: Tensor<[NoInfer<Row>, Dim]>,
  right: Tensor<[NoInfer<Column>, NoInfer<Dim>]>,
): Tensor<[Entry]> {
  return new Tensor(build.entryDot(matrix.node, left.node, right.node));
}

/** The vector of every entry times the matrix of its row: [entry, inner] and [row, inner, out] give [entry, out]. */
export function rowMatmul<
  Row extends string,
  Column extends string,
  Entry extends string,
  Inner extends string,
  Out extends string,
>(
  matrix: Sparse<Row, Column, Entry>,
  values: Tensor<[NoInfer<Entry>, Inner]>,
  weights: Tensor<[NoInfer<Row>, NoInfer<Inner>, Out]>,
): Tensor<[Entry, Out]> {
  return new Tensor(build.rowMatmul(matrix.node, values.node, weights.node));
}

/** Stored weight of every entry; no gradient, as the matrix is data. */
export function entryWeights<Row extends string, Column extends string, Entry extends string>(
  matrix: Sparse<Row, Column, Entry>,
): Tensor<[Entry]> {
  return new Tensor(apply("entryWeights", [matrix.node]));
}

/** Largest value of each row's entries; the lowest number for a row without any. No gradient. */
export function maxEntries<Row extends string, Column extends string, Entry extends string>(
  matrix: Sparse<Row, Column, Entry>,
  values: Tensor<[NoInfer<Entry>]>,
): Tensor<[Row]> {
  return new Tensor(apply("segmentMax", [matrix.node, values.node]));
}
