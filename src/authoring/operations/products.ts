import { Tensor, type Axes, type Ids } from "../tensor.js";
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

/**
 * Rows times the matrix of their group: [member, rest…, inner] with weights [group, inner, out] at ids [member] of group
 * gives [member, rest…, out].
 */
export function groupMatmul<
  Member extends string,
  Rest extends Axes,
  Inner extends string,
  Group extends string,
  Out extends string,
>(
  values: Tensor<[Member, ...Rest, Inner]>,
  weights: Tensor<[Group, NoInfer<Inner>, Out]>,
  ids: Ids<NoInfer<Group>, [NoInfer<Member>]>,
): Tensor<[Member, ...Rest, Out]> {
  return new Tensor(build.groupMatmul(values.node, weights.node, ids.node));
}
