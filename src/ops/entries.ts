import type { Node } from "../ir/node.js";
import { productOfSizes, sameAxes, tensorType, type Axis, type TensorType } from "../ir/types.js";
import { tensor } from "./broadcasting.js";
import {
  entryProduct,
  rowMatmul,
  rowOuter,
  sparseType,
  transposeLast,
  transposeSparse,
  typeOf,
} from "./build.js";
import type { Emitter, SparseTensors } from "./emitter.js";
import { InferenceProblem, type Operation } from "./operation.js";
import { byGroup, matrix, padded, startsWith } from "./sparse.js";

/** @throws InferenceProblem unless input `index` has so many axes */
function requireRank(type: TensorType, index: number, rank: number): void {
  if (type.axes.length !== rank) throw new InferenceProblem(`{${index}} must have ${rank} axes`);
}

/** Results per cell of every group [n, w, rest…], put in the order of the entries: [entry, rest…]. */
function byEntry(
  onnx: Emitter,
  sparse: SparseTensors,
  rest: readonly Axis[],
  group: (index: number) => string,
): string {
  const shape =
    rest.length === 0
      ? onnx.ints([-1])
      : onnx.node("Concat", [onnx.ints([-1]), onnx.shape(rest)], { axis: 0 });
  const cells = Array.from({ length: sparse.groups }, (_, index) =>
    onnx.node("Reshape", [group(index), shape]),
  );
  return onnx.node("Gather", [onnx.node("Concat", cells, { axis: 0 }), sparse.cells()], { axis: 0 });
}

/** Operations on values that live on the entries of a sparse matrix. */
export const entryOperations = {
  /** Stored weights, [entry]. */
  entryWeights: {
    infer: (inputs) => tensorType("float32", [matrix(inputs).entry]),
    gradient: "none",
    lower: (onnx, _, node) => onnx.sparse(node.inputs[0]!).entryWeights(),
    flops: () => 0,
  },
  /** Vectors of row and column multiplied: left [row, dim] and right [column, dim] give [entry]. */
  entryDot: {
    infer: (inputs) => {
      const sparse = matrix(inputs);
      const left = tensor(inputs, 1);
      const right = tensor(inputs, 2);
      startsWith(left, sparse.row, 1);
      startsWith(right, sparse.column, 2);
      requireRank(left, 1, 2);
      if (!sameAxes(left.axes.slice(1), right.axes.slice(1))) {
        throw new InferenceProblem("{1} and {2} must have the same second axis");
      }
      return tensorType("float32", [sparse.entry]);
    },
    gradient: (u, node) => {
      const [sparse, left, right] = node.inputs as [Node, Node, Node];
      return [undefined, entryProduct(sparse, u, right), entryProduct(transposeSparse(sparse), u, left)];
    },
    lower: (onnx, [, left, right], node) => {
      const sparse = onnx.sparse(node.inputs[0]!);
      return byEntry(onnx, sparse, [], (group) => {
        const own = onnx.node("Gather", [left!, sparse.rows(group)], { axis: 0 });
        const others = onnx.node("Gather", [right!, sparse.neighbours(group)], { axis: 0 });
        return onnx.node("MatMul", [others, onnx.node("Unsqueeze", [own, onnx.ints([2])])]);
      });
    },
    flops: (node) =>
      productOfSizes([2, sparseType(node.inputs[0]!).entry.size, typeOf(node.inputs[1]!).axes[1]!.size]),
  },
  /** The vector of an entry times the matrix of its row: values [entry, inner], weights [row, inner, out]: [entry, out]. */
  rowMatmul: {
    infer: (inputs) => {
      const sparse = matrix(inputs);
      const values = tensor(inputs, 1);
      const weights = tensor(inputs, 2);
      startsWith(values, sparse.entry, 1);
      startsWith(weights, sparse.row, 2);
      requireRank(values, 1, 2);
      requireRank(weights, 2, 3);
      const [, inner, out] = weights.axes as [Axis, Axis, Axis];
      if (!sameAxes([values.axes[1]!], [inner])) {
        throw new InferenceProblem("the last axis of {1} must be the axis before the last of {2}");
      }
      return tensorType("float32", [sparse.entry, out]);
    },
    gradient: (u, node) => {
      const [sparse, values, weights] = node.inputs as [Node, Node, Node];
      return [undefined, rowMatmul(sparse, u, transposeLast(weights)), rowOuter(sparse, values, u)];
    },
    lower: (onnx, [, values, weights], node) => {
      const sparse = onnx.sparse(node.inputs[0]!);
      const all = padded(onnx, values!, typeOf(node.inputs[1]!).axes.slice(1), 0);
      return byEntry(onnx, sparse, typeOf(node).axes.slice(1), (group) => {
        const members = onnx.node("Gather", [all, sparse.entries(group)], { axis: 0 });
        return onnx.node("MatMul", [
          members,
          onnx.node("Gather", [weights!, sparse.rows(group)], { axis: 0 }),
        ]);
      });
    },
    flops: (node) => productOfSizes([2, ...entrySizes(node.inputs[1]!), typeOf(node).axes[1]!.size]),
  },
  /** Outer products of two vectors per entry added up per row: [entry, inner] and [entry, out]: [row, inner, out]. */
  rowOuter: {
    infer: (inputs) => {
      const sparse = matrix(inputs);
      const left = tensor(inputs, 1);
      const right = tensor(inputs, 2);
      [left, right].forEach((values, index) => {
        startsWith(values, sparse.entry, index + 1);
        requireRank(values, index + 1, 2);
      });
      if (left.axes[1]!.name === right.axes[1]!.name) {
        throw new InferenceProblem(
          "the second axes of {1} and {2} must have different names; rename one of them",
        );
      }
      return tensorType("float32", [sparse.row, left.axes[1]!, right.axes[1]!]);
    },
    gradient: (u, node) => {
      const [sparse, left, right] = node.inputs as [Node, Node, Node];
      return [undefined, rowMatmul(sparse, right, transposeLast(u)), rowMatmul(sparse, left, u)];
    },
    lower: (onnx, [, left, right], node) => {
      const sparse = onnx.sparse(node.inputs[0]!);
      const all = [left!, right!].map((values, index) =>
        padded(onnx, values, typeOf(node.inputs[index + 1]!).axes.slice(1), 0),
      );
      return byGroup(onnx, sparse, (group) => {
        const [first, second] = all.map((values) =>
          onnx.node("Gather", [values, sparse.entries(group)], { axis: 0 }),
        );
        return onnx.node("MatMul", [onnx.node("Transpose", [first!], { perm: [0, 2, 1] }), second!]);
      });
    },
    flops: (node) => productOfSizes([2, ...entrySizes(node.inputs[1]!), typeOf(node).axes[2]!.size]),
  },
} satisfies Record<string, Operation>;

function entrySizes(values: Node): Axis["size"][] {
  return typeOf(values).axes.map((axis) => axis.size);
}
