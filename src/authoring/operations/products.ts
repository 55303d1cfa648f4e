import { Tensor } from "../tensor.js";
import * as build from "../../ops/build.js";

/** [row, inner] by [inner, column] gives [row, column]. @throws ShapeError if the sizes of `inner` differ */
export function matmul<Row extends string, Inner extends string, Column extends string>(
  left: Tensor<[Row, Inner]>,
  right: Tensor<[NoInfer<Inner>, Column]>,
): Tensor<[Row, Column]> {
  return new Tensor(build.matmul(left.node, right.node));
}

/** One product per element of the leading axis: [batch, row, inner] by [batch, inner, column]. */
export function batchMatmul<
  Batch extends string,
  Row extends string,
  Inner extends string,
  Column extends string,
>(
  left: Tensor<[Batch, Row, Inner]>,
  right: Tensor<[NoInfer<Batch>, NoInfer<Inner>, Column]>,
): Tensor<[Batch, Row, Column]> {
  return new Tensor(build.matmul(left.node, right.node));
}
