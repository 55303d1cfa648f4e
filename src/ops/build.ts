/** Untyped constructors of every operation, for gradient rules and passes. */
import type { Node } from "../ir/node.js";
import {
  axisNames,
  type Axis,
  type DType,
  type Size,
  type SparseType,
  type TensorType,
} from "../ir/types.js";
import { apply, constant } from "./apply.js";

export function typeOf(node: Node): TensorType {
  if (node.type.kind !== "tensor")
    throw new Error(`internal: ${node.operation} is sparse, a tensor was expected`);
  return node.type;
}

export const scalar = (value: number): Node => constant([value]);
export const negate = (x: Node): Node => apply("negate", [x]);
export const exp = (x: Node): Node => apply("exp", [x]);
export const log = (x: Node): Node => apply("log", [x]);
export const sqrt = (x: Node): Node => apply("sqrt", [x]);
export const sin = (x: Node): Node => apply("sin", [x]);
export const cos = (x: Node): Node => apply("cos", [x]);
export const sigmoid = (x: Node): Node => apply("sigmoid", [x]);
export const logicalNot = (x: Node): Node => apply("not", [x]);
export const add = (a: Node, b: Node): Node => apply("add", [a, b]);
export const subtract = (a: Node, b: Node): Node => apply("subtract", [a, b]);
export const multiply = (a: Node, b: Node): Node => apply("multiply", [a, b]);
export const divide = (a: Node, b: Node): Node => apply("divide", [a, b]);
export const maximum = (a: Node, b: Node): Node => apply("maximum", [a, b]);
export const greater = (a: Node, b: Node): Node => apply("greater", [a, b]);
export const equal = (a: Node, b: Node): Node => apply("equal", [a, b]);
export const where = (condition: Node, a: Node, b: Node): Node => apply("where", [condition, a, b]);
export const cast = (x: Node, dtype: DType): Node => apply("cast", [x], { dtype });
export const castToIds = (x: Node, indexes: string): Node => apply("cast", [x], { dtype: "int32", indexes });
export const matmul = (a: Node, b: Node): Node => apply("matmul", [a, b]);
/** Product of two matrices, each transposed first where told. */
export const transposedMatmul = (a: Node, b: Node, left: boolean, right: boolean): Node =>
  apply("transposedMatmul", [a, b], { left, right });
export const sum = (x: Node, axes: readonly string[]): Node =>
  axes.length === 0 ? x : apply("sum", [x], { axes });
export const softmax = (x: Node, axis: string): Node => apply("softmax", [x], { axis });
export const softmaxColumns = (a: Node, b: Node): Node => apply("softmaxColumns", [a, b]);
export const softmaxRows = (a: Node, b: Node): Node => apply("softmaxRows", [a, b]);
export const gram = (x: Node): Node => apply("gram", [x]);
export const sumOfSquares = (x: Node, axes: readonly string[]): Node => apply("sumOfSquares", [x], { axes });
export const gather = (table: Node, ids: Node): Node => apply("gather", [table, ids]);
export const concat = (values: readonly Node[], along: readonly string[], into: string): Node =>
  apply("concat", values, { along, into });
export const axisSize = (size: Size): Node => apply("axisSize", [], { size: { size } });
export const transposeSparse = (matrix: Node): Node =>
  matrix.operation === "transposeSparse" ? matrix.inputs[0]! : apply("transposeSparse", [matrix]);

export function rename(x: Node, from: string, to: string): Node {
  return from === to ? x : apply("rename", [x], { from, to });
}

/** Reorders axes; the value itself where the order is already right. */
export function transpose(x: Node, order: readonly string[]): Node {
  return axisNames(typeOf(x)).join() === order.join() ? x : apply("transpose", [x], { order });
}

/** The last two axes exchanged. */
export function transposeLast(x: Node): Node {
  const names = axisNames(typeOf(x));
  return transpose(x, [...names.slice(0, -2), names.at(-1)!, names.at(-2)!]);
}

/** Repeats a value over the axes it lacks. */
export function broadcast(x: Node, axes: readonly Axis[]): Node {
  return axisNames(typeOf(x)).join() === axes.map((axis) => axis.name).join()
    ? x
    : apply("broadcast", [x], { axes });
}

export function zeros(axes: readonly Axis[]): Node {
  return broadcast(scalar(0), axes);
}

/** Sums out the axes that `type` lacks: the gradient of broadcasting by name. */
export function sumTo(x: Node, type: TensorType): Node {
  const kept = new Set(axisNames(type));
  const reduced = sum(
    x,
    axisNames(typeOf(x)).filter((name) => !kept.has(name)),
  );
  return transpose(reduced, axisNames(type));
}

export function part(x: Node, axis: string, parts: readonly Axis[], index: number): Node {
  return apply("part", [x], { axis, parts, index });
}

export const reshape = (x: Node, axes: readonly Axis[]): Node => apply("reshape", [x], { axes });
export const cumulativeSum = (x: Node, axis: string, reverse: boolean): Node =>
  apply("cumulativeSum", [x], { axis, reverse });
export const scatterAdd = (ids: Node, updates: Node, axis: Axis): Node =>
  apply("scatterAdd", [ids, updates], { axis });
export const sparseProduct = (matrix: Node, x: Node): Node => apply("sparseProduct", [matrix, x]);
export const neighbourSum = (matrix: Node, x: Node): Node => apply("neighbourSum", [matrix, x]);
export const entryProduct = (matrix: Node, values: Node, x: Node): Node =>
  apply("entryProduct", [matrix, values, x]);
export const entryDot = (matrix: Node, left: Node, right: Node): Node => {
  const rest = axisNames(typeOf(left)).slice(1);
  if (rest.length > 0) return apply("entryDot", [matrix, left, right]);
  return multiply(gather(left, entryRows(matrix)), gather(right, entryColumns(matrix)));
};
export const rowMatmul = (matrix: Node, values: Node, weights: Node): Node =>
  apply("rowMatmul", [matrix, values, weights]);
export const rowOuter = (matrix: Node, left: Node, right: Node): Node =>
  apply("rowOuter", [matrix, left, right]);
export const groupMatmul = (values: Node, weights: Node, ids: Node): Node =>
  apply("groupMatmul", [values, weights, ids]);
export const groupOuter = (left: Node, right: Node, ids: Node, group: Axis): Node =>
  apply("groupOuter", [left, right, ids], { group });
export const entryRows = (matrix: Node): Node => apply("entryRows", [matrix]);
export const entryColumns = (matrix: Node): Node => apply("entryColumns", [matrix]);
export const segmentSum = (matrix: Node, values: Node): Node => apply("segmentSum", [matrix, values]);

/** Sum of several values of one type, pairwise. */
export function addAll(values: readonly Node[]): Node {
  return values.reduce((total, value) => add(total, value));
}

/** Inserts an axis of size 1, for stacking. */
export function unsqueeze(x: Node, name: string): Node {
  return broadcast(x, [{ name, size: 1 }, ...typeOf(x).axes]);
}

/** Type of a sparse matrix. */
export function sparseType(node: Node): SparseType {
  if (node.type.kind !== "sparse") throw new Error(`internal: ${node.operation} is a tensor, not sparse`);
  return node.type;
}
