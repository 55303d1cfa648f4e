import type { Node } from "../ir/node.js";
import {
  axisNames,
  productOfSizes,
  sameSize,
  sizeKey,
  tensorType,
  type Axis,
  type TensorType,
  type ValueType,
} from "../ir/types.js";
import {
  add,
  matmul,
  multiply,
  softmax,
  softmaxColumns,
  softmaxRows,
  subtract,
  sum,
  transpose,
  typeOf,
} from "./build.js";
import { tensor } from "./broadcasting.js";
import type { EmittedAttribute, Emitter } from "./emitter.js";
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
  const [row, inner] = left.axes as [Axis, Axis];
  const [column, other] = right.axes as [Axis, Axis];
  if (inner.name !== other.name || !sameSize(inner.size, other.size)) {
    throw new InferenceProblem(
      `the last axis of {1} must be "${inner.name}" of size ${sizeKey(inner.size)}, as that of {0}`,
    );
  }
  if (row.name === column.name) {
    throw new InferenceProblem(`the first axes of {0} and {1} are both "${row.name}"; rename one of them`);
  }
  return [left, right];
}

/** p = softmax over c of a_r · b_c, formed as a whole, and how a loss's slope along p is one along a and b. */
function wholeSoftmax(node: Node) {
  const [a, b] = node.inputs as [Node, Node];
  const flipped = (matrix: Node): Node => transpose(matrix, axisNames(typeOf(matrix)).reverse());
  const column = axisNames(typeOf(b))[0]!;
  const p = softmax(matmul(a, flipped(b)), column);
  const slopes = (ofP: Node): [Node, Node] => {
    const ofLogits = multiply(p, subtract(ofP, sum(multiply(p, ofP), [column])));
    return [matmul(ofLogits, b), matmul(flipped(ofLogits), a)];
  };
  return { a, b, p, flipped, slopes };
}

interface Emitted {
  /** [row, inner + 1]: exp(a bᵀ) [b | 1], whose last column has the sums of the exponentials. */
  readonly products: string;
  readonly sums: string;
  /** [column, inner]: Σ_r p_rc a_r. */
  readonly rows: string;
}

/**
 * One part of the rows after another: its exponentials, their products with b, and what they add to the columns. A
 * part begins with a slice from a position that is computed (as 0) from the result of the part before, or else
 * onnxruntime would make the exponentials of all parts before it uses them.
 */
function emit(onnx: Emitter, [a, b]: readonly string[], node: Node): Emitted {
  const [{ axes }, right] = node.inputs.map(typeOf) as [TensorType, TensorType];
  const [row, inner] = axes as [Axis, Axis];
  const once = (
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, EmittedAttribute>> = {},
  ): string => onnx.sharedNode(opType, inputs, 1, attributes)[0]!;
  const [none, last, end] = [onnx.ints([0]), onnx.ints([1]), onnx.constant("int64", [1], [2n ** 62n])];
  const ones = once("Expand", [
    onnx.constant("float32", [], [1]),
    onnx.shape([right.axes[0]!, { name: "one", size: 1 }]),
  ]);
  const both = once("Concat", [b!, ones], { axis: 1 });
  const sumsOf = (products: string): string => once("Slice", [products, onnx.size(inner.size), end, last]);

  const sizes = onnx.partSizes(row.size, EXPONENTIAL_PARTS);
  const parts = onnx.sharedNode("Split", [a!, sizes], EXPONENTIAL_PARTS, { axis: 0 });
  let rows: string | undefined;
  const products = parts.map((part) => {
    const start =
      rows === undefined ? none : once("Mul", [once("Shape", [rows], { start: 0, end: 1 }), none]);
    const vectors = once("Slice", [part, start, end, none]);
    const exponentials = once("Exp", [once("Gemm", [vectors, b!], { transB: 1 })]);
    const product = once("MatMul", [exponentials, both]);
    const shares = once("Div", [vectors, sumsOf(product)]);
    const before = rows === undefined ? [] : [rows];
    rows = once("Gemm", [exponentials, shares, ...before], { transA: 1 });
    return product;
  });
  const all = once("Concat", products, { axis: 0 });
  return { products: all, sums: sumsOf(all), rows: rows! };
}

/**
 * Softmax over many candidates without the matrix of all rows and columns: with p_rc the share of exp(a_r · b_c) in
 * its row, for a [row, inner] and b [column, inner] whose dot products' exponentials are finite. All three come from one
 * pass over the exponentials.
 */
export const exponentials = {
  /** Σ_r log Σ_c exp(a_r · b_c), a scalar. */
  logSums: {
    infer: (inputs) => {
      factors(inputs);
      return tensorType("float32", []);
    },
    gradient: (u, node) => {
      const [a, b] = node.inputs as [Node, Node];
      return [multiply(softmaxColumns(a, b), u), multiply(softmaxRows(a, b), u)];
    },
    lower: (onnx, inputs, node) => {
      const logarithms = onnx.node("Log", [emit(onnx, inputs, node).sums]);
      return onnx.node("ReduceSum", [logarithms, onnx.ints([0, 1])], { keepdims: 0 });
    },
    flops: (node) => {
      const [{ axes }, right] = node.inputs.map(typeOf) as [TensorType, TensorType];
      return productOfSizes([6, ...[...axes, right.axes[0]!].map(({ size }) => size)]);
    },
  },
  /** Σ_c p_rc b_c: [row, inner]. */
  softmaxColumns: {
    infer: (inputs) => factors(inputs)[0],
    gradient: (u, node) => {
      const { b, p, flipped, slopes } = wholeSoftmax(node);
      const [ofA, ofB] = slopes(matmul(u, flipped(b)));
      return [ofA, add(matmul(flipped(p), u), ofB)];
    },
    lower: (onnx, inputs, node) => {
      const { products, sums } = emit(onnx, inputs, node);
      const { size } = typeOf(node).axes[1]!;
      const columns = onnx.node("Slice", [products, onnx.ints([0]), onnx.size(size), onnx.ints([1])]);
      return onnx.node("Div", [columns, sums]);
    },
    flops: () => 0,
  },
  /** Σ_r p_rc a_r: [column, inner]. */
  softmaxRows: {
    infer: (inputs) => factors(inputs)[1],
    gradient: (u, node) => {
      const { a, p, flipped, slopes } = wholeSoftmax(node);
      const [ofA, ofB] = slopes(matmul(a, flipped(u)));
      return [add(matmul(p, u), ofA), ofB];
    },
    lower: (onnx, inputs, node) => emit(onnx, inputs, node).rows,
    flops: () => 0,
  },
} satisfies Record<string, Operation>;
