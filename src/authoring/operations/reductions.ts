import { axisNames } from "../../ir/types.js";
import { apply } from "../../ops/apply.js";
import { Tensor, type Axes, type Scalar, type Without } from "../tensor.js";
import { sizeOf } from "./axisChecks.js";
import * as build from "../../ops/build.js";

export function sum<A extends Axes, Name extends A[number]>(
  x: Tensor<A>,
  axis: Name,
): Tensor<Without<A, Name>> {
  return new Tensor(build.sum(x.node, [axis]));
}

export function mean<A extends Axes, Name extends A[number]>(
  x: Tensor<A>,
  axis: Name,
): Tensor<Without<A, Name>> {
  return new Tensor(build.divide(build.sum(x.node, [axis]), build.axisSize(sizeOf(x, axis))));
}

/** Largest along an axis; ties share the gradient. */
export function max<A extends Axes, Name extends A[number]>(
  x: Tensor<A>,
  axis: Name,
): Tensor<Without<A, Name>> {
  return new Tensor(apply("max", [x.node], { axes: [axis] }));
}

export function sumAll<A extends Axes>(x: Tensor<A>): Scalar {
  return new Tensor(build.sum(x.node, axisNames(x.type)));
}

export function meanAll<A extends Axes>(x: Tensor<A>): Scalar {
  return x.type.axes.reduce<Tensor<Axes>>((value, axis) => mean(value, axis.name), x) as Scalar;
}

export function softmax<A extends Axes>(x: Tensor<A>, axis: A[number]): Tensor<A> {
  return new Tensor(apply("softmax", [x.node], { axis }));
}

/** Running sum along an axis. */
export function cumulativeSum<A extends Axes>(x: Tensor<A>, axis: A[number]): Tensor<A> {
  return new Tensor(build.cumulativeSum(x.node, axis, false));
}
