import type { Node } from "../ir/node.js";
import {
  axisNames,
  productOfSizes,
  sameSize,
  sizeKey,
  sumOfSizes,
  tensorType,
  type TensorType,
  type ValueType,
} from "../ir/types.js";
import { exp, expProduct, matmul, multiply, rename, transpose, typeOf } from "./build.js";
import { tensor } from "./broadcasting.js";
import type { Emitter } from "./emitter.js";
import { InferenceProblem, type Operation } from "./operation.js";

/** Parts of the rows that are handled one after another; a part's exponentials are dropped once they are used. */
export const EXPONENTIAL_PARTS = 16;

/** @throws InferenceProblem unless the inputs are [row, inner] and [column, inner] */
function factors(inputs: readonly ValueType[]): readonly [TensorType, TensorType] {
  const left = tensor(inputs, 0);
  const right = tensor(inputs, 1);
  if (left.axes.length !== 2 || right.axes.length !== 2) {
    throw new InferenceProblem("{0} and {1} must be matrices");
  }
  const [, inner] = left.axes;
  const [, other] = right.axes;
  if (inner!.name !== other!.name || !sameSize(inner!.size, other!.size)) {
    throw new InferenceProblem(
      `the last axis of {1} must be "${inner!.name}" of size ${sizeKey(inner!.size)}, as that of {0}`,
    );
  }
  return [left, right];
}

/** exp(a bᵀ), [row, column], formed as a whole. */
function exponentials(a: Node, b: Node): Node {
  return exp(matmul(a, transpose(b, axisNames(typeOf(b)).reverse())));
}

/** exp(a bᵀ) x for [row, inner], [column, inner] and [column, value], a part of the rows at a time. */
function emitProduct(onnx: Emitter, a: string, b: string, x: string, row: TensorType): string {
  const only = (opType: string, inputs: readonly string[], attributes = {}): string =>
    onnx.sharedNode(opType, inputs, 1, attributes)[0]!;
  const sizes = onnx.partSizes(row.axes[0]!.size, EXPONENTIAL_PARTS);
  const parts = onnx.sharedNode("Split", [a, sizes], EXPONENTIAL_PARTS, { axis: 0 });
  const products = parts.map((rows) =>
    only("MatMul", [only("Exp", [only("Gemm", [rows, b], { transA: 0, transB: 1 })]), x]),
  );
  return only("Concat", products, { axis: 0 });
}

/** exp(a bᵀ) [b | 1], which gives the sums and, for their gradient, the sums of b. */
function emitSums(onnx: Emitter, [a, b]: readonly string[], node: Node): string {
  const [left, right] = node.inputs.map(typeOf) as [TensorType, TensorType];
  const column = { name: "one", size: 1 };
  const ones = onnx.sharedNode(
    "Expand",
    [onnx.constant("float32", [], [1]), onnx.shape([right.axes[0]!, column])],
    1,
  );
  const [both] = onnx.sharedNode("Concat", [b!, ones[0]!], 1, { axis: 1 });
  return emitProduct(onnx, a!, b!, both!, left);
}

function columns(onnx: Emitter, matrix: string, from: string, to: string): string {
  return onnx.node("Slice", [matrix, from, to, onnx.ints([1])]);
}

const flops: Operation["flops"] = (node) => {
  const [left, right] = node.inputs.map(typeOf) as [TensorType, TensorType];
  const [row, inner] = left.axes;
  return productOfSizes([row!.size, right.axes[0]!.size, sumOfSizes([productOfSizes([4, inner!.size]), 3])]);
};

/** Exponentials of all dot products of two lists of vectors, summed without being kept: softmax over many candidates. */
export const exponentialSums = {
  /** Σ_c exp(a_r · b_c) for [row, inner] and [column, inner]: [row]. */
  expSum: {
    infer: (inputs) => tensorType("float32", [factors(inputs)[0].axes[0]!]),
    gradient: (u, node) => {
      const [a, b] = node.inputs as [Node, Node];
      return [multiply(expProduct(a, b, b), u), expProduct(b, a, multiply(a, u))];
    },
    lower: (onnx, inputs, node) => {
      const inner = typeOf(node.inputs[0]!).axes[1]!;
      const sums = columns(
        onnx,
        emitSums(onnx, inputs, node),
        onnx.size(inner.size),
        onnx.size(sumOfSizes([inner.size, 1])),
      );
      return onnx.node("Squeeze", [sums, onnx.ints([1])]);
    },
    flops,
  },
  /** Σ_c exp(a_r · b_c) x_c for [row, inner], [column, inner] and [column, value]: [row, value]. */
  expProduct: {
    infer: (inputs) => {
      const [left, right] = factors(inputs);
      const values = tensor(inputs, 2);
      const [column, value] = values.axes;
      if (values.axes.length !== 2 || column!.name !== right.axes[0]!.name) {
        throw new InferenceProblem(
          `{2} must be a matrix whose first axis is "${right.axes[0]!.name}", that of {1}`,
        );
      }
      return tensorType("float32", [left.axes[0]!, value!]);
    },
    /** By way of the whole matrix of exponentials: the gradient of `expSum` itself needs no further one. */
    gradient: (u, node) => {
      const [a, b, x] = node.inputs as [Node, Node, Node];
      const all = exponentials(a, b);
      const value = axisNames(typeOf(x))[1]!;
      const apart = rename(u, value, "#");
      const slopes = multiply(
        all,
        matmul(apart, transpose(rename(x, value, "#"), ["#", axisNames(typeOf(x))[0]!])),
      );
      const flipped = (matrix: Node): Node => transpose(matrix, axisNames(typeOf(matrix)).reverse());
      return [matmul(slopes, b), matmul(flipped(slopes), a), matmul(flipped(all), u)];
    },
    lower: (onnx, inputs, node) => {
      const [a, b, x] = inputs as [string, string, string];
      if (node.inputs[1] !== node.inputs[2]) return emitProduct(onnx, a, b, x, typeOf(node.inputs[0]!));
      const { size } = typeOf(node.inputs[0]!).axes[1]!;
      return columns(onnx, emitSums(onnx, inputs, node), onnx.ints([0]), onnx.size(size));
    },
    flops,
  },
} satisfies Record<string, Operation>;
