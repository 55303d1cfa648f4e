import type { Node } from "../ir/node.js";
import { tensorType, type DType } from "../ir/types.js";
import { align, broadcastAxes, tensor } from "./broadcasting.js";
import {
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
import type { GradientRule, Operation } from "./operation.js";

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
  /** Another dtype; to int32 also as ids of the axis `indexes`. */
  cast: {
    infer: (inputs, attributes) =>
      tensorType(
        attributes.dtype as DType,
        tensor(inputs, 0, ["float32", "int32", "int64", "uint64", "bool"]).axes,
        attributes.indexes as string | undefined,
      ),
    gradient: "none",
    lower: (onnx, [value], node) => onnx.cast(value!, typeOf(node).dtype),
  },
} satisfies Record<string, Operation>;
