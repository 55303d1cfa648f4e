/**
 * Elementwise operations. Two axes meet only if their names match: the operand with fewer axes is repeated by name.
 */
import { apply } from "../../ops/apply.js";
import { addAll } from "../../ops/build.js";
import type { OperationName } from "../../ops/table.js";
import { Tensor, type Axes } from "../tensor.js";
import * as build from "../../ops/build.js";
import { node, requireValues, type Operand } from "./operands.js";

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
export function toFloat<A extends Axes>(x: Tensor<A, "bool"> | Tensor<A, "int32", string>): Tensor<A> {
  return new Tensor(build.cast(x.node, "float32"));
}
