/**
 * The operations a model is written with. Two axes meet only if their names match: elementwise operations repeat
 * the operand with fewer axes by name, and everything else says which axes it wants in its signature.
 */
import { DeclarationError, ShapeError } from "../ir/errors.js";
import { declarationLocation } from "../ir/location.js";
import { scope } from "../ir/scope.js";
import { axisNames, sizeKey, sumOfSizes, type Axis, type Size } from "../ir/types.js";
import { apply, constant as constantNode, describe } from "../ops/apply.js";
import * as build from "../ops/build.js";
import { addAll } from "../ops/build.js";
import { unsqueeze } from "../ops/build.js";
import type { OperationName } from "../ops/table.js";
import { Sparse, Tensor, type Axes, type Ids, type Renamed, type Scalar, type Without } from "./tensor.js";

export { scope };

type Operand = Tensor<Axes> | number;

function node(value: Operand): Tensor<Axes>["node"] {
  return typeof value === "number" ? build.scalar(value) : value.node;
}

/**
 * Elementwise with broadcasting by name: the result has the axes of the operand that has all axes of the other.
 * @throws ShapeError if sizes of one axis differ
 */
interface Binary {
  <A extends Axes, B extends readonly A[number][]>(left: Tensor<A>, right: Tensor<B> | number): Tensor<A>;
  <A extends readonly B[number][], B extends Axes>(left: Tensor<A> | number, right: Tensor<B>): Tensor<B>;
}
interface Comparison {
  <A extends Axes, B extends readonly A[number][]>(
    left: Tensor<A>,
    right: Tensor<B> | number,
  ): Tensor<A, "bool">;
  <A extends readonly B[number][], B extends Axes>(
    left: Tensor<A> | number,
    right: Tensor<B>,
  ): Tensor<B, "bool">;
}
type Unary = <A extends Axes>(x: Tensor<A>) => Tensor<A>;

const binary =
  (operation: OperationName): Binary =>
  (left: Operand, right: Operand) =>
    new Tensor(apply(operation, [node(left), node(right)]));
const comparison = (operation: OperationName): Comparison =>
  ((left: Operand, right: Operand) =>
    new Tensor(apply(operation, [node(left), node(right)]))) as unknown as Comparison;
const unary =
  (operation: OperationName): Unary =>
  <A extends Axes>(x: Tensor<A>) =>
    new Tensor<A>(apply(operation, [x.node]));

export const add = binary("add");
export const subtract = binary("subtract");
export const multiply = binary("multiply");
export const divide = binary("divide");
export const maximum = binary("maximum");
export const minimum = binary("minimum");
export const greater = comparison("greater");
export const greaterOrEqual = comparison("greaterOrEqual");
export const equal = comparison("equal");

export const negate = unary("negate");
export const exp = unary("exp");
export const log = unary("log");
export const sqrt = unary("sqrt");
export const sin = unary("sin");
export const cos = unary("cos");
export const tanh = unary("tanh");
export const sigmoid = unary("sigmoid");
/** log(1 + exp(x)), without overflow. */
export const softplus = unary("softplus");
export const relu = unary("relu");
export const abs = unary("abs");
export const floor = unary("floor");
/** The value itself, a constant for differentiation. */
export const stopGradient = unary("stopGradient");

/** x where positive, slope x elsewhere. */
export function leakyRelu<A extends Axes>(x: Tensor<A>, slope: number): Tensor<A> {
  return new Tensor(apply("leakyRelu", [x.node], { slope }));
}

export function square<A extends Axes>(x: Tensor<A>): Tensor<A> {
  return multiply(x, x);
}

function requireValues(operation: string, values: readonly unknown[]): void {
  if (values.length > 0) return;
  throw new DeclarationError(
    operation,
    "needs at least one value, but the list is empty",
    declarationLocation(),
  );
}

/** Sum of values of one type. @throws DeclarationError without any */
export function sumOf<A extends Axes>(values: readonly Tensor<A>[]): Tensor<A> {
  requireValues("sumOf", values);
  return new Tensor(addAll(values.map((value) => value.node)));
}

/** Mean of values of one type. @throws DeclarationError without any */
export function meanOf<A extends Axes>(values: readonly Tensor<A>[]): Tensor<A> {
  requireValues("meanOf", values);
  const total: Tensor<A> = sumOf(values);
  return multiply(total, 1 / values.length);
}

export function and<A extends Axes>(left: Tensor<A, "bool">, right: Tensor<A, "bool">): Tensor<A, "bool"> {
  return new Tensor(apply("and", [left.node, right.node]));
}

export function or<A extends Axes>(left: Tensor<A, "bool">, right: Tensor<A, "bool">): Tensor<A, "bool"> {
  return new Tensor(apply("or", [left.node, right.node]));
}

export function not<A extends Axes>(x: Tensor<A, "bool">): Tensor<A, "bool"> {
  return new Tensor(build.logicalNot(x.node));
}

/** `left` where the condition holds, `right` elsewhere. */
export function where<A extends Axes, B extends readonly A[number][], C extends readonly A[number][]>(
  condition: Tensor<A, "bool">,
  left: Tensor<B> | number,
  right: Tensor<C> | number,
): Tensor<A> {
  return new Tensor(build.where(condition.node, node(left), node(right)));
}

