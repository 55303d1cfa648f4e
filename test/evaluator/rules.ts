import type { Node } from "../../src/ir/node.js";
import type { Axis, DType, Size } from "../../src/ir/types.js";
import type { OperationName } from "../../src/ops/table.js";
import { uniform24 } from "./squares.js";
import {
  elementCount,
  elementsBy,
  forEachPosition,
  indexBy,
  tabulate,
  type BigValue,
  type SizedAxis,
  type SparseValue,
  type TensorValue,
  type Value,
} from "./value.js";

/** One operation about to be evaluated. */
export interface Application {
  readonly node: Node;
  readonly inputs: readonly Value[];
  /** Axes of the result. */
  readonly axes: readonly SizedAxis[];
  readonly sizeOf: (size: Size) => number;
}

export type Rule = (application: Application) => Value;

function tensor({ inputs, node }: Application, index: number): TensorValue {
  const value = inputs[index];
  if (value?.kind !== "tensor")
    throw new Error(`input ${index} of ${node.operation} is no tensor of numbers`);
  return value;
}

function big({ inputs, node }: Application, index: number): BigValue {
  const value = inputs[index];
  if (value?.kind !== "big") throw new Error(`input ${index} of ${node.operation} is not uint64`);
  return value;
}

function matrix({ inputs, node }: Application): SparseValue {
  const value = inputs[0];
  if (value?.kind !== "sparse") throw new Error(`the first input of ${node.operation} is not sparse`);
  return value;
}

const numbers = (axes: readonly SizedAxis[], data: Float64Array): TensorValue => ({
  kind: "tensor",
  axes,
  data,
});

/** A function of the elements of all inputs at one position. */
function elementwise(f: (...values: readonly number[]) => number): Rule {
  return (application) => {
    const { axes, inputs } = application;
    const readers = inputs.map((_, i) => elementsBy(tensor(application, i), axes));
    return tabulate(axes, (at) => f(...readers.map((read) => read(at))));
  };
}

const truth = (holds: boolean): number => (holds ? 1 : 0);

/** The same elements in the same order. */
const sameElements: Rule = (application) => numbers(application.axes, tensor(application, 0).data);
/** The elements found by the names of the axes. */
const byName: Rule = (application) => {
  const read = elementsBy(tensor(application, 0), application.axes);
  return tabulate(application.axes, read);
};

/** Folds everything that lands on one element of the result. */
function reduction(start: number, fold: (total: number, value: number) => number): Rule {
  return (application) => {
    const x = tensor(application, 0);
    const reduced = application.node.attributes.axes as readonly string[];
    const data = new Float64Array(elementCount(application.axes)).fill(start);
    const strides = indexOfKept(x, application.axes, reduced);
    forEachPosition(x.axes, (at, index) => {
      const target = strides(at);
      data[target] = fold(data[target]!, x.data[index]!);
    });
    return numbers(application.axes, data);
  };
}

function indexOfKept(
  x: TensorValue,
  kept: readonly SizedAxis[],
  reduced: readonly string[],
): (at: readonly number[]) => number {
  if (x.axes.length !== kept.length + reduced.length) throw new Error("a reduced axis is missing");
  return indexBy({ axes: kept }, x.axes);
}

/** Calls `visit` for every line of elements along the named axis, with the indices of its elements in order. */
function forEachLine(x: TensorValue, axis: string, visit: (line: readonly number[]) => void): void {
  const along = x.axes.find((candidate) => candidate.name === axis)!;
  const others = x.axes.filter((candidate) => candidate !== along);
  const index = indexBy(x, [...others, along]);
  forEachPosition(others, (at) => {
    visit(Array.from({ length: along.size }, (_, i) => index([...at, i])));
  });
}

const partSizes = (application: Application): number[] =>
  (application.node.attributes.parts as readonly Axis[]).map((axis) => application.sizeOf(axis.size));

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Elements of one row: all axes but the first `leading`. */
const rowLength = (x: TensorValue, leading: number): number => elementCount(x.axes.slice(leading));

