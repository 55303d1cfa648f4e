import { axisNames, type Size } from "../../ir/types.js";
import { unsqueeze } from "../../ops/build.js";
import { Tensor, type Axes, type Renamed } from "../tensor.js";
import { refusal, fixedSize } from "./axisChecks.js";
import * as build from "../../ops/build.js";

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
