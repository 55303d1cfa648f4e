import type { Node } from "../ir/node.js";
import { axisNames, productOfSizes, tensorType, type Axis, type TensorType } from "../ir/types.js";
import {
  broadcast,
  cast,
  cumulativeSum,
  divide,
  equal,
  greater,
  maximum,
  multiply,
  scalar,
  sqrt,
  subtract,
  sum,
  typeOf,
  where,
} from "./build.js";
import { tensor } from "./broadcasting.js";
import { InferenceProblem, type Operation } from "./operation.js";

function reducedAxes(type: TensorType, names: readonly string[]): Axis[] {
  for (const name of names) {
    if (!type.axes.some((axis) => axis.name === name)) {
      throw new InferenceProblem(`{0} has no axis "${name}", only [${axisNames(type).join(", ")}]`);
    }
  }
  return type.axes.filter((axis) => !names.includes(axis.name));
}

/** Positions of the named axes in the first input. */
function positions(node: Node, names: readonly string[]): number[] {
  const all = axisNames(typeOf(node.inputs[0]!));
  return names.map((name) => all.indexOf(name)).sort((a, b) => a - b);
}

function reduction(opType: string, gradient: (u: Node, node: Node) => Node): Operation {
  return {
    infer: (inputs, attributes) => {
      const type = tensor(inputs, 0);
      return tensorType("float32", reducedAxes(type, attributes.axes as readonly string[]));
    },
    gradient: (u, node) => [gradient(u, node)],
    lower: (onnx, [value], node) =>
      onnx.node(opType, [value!, onnx.ints(positions(node, node.attributes.axes as readonly string[]))], {
        keepdims: 0,
      }),
    flops: (node) => productOfSizes(typeOf(node.inputs[0]!).axes.map((axis) => axis.size)),
  };
}

/** Where the maximum is reached, ties sharing the upstream gradient equally. */
function maximumGradient(u: Node, node: Node): Node {
  const source = node.inputs[0]!;
  const winners = cast(equal(source, node), "float32");
  return multiply(winners, divide(u, sum(winners, node.attributes.axes as readonly string[])));
}

export const reductions = {
  sum: reduction("ReduceSum", (u, node) => broadcast(u, typeOf(node.inputs[0]!).axes)),
  max: reduction("ReduceMax", maximumGradient),
  /** Σ x² over axes, in one pass; `simplify` writes Σ x·x so. */
  sumOfSquares: reduction("ReduceSumSquare", (u, node) => multiply(multiply(scalar(2), u), node.inputs[0]!)),
  /** x divided by its L2 norm along an axis, the norm at least `floor` so that zeros stay zeros. */
  normalise: {
    infer: (inputs, attributes) => {
      const type = tensor(inputs, 0);
      reducedAxes(type, [attributes.axis as string]);
      return type;
    },
    gradient: (u, node) => {
      const x = node.inputs[0]!;
      const axes = [node.attributes.axis as string];
      const floor = scalar((node.attributes.floor as number) ** 2);
      const squared = sum(multiply(x, x), axes);
      const along = where(greater(squared, floor), sum(multiply(u, node), axes), scalar(0));
      return [divide(subtract(u, multiply(node, along)), sqrt(maximum(squared, floor)))];
    },
    lower: (onnx, [value], node) => {
      const axes = onnx.ints(positions(node, [node.attributes.axis as string]));
      const floor = onnx.constant("float32", [], [(node.attributes.floor as number) ** 2]);
      const squared = onnx.node("ReduceSumSquare", [value!, axes], { keepdims: 1 });
      return onnx.node("Div", [value!, onnx.node("Sqrt", [onnx.node("Max", [squared, floor])])]);
    },
    flops: (node) => productOfSizes([3, ...typeOf(node).axes.map((axis) => axis.size)]),
  },
  softmax: {
    infer: (inputs, attributes) => {
      const type = tensor(inputs, 0);
      reducedAxes(type, [attributes.axis as string]);
      return type;
    },
    gradient: (u, node) => {
      const inner = sum(multiply(u, node), [node.attributes.axis as string]);
      return [multiply(node, subtract(u, inner))];
    },
    lower: (onnx, [value], node) =>
      onnx.node("Softmax", [value!], { axis: positions(node, [node.attributes.axis as string])[0]! }),
    flops: (node) => productOfSizes([5, ...typeOf(node).axes.map((axis) => axis.size)]),
  },
  /** Running sum along an axis, from the far end where `reverse`. */
  cumulativeSum: {
    infer: (inputs, attributes) => {
      const type = tensor(inputs, 0);
      reducedAxes(type, [attributes.axis as string]);
      return type;
    },
    gradient: (u, node) => [
      cumulativeSum(u, node.attributes.axis as string, !(node.attributes.reverse as boolean)),
    ],
    lower: (onnx, [value], node) => {
      const axis = onnx.constant("int64", [], [positions(node, [node.attributes.axis as string])[0]!]);
      return onnx.node("CumSum", [value!, axis], { reverse: node.attributes.reverse === true ? 1 : 0 });
    },
  },
} satisfies Record<string, Operation>;
