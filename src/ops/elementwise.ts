import type { Node } from "../ir/node.js";
import {
  axisNames,
  sameSize,
  sizeKey,
  tensorType,
  type Axis,
  type DType,
  type TensorType,
  type ValueType,
} from "../ir/types.js";
import {
  add,
  cast,
  cos,
  divide,
  equal,
  greater,
  multiply,
  negate,
  scalar,
  sigmoid,
  sin,
  subtract,
  sumTo,
  typeOf,
  where,
} from "./build.js";
import type { EmittedAttribute, Emitter } from "./emitter.js";
import { InferenceProblem, type GradientRule, type Operation } from "./operation.js";

/** The input as a tensor of one of the given element types. @throws InferenceProblem otherwise */
export function tensor(
  inputs: readonly ValueType[],
  index: number,
  dtypes: readonly DType[] = ["float32"],
): TensorType {
  const type = inputs[index];
  if (type === undefined) throw new InferenceProblem(`input ${index} is missing`);
  if (type.kind !== "tensor") throw new InferenceProblem(`{${index}} must be a tensor, but it is sparse`);
  if (!dtypes.includes(type.dtype)) {
    throw new InferenceProblem(`{${index}} must be ${dtypes.join(" or ")}, but it is ${type.dtype}`);
  }
  return type;
}

/**
 * Axes of a broadcast by name: those of the input that has every axis of the others.
 * @throws InferenceProblem if no input covers the rest, or sizes of one name differ
 */
export function broadcastAxes(types: readonly TensorType[]): readonly Axis[] {
  const widest = types.reduce((best, type) => (type.axes.length > best.axes.length ? type : best));
  types.forEach((type, index) => {
    for (const axis of type.axes) {
      const match = widest.axes.find((candidate) => candidate.name === axis.name);
      if (match === undefined) {
        throw new InferenceProblem(
          `axis "${axis.name}" of {${index}} is not among [${axisNames(widest).join(", ")}] of {${types.indexOf(widest)}}`,
        );
      }
      if (!sameSize(match.size, axis.size)) {
        throw new InferenceProblem(
          `axis "${axis.name}" of {${index}} must be ${sizeKey(match.size)}, but it is ${sizeKey(axis.size)}`,
        );
      }
    }
  });
  return widest.axes;
}

/** Transposes and unsqueezes a lowered input so that ONNX's positional broadcasting does what names say. */
export function align(onnx: Emitter, value: string, type: TensorType, target: readonly Axis[]): string {
  const names = axisNames(type);
  const wanted = target.map((axis) => axis.name).filter((name) => names.includes(name));
  let aligned = value;
  if (wanted.join() !== names.join()) {
    aligned = onnx.node("Transpose", [aligned], { perm: wanted.map((name) => names.indexOf(name)) });
  }
  const first = target.findIndex((axis) => names.includes(axis.name));
  const missing = target.flatMap((axis, i) =>
    first >= 0 && i > first && !names.includes(axis.name) ? [i - first] : [],
  );
  return missing.length === 0 ? aligned : onnx.node("Unsqueeze", [aligned, onnx.ints(missing)]);
}

function lowerBroadcast(opType: string): Operation["lower"] {
  return (onnx, inputs, node) => {
    const target = typeOf(node).axes;
    return onnx.node(
      opType,
      inputs.map((value, i) => align(onnx, value, typeOf(node.inputs[i]!), target)),
    );
  };
}

/** Gradients of a binary operation by its partial derivatives, summed back over broadcast axes. */
function partials(left: (u: Node, node: Node) => Node, right: (u: Node, node: Node) => Node): GradientRule {
  return (upstream, node) => [
    sumTo(left(upstream, node), typeOf(node.inputs[0]!)),
    sumTo(right(upstream, node), typeOf(node.inputs[1]!)),
  ];
}

function binary(opType: string, gradient: GradientRule): Operation {
  return {
    infer: (inputs) => {
      const left = tensor(inputs, 0);
      const right = tensor(inputs, 1);
      return tensorType(left.dtype, broadcastAxes([left, right]));
    },
    gradient,
    lower: lowerBroadcast(opType),
  };
}

function comparison(opType: string): Operation {
  return {
    infer: (inputs) => {
      const left = tensor(inputs, 0, ["float32", "int32"]);
      const right = tensor(inputs, 1, [left.dtype]);
      return tensorType("bool", broadcastAxes([left, right]));
    },
    gradient: "none",
    lower: lowerBroadcast(opType),
  };
}

function logical(opType: string): Operation {
  return {
    infer: (inputs) =>
      tensorType("bool", broadcastAxes([tensor(inputs, 0, ["bool"]), tensor(inputs, 1, ["bool"])])),
    gradient: "none",
    lower: lowerBroadcast(opType),
  };
}

function unary(
  lower: string | ((onnx: Emitter, x: string, node: Node) => string),
  derivative: ((upstream: Node, node: Node) => Node) | "none",
  attributes?: (node: Node) => Readonly<Record<string, EmittedAttribute>>,
): Operation {
  return {
    infer: (inputs) => tensorType("float32", tensor(inputs, 0).axes),
    gradient: derivative === "none" ? "none" : (upstream, node) => [derivative(upstream, node)],
    lower: (onnx, [x], node) =>
      typeof lower === "string" ? onnx.node(lower, [x!], attributes?.(node) ?? {}) : lower(onnx, x!, node),
  };
}

const x = (node: Node): Node => node.inputs[0]!;
const y = (node: Node): Node => node.inputs[1]!;

