import { type Size } from "../../ir/types.js";
import { apply } from "../../ops/apply.js";
import { Tensor, type Axes, type Ids } from "../tensor.js";
import * as build from "../../ops/build.js";

/** Rows of a table at ids that index its first axis; their gradient adds up repeated ids. */
export function gather<Row extends string, Rest extends Axes, I extends Axes>(
  table: Tensor<[Row, ...Rest]>,
  ids: Ids<NoInfer<Row>, I>,
): Tensor<[...I, ...Rest]> {
  return new Tensor(build.gather(table.node, ids.node));
}

/** Rows of a table of ids. */
export function gatherIds<Row extends string, Rest extends Axes, I extends Axes, Of extends string>(
  table: Ids<Of, [Row, ...Rest]>,
  ids: Ids<NoInfer<Row>, I>,
): Ids<Of, [...I, ...Rest]> {
  return new Tensor(build.gather(table.node, ids.node));
}

/** Adds rows [ids…, rest…] up per id into a table as long as `like`'s first axis. */
export function scatterAdd<Row extends string, I extends Axes, Rest extends Axes>(
  ids: Ids<Row, I>,
  rows: Tensor<[...I, ...Rest]>,
  like: Tensor<[NoInfer<Row>, ...Axes]>,
): Tensor<[Row, ...Rest]> {
  return new Tensor(build.scatterAdd(ids.node, rows.node, like.type.axes[0]!));
}

/** The k largest along the last axis, largest first. No gradient. @throws ShapeError if the axis is shorter than k */
export function topK<Rest extends Axes, Last extends string, K extends string>(
  x: Tensor<[...Rest, Last]>,
  k: { readonly name: K; readonly size: Size },
): { values: Tensor<[...Rest, K]>; indices: Tensor<[...Rest, K], "int64", Last> } {
  return {
    values: new Tensor(apply("topKValues", [x.node], { axis: k })),
    indices: new Tensor(apply("topKIndices", [x.node], { axis: k })),
  };
}

/**
 * Whole numbers as ids of an axis: positions that `topK` found, or floats, cut towards zero. An id beyond the axis fails
 * where it is looked up.
 */
export function toIds<A extends Axes, const Of extends string>(
  x: Tensor<A> | Tensor<A, "int64", NoInfer<Of>>,
  of: Of,
): Ids<Of, A> {
  return new Tensor(build.castToIds(x.node, of));
}