function checkedId(id: number, size: number, what: string): number {
  if (!Number.isInteger(id) || id < 0 || id >= size)
    throw new Error(`${what}: id ${id} is outside [0, ${size})`);
  return id;
}

/** Σ over the entries of each row of weight times the row of x at the entry's column. */
function weightedSum(
  application: Application,
  x: TensorValue,
  weight: (entry: number) => number,
): TensorValue {
  const length = rowLength(x, 1);
  const data = new Float64Array(elementCount(application.axes));
  matrix(application).entries.forEach(({ row, column }, entry) => {
    for (let k = 0; k < length; k++) data[row * length + k]! += weight(entry) * x.data[column * length + k]!;
  });
  return numbers(application.axes, data);
}

function segment(start: number, fold: (total: number, value: number) => number): Rule {
  return (application) => {
    const x = tensor(application, 1);
    const length = rowLength(x, 1);
    const data = new Float64Array(elementCount(application.axes)).fill(start);
    matrix(application).entries.forEach(({ row }, entry) => {
      for (let k = 0; k < length; k++) {
        data[row * length + k] = fold(data[row * length + k]!, x.data[entry * length + k]!);
      }
    });
    return numbers(application.axes, data);
  };
}

/** Value and position of the k largest of every line, the lower position first among equals. */
function largest(pick: (x: TensorValue, index: number, position: number) => number): Rule {
  return (application) => {
    const x = tensor(application, 0);
    const k = application.axes.at(-1)!.size;
    const data: number[] = [];
    forEachLine(x, x.axes.at(-1)!.name, (line) => {
      const order = line.map((_, i) => i).sort((a, b) => x.data[line[b]!]! - x.data[line[a]!]! || a - b);
      for (const position of order.slice(0, k)) data.push(pick(x, line[position]!, position));
    });
    return numbers(application.axes, Float64Array.from(data));
  };
}

function cast(application: Application): Value {
  const to = application.node.attributes.dtype as DType;
  const source = application.inputs[0]!;
  if (source.kind === "sparse") throw new Error("a sparse matrix cannot be cast");
  const values = source.kind === "big" ? Array.from(source.data, Number) : [...source.data];
  if (to === "uint64") {
    const data =
      source.kind === "big" ? source.data : BigUint64Array.from(values, (v) => BigInt(Math.trunc(v)));
    return { kind: "big", axes: application.axes, data };
  }
  const convert: Record<Exclude<DType, "uint64">, (value: number) => number> = {
    float32: (value) => value,
    int32: Math.trunc,
    int64: Math.trunc,
    bool: (value) => truth(value !== 0),
  };
  return numbers(application.axes, Float64Array.from(values, convert[to]));
}

