import type { DType } from "../../../src/ir/types.js";
import type { OperationName } from "../../../src/ops/table.js";
import { elementsBy, tabulate, type Value } from "../value.js";
import { numbers, sameElements, tensor, type Application, type Rule } from "./application.js";

/** A function of the elements of all inputs at one position. */
function elementwise(f: (...values: readonly number[]) => number): Rule {
  return (application) => {
    const { axes, inputs } = application;
    const readers = inputs.map((_, i) => elementsBy(tensor(application, i), axes));
    return tabulate(axes, (at) => f(...readers.map((read) => read(at))));
  };
}

const truth = (holds: boolean): number => (holds ? 1 : 0);
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

export const elementwiseRules = {
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
} satisfies Partial<Record<OperationName, Rule>>;
