import { inputName, isInput, topologicalOrder, type Node } from "../../src/ir/node.js";
import { evaluateSize, type Axis, type Size } from "../../src/ir/types.js";
import type { OperationName } from "../../src/ops/table.js";
import { rules } from "./rules.js";
import { elementCount, type SparseEntry, type SparseValue, type Value } from "./value.js";

/** A dense input: its dims and its values in C order. */
export interface DenseFeed {
  readonly kind: "dense";
  readonly dims: readonly number[];
  readonly data: readonly number[] | readonly bigint[] | Float64Array;
}

/** Values of inputs by name. */
export type Feeds = Readonly<Record<string, DenseFeed | SparseValue>>;

export interface EvaluationOptions {
  /** Sizes that no input has, such as `k`. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Values of nodes that are not to be evaluated. */
  readonly known?: ReadonlyMap<Node, Value>;
}

export function dense(dims: readonly number[], data: DenseFeed["data"]): DenseFeed {
  return { kind: "dense", dims, data };
}

/** A sparse matrix from (row, column, weight) triples, sorted into row-major order. */
export function sparse(
  rows: number,
  columns: number,
  triples: readonly (readonly [row: number, column: number, weight: number])[],
): SparseValue {
  const entries = triples
    .map(([row, column, weight]): SparseEntry => ({ row, column, weight: Math.fround(weight) }))
    .sort((a, b) => a.row - b.row || a.column - b.column);
  return { kind: "sparse", rows, columns, entries };
}

function bindSymbols(inputs: readonly Node[], feeds: Feeds, options: EvaluationOptions): Map<string, number> {
  const symbols = new Map(Object.entries(options.sizes ?? {}));
  const bind = (axis: Axis, found: number): void => {
    const expected = typeof axis.size === "number" ? axis.size : symbols.get(axis.size as string);
    if (expected !== undefined && typeof axis.size !== "object" && expected !== found) {
      throw new Error(`axis ${axis.name} is ${found} in one feed and ${expected} in another`);
    }
    if (typeof axis.size === "string") symbols.set(axis.size, found);
  };
  for (const node of inputs) {
    const feed = feeds[inputName(node)];
    if (feed === undefined) throw new Error(`input "${inputName(node)}" is not fed`);
    if (node.type.kind === "sparse" && feed.kind === "sparse") {
      bind(node.type.row, feed.rows);
      bind(node.type.column, feed.columns);
      bind(node.type.entry, feed.entries.length);
    } else if (node.type.kind === "tensor" && feed.kind === "dense") {
      if (feed.dims.length !== node.type.axes.length) throw new Error(`"${inputName(node)}": wrong rank`);
      node.type.axes.forEach((axis, i) => {
        bind(axis, feed.dims[i]!);
      });
    } else throw new Error(`"${inputName(node)}" is fed with the wrong kind of value`);
  }
  return symbols;
}

/** Values of all nodes below `roots`, in float64. */
export function evaluate(
  roots: readonly Node[],
  feeds: Feeds,
  options: EvaluationOptions = {},
): ReadonlyMap<Node, Value> {
  const order = topologicalOrder(roots);
  const symbols = bindSymbols(order.filter(isInput), feeds, options);
  const sizeOf = (size: Size): number => evaluateSize(size, symbols);
  const values = new Map<Node, Value>(options.known ?? []);
  for (const node of order) {
    if (values.has(node)) continue;
    const axes =
      node.type.kind === "tensor"
        ? node.type.axes.map(({ name, size }) => ({ name, size: sizeOf(size) }))
        : [];
    if (isInput(node)) {
      values.set(node, inputValue(node, feeds[inputName(node)]!, axes));
      continue;
    }
    const inputs = node.inputs.map((input) => values.get(input)!);
    const value = rules[node.operation as OperationName]({ node, inputs, axes, sizeOf });
    if (value.kind !== "sparse" && value.data.length !== elementCount(axes)) {
      throw new Error(`${node.operation} has ${value.data.length} elements, its type ${elementCount(axes)}`);
    }
    values.set(node, value);
  }
  return values;
}

function inputValue(
  node: Node,
  feed: DenseFeed | SparseValue,
  axes: readonly { name: string; size: number }[],
): Value {
  if (feed.kind === "sparse") return feed;
  if (elementCount(axes) !== feed.data.length) {
    throw new Error(`"${inputName(node)}" holds ${feed.data.length} values, its dims ${elementCount(axes)}`);
  }
  if (node.type.kind === "tensor" && node.type.dtype === "uint64") {
    return { kind: "big", axes, data: BigUint64Array.from(Array.from(feed.data, BigInt)) };
  }
  return { kind: "tensor", axes, data: Float64Array.from(Array.from(feed.data, Number)) };
}

/** Numbers of one value. */
export function numbersOf(values: ReadonlyMap<Node, Value>, node: Node): Float64Array {
  const value = values.get(node);
  if (value?.kind !== "tensor") throw new Error(`${node.operation} is no tensor of numbers`);
  return value.data;
}
