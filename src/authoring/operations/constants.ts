import { type Axis } from "../../ir/types.js";
import { apply, constant as constantNode } from "../../ops/apply.js";
import { Tensor, type Axes, type Scalar } from "../tensor.js";
import { sizeOf } from "./axisChecks.js";
import * as build from "../../ops/build.js";

/**
 * A constant tensor.
 *
 * @param sizes one per axis
 * @param values in C order
 */
export function constant<const A extends Axes>(
  axes: readonly [...A],
  sizes: readonly number[],
  values: readonly number[],
): Tensor<A> {
  const list = axes.map((name, i): Axis => ({ name, size: sizes[i] ?? 1 }));
  return new Tensor(constantNode(values, list));
}

export function scalar(value: number): Scalar {
  return new Tensor(build.scalar(value));
}

/** Number of elements along an axis of `x`, known at the latest when data arrives. */
export function axisSize<A extends Axes>(x: Tensor<A>, axis: A[number]): Scalar {
  return new Tensor(build.axisSize(sizeOf(x, axis)));
}

/** 0, 1, 2 … along an axis of `x`, as numbers. */
export function positions<A extends Axes, Name extends A[number]>(x: Tensor<A>, axis: Name): Tensor<[Name]> {
  const found: Axis = { name: axis, size: sizeOf(x, axis) };
  return new Tensor(build.cast(apply("positions", [], { axis: found }), "float32"));
}

/** 1 on the diagonal of [row, column], 0 elsewhere. */
export function identityMatrix<Row extends string, Column extends string>(
  row: Row,
  column: Column,
  size: number,
): Tensor<[Row, Column]> {
  const target = [
    { name: row, size },
    { name: column, size },
  ];
  const positions = (axis: Axis): Tensor<Axes>["node"] =>
    build.broadcast(apply("positions", [], { axis }), target);
  return new Tensor(build.cast(build.equal(positions(target[0]!), positions(target[1]!)), "float32"));
}