/** 1 where true, 0 where false; ids and counts as numbers. */
export function toFloat<A extends Axes>(x: Tensor<A, "bool"> | Tensor<A, "int32">): Tensor<A> {
  return new Tensor(build.cast(x.node, "float32"));
}

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

/** Rows and columns of a matrix exchanged. */
export function transpose<Row extends string, Column extends string>(
  x: Tensor<[Row, Column]>,
): Tensor<[Column, Row]> {
  return new Tensor(build.transpose(x.node, axisNames(x.type).reverse()));
}

/** Axes in another order. */
export function reorder<A extends Axes, const Order extends readonly A[number][]>(
  x: Tensor<A>,
  order: Order,
): Tensor<Order> {
  return new Tensor(build.transpose(x.node, order));
}

/** The same axis under another name. */
export function rename<A extends Axes, From extends A[number], To extends string>(
  x: Tensor<A>,
  from: From,
  to: To,
): Tensor<Renamed<A, From, To>> {
  return new Tensor(build.rename(x.node, from, to));
}

/** Repeats `x` over the axes of `like` that it lacks. */
export function broadcastLike<A extends readonly B[number][], B extends Axes>(
  x: Tensor<A>,
  like: Tensor<B>,
): Tensor<B> {
  return new Tensor(build.broadcast(x.node, like.type.axes));
}

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

/** A value and the axis along which it is joined to others. */
interface Part {
  readonly value: Tensor<Axes>;
  readonly along: string;
}

/** Axes of each part with the joined axis renamed; one and the same for parts that fit together. */
type Joined<P extends Part, Into extends string> = P extends {
  readonly value: Tensor<infer A>;
  readonly along: infer From extends string;
}
  ? From extends A[number]
    ? Renamed<A, From, Into>
    : never
  : never;

/**
 * Values one after another along an axis that differs between them: users then items give nodes.
 * @throws ShapeError unless all other axes are the same
 */
export function concat<Into extends string, const P extends Part>(
  into: Into,
  values: readonly P[],
): Tensor<Joined<P, Into>> {
  return new Tensor(
    build.concat(
      values.map(({ value }) => value.node),
      values.map(({ along }) => along),
      into,
    ),
  );
}

/** Values of one type along a new leading axis. */
export function stack<Into extends string, A extends Axes>(
  into: Into,
  values: readonly Tensor<A>[],
): Tensor<[Into, ...A]> {
  const names = values.map((_, i) => `${into}_${i}`);
  return new Tensor(
    build.concat(
      values.map((value, i) => unsqueeze(value.node, names[i]!)),
      names,
      into,
    ),
  );
}

/** Consecutive parts of an axis: nodes give users and items again. @throws ShapeError unless they add up to it */
export function split<A extends Axes, Axis extends A[number], const Parts extends readonly string[]>(
  x: Tensor<A>,
  axis: Axis,
  parts: Parts,
  sizes: readonly Size[],
): { readonly [K in keyof Parts]: Tensor<Renamed<A, Axis, Parts[K] & string>> } {
  const list = parts.map((name, i) => ({ name, size: sizes[i]! }));
  return parts.map((_, i) => new Tensor(build.part(x.node, axis, list, i))) as never;
}

/**
 * `length` elements from `start` on of an axis of fixed size, renamed.
 * @throws ShapeError if the axis has no such elements, or a size that only the data fixes
 */
export function slice<A extends Axes, From extends A[number], To extends string>(
  x: Tensor<A>,
  axis: From,
  start: number,
  length: number,
  to: To,
): Tensor<Renamed<A, From, To>> {
  const total = fixedSize("slice", x, axis);
  if (!Number.isInteger(start) || !Number.isInteger(length) || start < 0 || length < 1) {
    throw refusal("slice", x, `cannot take ${length} elements from element ${start} on`);
  }
  if (start + length > total) {
    throw refusal(
      "slice",
      x,
      `axis "${axis}" has ${total} elements, fewer than the ${start + length} that ${length} from element ${start} on need`,
    );
  }
  const sizes = [start, length, total - start - length];
  const list = sizes.map((size, i) => ({ name: i === 1 ? to : `${axis}_${i}`, size }));
  return new Tensor(build.part(x.node, axis, list, 1));
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

/** The same with values [entry] in place of the stored weights; differentiable in both. */
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

function refusal(operation: string, x: Tensor<Axes>, problem: string): ShapeError {
  const inputs = [{ name: describe(x.node), type: x.type }];
  return new ShapeError({ operation, problem, inputs, location: declarationLocation() });
}

/** @throws ShapeError without such an axis, or if only the data fixes its size */
function fixedSize(operation: string, x: Tensor<Axes>, axis: string): number {
  const found = x.type.axes.find((candidate) => candidate.name === axis);
  const name = describe(x.node);
  if (found === undefined) {
    throw refusal(operation, x, `${name} has no axis "${axis}", only [${axisNames(x.type).join(", ")}]`);
  }
  if (typeof found.size === "number") return found.size;
  throw refusal(
    operation,
    x,
    `axis "${axis}" of ${name} must have a fixed size, but the data fixes it (${sizeKey(found.size)}); use split`,
  );
}

function sizeOf(x: Tensor<Axes>, axis: string): Size {
  const found = x.type.axes.find((candidate) => candidate.name === axis);
  return found === undefined ? sumOfSizes([]) : found.size;
}
