import type { Node } from "../../../src/ir/node.js";
import type { Size } from "../../../src/ir/types.js";
import {
  elementCount,
  indexBy,
  forEachPosition,
  type BigValue,
  type SizedAxis,
  type SparseValue,
  type TensorValue,
  type Value,
} from "../value.js";

/** One operation about to be evaluated. */
export interface Application {
  readonly node: Node;
  readonly inputs: readonly Value[];
  /** Axes of the result. */
  readonly axes: readonly SizedAxis[];
  readonly sizeOf: (size: Size) => number;
}

export type Rule = (application: Application) => Value;

export function tensor({ inputs, node }: Application, index: number): TensorValue {
  const value = inputs[index];
  if (value?.kind !== "tensor")
    throw new Error(`input ${index} of ${node.operation} is no tensor of numbers`);
  return value;
}

export function big({ inputs, node }: Application, index: number): BigValue {
  const value = inputs[index];
  if (value?.kind !== "big") throw new Error(`input ${index} of ${node.operation} is not uint64`);
  return value;
}

export function matrix({ inputs, node }: Application): SparseValue {
  const value = inputs[0];
  if (value?.kind !== "sparse") throw new Error(`the first input of ${node.operation} is not sparse`);
  return value;
}

export const numbers = (axes: readonly SizedAxis[], data: Float64Array): TensorValue => ({
  kind: "tensor",
  axes,
  data,
});

/** The same elements in the same order. */
export const sameElements: Rule = (application) => numbers(application.axes, tensor(application, 0).data);

/** Calls `visit` for every line of elements along the named axis, with the indices of its elements in order. */
export function forEachLine(x: TensorValue, axis: string, visit: (line: readonly number[]) => void): void {
  const along = x.axes.find((candidate) => candidate.name === axis)!;
  const others = x.axes.filter((candidate) => candidate !== along);
  const index = indexBy(x, [...others, along]);
  forEachPosition(others, (at) => {
    visit(Array.from({ length: along.size }, (_, i) => index([...at, i])));
  });
}

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Elements of one row: all axes but the first `leading`. */
export const rowLength = (x: TensorValue, leading: number): number => elementCount(x.axes.slice(leading));

export function checkedId(id: number, size: number, what: string): number {
  if (!Number.isInteger(id) || id < 0 || id >= size)
    throw new Error(`${what}: id ${id} is outside [0, ${size})`);
  return id;
}
