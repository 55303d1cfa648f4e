import {
  axisNames,
  productOfSizes,
  sameAxes,
  sameSize,
  sizeKey,
  tensorType,
  type TensorType,
  type ValueType,
} from "../ir/types.js";
import { add, matmul, rename, sumTo, transposeLast, typeOf } from "./build.js";
import { tensor } from "./broadcasting.js";
import { InferenceProblem, type Operation } from "./operation.js";
import type { Node } from "../ir/node.js";

function inferProduct(inputs: readonly ValueType[]): TensorType {
  const left = tensor(inputs, 0);
  const right = tensor(inputs, 1);
  if (left.axes.length < 2 || right.axes.length < 2) {
    throw new InferenceProblem("{0} and {1} must each have at least two axes");
  }
  const inner = left.axes.at(-1)!;
  const match = right.axes.at(-2)!;
  if (match.name !== inner.name) {
    throw new InferenceProblem(
      `the last axis of {0} is "${inner.name}", so the axis before the last of {1} must be too, but it is "${match.name}"`,
    );
  }
  if (!sameSize(match.size, inner.size)) {
    throw new InferenceProblem(
      `axis "${inner.name}" of {1} must be ${sizeKey(inner.size)}, but it is ${sizeKey(match.size)}`,
    );
  }
  const batch = left.axes.slice(0, -2);
  const rightBatch = right.axes.slice(0, -2);
  if (rightBatch.length > 0 && !sameAxes(batch, rightBatch)) {
    throw new InferenceProblem("the leading axes of {0} and {1} must be the same");
  }
  const axes = [...batch, left.axes.at(-2)!, right.axes.at(-1)!];
  const names = axes.map((axis) => axis.name);
  if (new Set(names).size !== names.length) {
    throw new InferenceProblem(`the product would have the axes [${names.join(", ")}]; rename one of them`);
  }
  return tensorType("float32", axes);
}

/** Which operands of `transposedMatmul` are read transposed. */
function sides({ attributes }: Node): readonly [left: boolean, right: boolean] {
  return [attributes.left === true, attributes.right === true];
}

export const products = {
  /** [batch…, row, inner] by [batch…, inner, column]; the right one may lack the batch axes. */
  matmul: {
    infer: inferProduct,
    gradient: (u, node) => {
      const [left, right] = node.inputs as [Node, Node];
      if (typeOf(left).axes.length > typeOf(right).axes.length) {
        const batched = matmul(transposeLast(left), u);
        return [matmul(u, transposeLast(right)), sumTo(batched, typeOf(right))];
      }
      return [matmul(u, transposeLast(right)), matmul(transposeLast(left), u)];
    },
    lower: (onnx, inputs) => onnx.node("MatMul", inputs),
    flops: (node) => {
      const inner = typeOf(node.inputs[0]!).axes.at(-1)!;
      return productOfSizes([2, inner.size, ...typeOf(node).axes.map((axis) => axis.size)]);
    },
  },
  /** Product of two matrices of which one or both are read transposed (attributes `left`, `right`), without a copy. */
  transposedMatmul: {
    infer: (inputs, { left, right }) =>
      inferProduct(
        [left, right].map((isTransposed, i) => {
          const type = tensor(inputs, i);
          if (type.axes.length !== 2) throw new InferenceProblem(`{${i}} must be a matrix`);
          return isTransposed === true ? { ...type, axes: [...type.axes].reverse() } : type;
        }),
      ),
    gradient: (u, node) => {
      const read = sides(node);
      const [left, right] = node.inputs.map((x, i) => (read[i]! ? transposeLast(x) : x)) as [Node, Node];
      const plain = [matmul(u, transposeLast(right)), matmul(transposeLast(left), u)];
      return plain.map((gradient, i) => (read[i]! ? transposeLast(gradient) : gradient));
    },
    lower: (onnx, inputs, node) => {
      const [transA, transB] = sides(node).map(Number);
      return onnx.node("Gemm", inputs, { transA: transA!, transB: transB! });
    },
    flops: (node) => {
      const inner = typeOf(node.inputs[0]!).axes[sides(node)[0] ? 0 : 1]!;
      return productOfSizes([2, inner.size, ...typeOf(node).axes.map((axis) => axis.size)]);
    },
  },
  /** xᵀ x of x [row, column]: [column, column'], half the gradient of the same written as a product. */
  gram: {
    infer: (inputs) => {
      const x = tensor(inputs, 0);
      const [, column] = x.axes;
      if (x.axes.length !== 2 || column === undefined) throw new InferenceProblem("{0} must be a matrix");
      return tensorType("float32", [column, { name: `${column.name}'`, size: column.size }]);
    },
    gradient: (u, node) => {
      const [column, other] = axisNames(typeOf(node)) as [string, string];
      const swapped = rename(rename(rename(transposeLast(u), other, "#"), column, other), "#", column);
      return [rename(matmul(node.inputs[0]!, add(u, swapped)), other, column)];
    },
    lower: (onnx, [x]) => onnx.node("Gemm", [x!, x!], { transA: 1 }),
    flops: (node) => {
      const row = typeOf(node.inputs[0]!).axes[0]!;
      return productOfSizes([2, row.size, ...typeOf(node).axes.map((axis) => axis.size)]);
    },
  },
} satisfies Record<string, Operation>;
