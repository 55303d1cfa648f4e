import { Random } from "../../runtime/data/random.js";
import { inputName, type GraphOutput, type InputRole, type Node } from "../../src/ir/node.js";
import { tensorType, type Axis, type DType } from "../../src/ir/types.js";
import { input } from "../../src/ops/apply.js";
import { dense, sparse, type DenseFeed, type Feeds } from "./evaluate.js";
import { elementCount, type SparseValue } from "./value.js";

/** Sizes of axes by name, in order. */
export type Sizes = Readonly<Record<string, number>>;

/** Float32 numbers, so that every precision is fed with the same. */
export function randomNumbers(seed: number, count: number, low = -2, high = 2): number[] {
  const random = new Random(seed, "numbers");
  return Array.from({ length: count }, () => Math.fround(low + (high - low) * random.float64()));
}

/** Declares the inputs of a small graph together with what they are fed. Axes are symbolic. */
export class GraphBuilder {
  readonly inputs: Node[] = [];
  readonly feeds: Record<string, DenseFeed | SparseValue> = {};
  /** Float inputs, those that gradients are asked for. */
  readonly floats: Node[] = [];

  constructor(private readonly role: InputRole = "argument") {}

  /**
   * @param values in C order; random in [-2, 2) if absent
   * @param fixed axes whose size is part of the declaration
   */
  float(name: string, sizes: Sizes, values?: readonly number[], fixed: readonly string[] = []): Node {
    const data = values ?? randomNumbers(this.inputs.length + 1, count(sizes));
    const axes = Object.entries(sizes).map(([axis, size]) => ({
      name: axis,
      size: fixed.includes(axis) ? size : axis,
    }));
    const node = this.declare(name, tensorType("float32", axes), dense(Object.values(sizes), data));
    this.floats.push(node);
    return node;
  }

  /** Random values in [low, high). */
  floatIn(name: string, sizes: Sizes, low: number, high: number): Node {
    return this.float(name, sizes, randomNumbers(this.inputs.length + 1, count(sizes), low, high));
  }

  bool(name: string, sizes: Sizes, values: readonly number[]): Node {
    return this.dense(name, "bool", sizes, values);
  }

  int(name: string, sizes: Sizes, values: readonly number[]): Node {
    return this.dense(name, "int32", sizes, values);
  }

  ids(name: string, of: string, sizes: Sizes, values: readonly number[]): Node {
    return this.dense(name, "int32", sizes, values, of);
  }

  /** int64 pairs [pair, 2]. */
  pairs(name: string, values: readonly (readonly [number, number])[]): Node {
    const axes = [
      { name: "pair", size: "pair" },
      { name: "coordinate", size: 2 },
    ];
    return this.declare(name, tensorType("int64", axes), dense([values.length, 2], values.flat()));
  }

  uint64(name: string, value: bigint): Node {
    return this.declare(name, tensorType("uint64", []), dense([], [value]));
  }

  sparse(
    name: string,
    row: string,
    column: string,
    dims: readonly [number, number],
    triples: readonly (readonly [number, number, number])[],
  ): Node {
    const axis = (axisName: string): Axis => ({ name: axisName, size: axisName });
    return this.declare(
      name,
      { kind: "sparse", row: axis(row), column: axis(column), entry: axis(`${name}_entry`), groups: 4 },
      sparse(dims[0], dims[1], triples),
    );
  }

  /** Outputs that repeat the float inputs: a graph drops inputs it does not use, and with them their sizes. */
  copies(): GraphOutput[] {
    return this.floats.map((node) => ({ name: `${inputName(node)}.copy`, node }));
  }

  private dense(name: string, dtype: DType, sizes: Sizes, values: readonly number[], of?: string): Node {
    const axes = Object.keys(sizes).map((axis) => ({ name: axis, size: axis }));
    return this.declare(name, tensorType(dtype, axes, of), dense(Object.values(sizes), values));
  }

  private declare(name: string, type: Node["type"], feed: Feeds[string]): Node {
    const node = input(name, this.role, type);
    this.inputs.push(node);
    this.feeds[name] = feed;
    return node;
  }
}

function count(sizes: Sizes): number {
  return elementCount(Object.entries(sizes).map(([name, size]) => ({ name, size })));
}