/** What every operation computes, in float64 and without any of the compiler's code. */
export const rules: Readonly<Record<OperationName, Rule>> = {
  negate: elementwise((x) => -x),
  exp: elementwise((x) => Math.exp(x)),
  log: elementwise((x) => Math.log(x)),
  sqrt: elementwise((x) => Math.sqrt(x)),
  sin: elementwise((x) => Math.sin(x)),
  cos: elementwise((x) => Math.cos(x)),
  tanh: elementwise((x) => Math.tanh(x)),
  sigmoid: elementwise((x) => 1 / (1 + Math.exp(-x))),
  softplus: elementwise((x) => (x > 30 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)))),
  relu: elementwise((x) => (x > 0 ? x : 0)),
  leakyRelu: (application) => {
    const slope = application.node.attributes.slope as number;
    return elementwise((x) => (x > 0 ? x : slope * x))(application);
  },
  abs: elementwise((x) => Math.abs(x)),
  floor: elementwise((x) => Math.floor(x)),
  stopGradient: sameElements,
  add: elementwise((x, y) => x + y),
  subtract: elementwise((x, y) => x - y),
  multiply: elementwise((x, y) => x * y),
  divide: elementwise((x, y) => x / y),
  maximum: elementwise((x, y) => Math.max(x, y)),
  minimum: elementwise((x, y) => Math.min(x, y)),
  greater: elementwise((x, y) => truth(x > y)),
  greaterOrEqual: elementwise((x, y) => truth(x >= y)),
  equal: elementwise((x, y) => truth(x === y)),
  and: elementwise((x, y) => truth(x !== 0 && y !== 0)),
  or: elementwise((x, y) => truth(x !== 0 || y !== 0)),
  not: elementwise((x) => truth(x === 0)),
  where: elementwise((condition, x, y) => (condition !== 0 ? x : y)),
  cast,

  constant: ({ node, axes }) => {
    const values = node.attributes.values as readonly number[];
    if ((node.attributes.dtype as DType) === "uint64") {
      return { kind: "big", axes, data: BigUint64Array.from(values, BigInt) };
    }
    return numbers(axes, Float64Array.from(values));
  },
  axisSize: ({ node, axes, sizeOf }) => {
    const { size } = node.attributes.size as { readonly size: Size };
    return numbers(axes, Float64Array.of(sizeOf(size)));
  },
  positions: ({ axes }) => tabulate(axes, ([position]) => position!),
  transpose: byName,
  rename: sameElements,
  broadcast: byName,
  reshape: sameElements,
  concat: (application) => {
    const along = application.node.attributes.along as readonly string[];
    const pieces = application.inputs.map((_, i) => tensor(application, i));
    const position = pieces[0]!.axes.findIndex((axis) => axis.name === along[0]);
    return tabulate(application.axes, (at) => {
      const coordinates = [...at];
      for (const piece of pieces) {
        if (coordinates[position]! < piece.axes[position]!.size) {
          return piece.data[indexBy(piece, piece.axes)(coordinates)]!;
        }
        coordinates[position]! -= piece.axes[position]!.size;
      }
      throw new Error("the parts of a concatenation are too short");
    });
  },
  part: (application) => {
    const x = tensor(application, 0);
    const sizes = partSizes(application);
    const start = total(sizes.slice(0, application.node.attributes.index as number));
    const position = x.axes.findIndex((axis) => axis.name === application.node.attributes.axis);
    const index = indexBy(x, x.axes);
    return tabulate(
      application.axes,
      (at) => x.data[index(at.map((coordinate, i) => (i === position ? coordinate + start : coordinate)))]!,
    );
  },

  sum: reduction(0, (sum, value) => sum + value),
  max: reduction(-Infinity, Math.max),
  sumOfSquares: reduction(0, (sum, value) => sum + value * value),
  normalise: (application) => {
    const x = tensor(application, 0);
    const data = new Float64Array(x.data.length);
    forEachLine(x, application.node.attributes.axis as string, (line) => {
      const norm = Math.max(
        Math.hypot(...line.map((i) => x.data[i]!)),
        application.node.attributes.floor as number,
      );
      line.forEach((i) => (data[i] = x.data[i]! / norm));
    });
    return numbers(application.axes, data);
  },
  softmax: (application) => {
    const x = tensor(application, 0);
    const data = new Float64Array(x.data.length);
    forEachLine(x, application.node.attributes.axis as string, (line) => {
      const highest = Math.max(...line.map((i) => x.data[i]!));
      const weights = line.map((i) => Math.exp(x.data[i]! - highest));
      line.forEach((i, n) => (data[i] = weights[n]! / total(weights)));
    });
    return numbers(application.axes, data);
  },
  cumulativeSum: (application) => {
    const x = tensor(application, 0);
    const data = new Float64Array(x.data.length);
    forEachLine(x, application.node.attributes.axis as string, (line) => {
      line.forEach((i, n) => {
        const added = application.node.attributes.reverse === true ? line.slice(n) : line.slice(0, n + 1);
        data[i] = total(added.map((j) => x.data[j]!));
      });
    });
    return numbers(application.axes, data);
  },
  matmul: (application) => {
    const [left, right] = [tensor(application, 0), tensor(application, 1)];
    const inner = left.axes.at(-1)!;
    const visited = [...application.axes, inner];
    const [l, r] = [elementsBy(left, visited), elementsBy(right, visited)];
    return tabulate(application.axes, (at) => {
      let sum = 0;
      for (let k = 0; k < inner.size; k++) sum += l([...at, k]) * r([...at, k]);
      return sum;
    });
  },
  gram: (application) => {
    const x = tensor(application, 0);
    const [rows, columns] = x.axes as [(typeof x.axes)[number], (typeof x.axes)[number]];
    return tabulate(application.axes, ([a, b]) => {
      let sum = 0;
      for (let row = 0; row < rows.size; row++) {
        sum += x.data[row * columns.size + a!]! * x.data[row * columns.size + b!]!;
      }
      return sum;
    });
  },

  gather: (application) => {
    const [table, ids] = [tensor(application, 0), tensor(application, 1)];
    const length = rowLength(table, 1);
    const data = new Float64Array(ids.data.length * length);
    ids.data.forEach((id, n) => {
      const start = checkedId(id, table.axes[0]!.size, "gather") * length;
      data.set(table.data.subarray(start, start + length), n * length);
    });
    return numbers(application.axes, data);
  },
  scatterAdd: (application) => {
    const [ids, updates] = [tensor(application, 0), tensor(application, 1)];
    const length = rowLength(updates, ids.axes.length);
    const data = new Float64Array(elementCount(application.axes));
    ids.data.forEach((id, n) => {
      const start = checkedId(id, application.axes[0]!.size, "scatterAdd") * length;
      for (let k = 0; k < length; k++) data[start + k]! += updates.data[n * length + k]!;
    });
    return numbers(application.axes, data);
  },
  fillPairs: (application) => {
    const [x, pairs] = [tensor(application, 0), tensor(application, 1)];
    const data = x.data.slice();
    for (let n = 0; n < pairs.data.length; n += 2) {
      const row = checkedId(pairs.data[n]!, x.axes[0]!.size, "fillPairs");
      const column = checkedId(pairs.data[n + 1]!, x.axes[1]!.size, "fillPairs");
      data[row * x.axes[1]!.size + column] = application.node.attributes.value as number;
    }
    return numbers(application.axes, data);
  },
  topKValues: largest((x, index) => x.data[index]!),
  topKIndices: largest((_, __, position) => position),

  transposeSparse: (application) => {
    const { rows, columns, entries } = matrix(application);
    const swapped = entries.map(({ row, column, weight }) => ({ row: column, column: row, weight }));
    return { kind: "sparse", rows: columns, columns: rows, entries: swapped };
  },
  sparseProduct: (application) => {
    const { entries } = matrix(application);
    return weightedSum(application, tensor(application, 1), (entry) => entries[entry]!.weight);
  },
  entryProduct: (application) => {
    const values = tensor(application, 1);
    return weightedSum(application, tensor(application, 2), (entry) => values.data[entry]!);
  },
  entryRows: (application) =>
    numbers(
      application.axes,
      Float64Array.from(matrix(application).entries, ({ row }) => row),
    ),
  entryColumns: (application) =>
    numbers(
      application.axes,
      Float64Array.from(matrix(application).entries, ({ column }) => column),
    ),
  segmentSum: segment(0, (sum, value) => sum + value),
  segmentMax: segment(-3.4e38, Math.max),

  counters: ({ axes }) => ({
    kind: "big",
    axes,
    data: BigUint64Array.from({ length: elementCount(axes) }, (_, index) => BigInt(index)),
  }),
  uniform: (application) => {
    const key = big(application, 1).data[0]!;
    const step = tensor(application, 2).data[0]!;
    const stream = application.node.attributes.stream as string;
    const values = Array.from(big(application, 0).data, (index) => uniform24(key, stream, step, index));
    return numbers(application.axes, Float64Array.from(values));
  },
};