/** Shares of the upstream gradient for `first` where it wins, half each on a tie. */
function winnerShares(wins: (node: Node) => [winner: Node, loser: Node]): GradientRule {
  const share = (first: Node, second: Node): Node =>
    where(greater(first, second), scalar(1), where(equal(first, second), scalar(0.5), scalar(0)));
  return partials(
    (u, node) => multiply(u, share(...wins(node))),
    (u, node) => multiply(u, subtract(scalar(1), share(...wins(node)))),
  );
}

/** max(x, 0) + log(1 + exp(-|x|)); onnxruntime has no double Softplus. */
function lowerSoftplus(onnx: Emitter, value: string): string {
  if (onnx.precision === "float32") return onnx.node("Softplus", [value]);
  const zero = onnx.constant("float32", [], [0]);
  const one = onnx.constant("float32", [], [1]);
  const decayed = onnx.node("Exp", [onnx.node("Neg", [onnx.node("Abs", [value])])]);
  return onnx.node("Add", [
    onnx.node("Max", [value, zero]),
    onnx.node("Log", [onnx.node("Add", [one, decayed])]),
  ]);
}

/** max(x, 0) + slope min(x, 0); onnxruntime has no double LeakyRelu. */
function lowerLeakyRelu(onnx: Emitter, value: string, node: Node): string {
  const slope = node.attributes.slope as number;
  if (onnx.precision === "float32") return onnx.node("LeakyRelu", [value], { alpha: { float: slope } });
  const zero = onnx.constant("float32", [], [0]);
  const scaled = onnx.node("Mul", [onnx.constant("float32", [], [slope]), onnx.node("Min", [value, zero])]);
  return onnx.node("Add", [onnx.node("Max", [value, zero]), scaled]);
}

export const elementwise = {
  negate: unary("Neg", (u) => negate(u)),
  exp: unary("Exp", (u, node) => multiply(u, node)),
  log: unary("Log", (u, node) => divide(u, x(node))),
  sqrt: unary("Sqrt", (u, node) => divide(u, multiply(scalar(2), node))),
  sin: unary("Sin", (u, node) => multiply(u, cos(x(node)))),
  cos: unary("Cos", (u, node) => negate(multiply(u, sin(x(node))))),
  tanh: unary("Tanh", (u, node) => multiply(u, subtract(scalar(1), multiply(node, node)))),
  sigmoid: unary("Sigmoid", (u, node) => multiply(u, multiply(node, subtract(scalar(1), node)))),
  softplus: unary(lowerSoftplus, (u, node) => multiply(u, sigmoid(x(node)))),
  relu: unary("Relu", (u, node) => where(greater(x(node), scalar(0)), u, scalar(0))),
  leakyRelu: unary(lowerLeakyRelu, (u, node) =>
    where(greater(x(node), scalar(0)), u, multiply(u, scalar(node.attributes.slope as number))),
  ),
  abs: unary("Abs", (u, node) =>
    multiply(
      u,
      subtract(cast(greater(x(node), scalar(0)), "float32"), cast(greater(scalar(0), x(node)), "float32")),
    ),
  ),
  floor: unary("Floor", "none"),
  /** The value itself, seen as a constant by differentiation. */
  stopGradient: unary((_, value) => value, "none"),

  add: binary(
    "Add",
    partials(
      (u) => u,
      (u) => u,
    ),
  ),
  subtract: binary(
    "Sub",
    partials(
      (u) => u,
      (u) => negate(u),
    ),
  ),
  multiply: binary(
    "Mul",
    partials(
      (u, node) => multiply(u, y(node)),
      (u, node) => multiply(u, x(node)),
    ),
  ),
  divide: binary(
    "Div",
    partials(
      (u, node) => divide(u, y(node)),
      (u, node) => negate(divide(multiply(u, node), y(node))),
    ),
  ),
  maximum: binary(
    "Max",
    winnerShares((node) => [x(node), y(node)]),
  ),
  minimum: binary(
    "Min",
    winnerShares((node) => [y(node), x(node)]),
  ),

  greater: comparison("Greater"),
  greaterOrEqual: comparison("GreaterOrEqual"),
  equal: comparison("Equal"),
  and: logical("And"),
  or: logical("Or"),
  not: {
    infer: (inputs) => tensorType("bool", tensor(inputs, 0, ["bool"]).axes),
    gradient: "none",
    lower: (onnx, [value]) => onnx.node("Not", [value!]),
  },
  where: {
    infer: (inputs) => {
      const types = [tensor(inputs, 0, ["bool"]), tensor(inputs, 1), tensor(inputs, 2)];
      return tensorType("float32", broadcastAxes(types));
    },
    gradient: (u, node) => {
      const [condition, left, right] = node.inputs as [Node, Node, Node];
      return [
        undefined,
        sumTo(where(condition, u, scalar(0)), typeOf(left)),
        sumTo(where(condition, scalar(0), u), typeOf(right)),
      ];
    },
    lower: lowerBroadcast("Where"),
  },
  cast: {
    infer: (inputs, attributes) =>
      tensorType(
        attributes.dtype as DType,
        tensor(inputs, 0, ["float32", "int32", "int64", "uint64", "bool"]).axes,
      ),
    gradient: "none",
    lower: (onnx, [value], node) => onnx.cast(value!, typeOf(node).dtype),
  },
} satisfies Record<string, Operation>;

/** Sum of several values of one type, pairwise. */
export function addAll(values: readonly Node[]): Node {
  return values.reduce((total, value) => add(total, value));
}
