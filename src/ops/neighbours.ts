import type { Node } from "../ir/node.js";
import { productOfSizes, sizeSymbols, tensorType, type Axis } from "../ir/types.js";
import { neighbourSum, sparseType, transposeSparse, typeOf } from "./build.js";
import { tensor } from "./broadcasting.js";
import type { Emitter } from "./emitter.js";
import { InferenceProblem, type Operation } from "./operation.js";
import { matrix, padded, startsWith } from "./sparse.js";

/** int64 [1 + rest], the shape of as many rows as there are. */
function rowsOf(onnx: Emitter, rest: readonly Axis[]): string {
  const isFixed = rest.every((axis) => sizeSymbols(axis.size).length === 0);
  if (isFixed) return onnx.ints([-1, ...rest.map((axis) => axis.size as number)]);
  return onnx.node("Concat", [onnx.ints([-1]), onnx.shape(rest)], { axis: 0 });
}

/** Products with the pattern of a sparse matrix, its weights left aside. */
export const neighbourOperations = {
  /**
   * Rows of x [column, rest…] added up over the entries of each row of the matrix: [row, rest…].
   *
   * The gathered rows of a group stand as [w, n · rest], all first neighbours before all second ones, so that one
   * product with [1, w] ones adds them: onnxruntime's batched product takes as long for every single row as for about
   * ten gathered ones. Padding points to a row of zeros behind x.
   */
  neighbourSum: {
    infer: (inputs) => {
      const sparse = matrix(inputs);
      const x = tensor(inputs, 1);
      startsWith(x, sparse.column, 1);
      if (x.axes.length > 2) throw new InferenceProblem("{1} must have one or two axes");
      return tensorType("float32", [sparse.row, ...x.axes.slice(1)]);
    },
    gradient: (u, node) => [undefined, neighbourSum(transposeSparse(node.inputs[0]!), u)],
    lower: (onnx, [, x], node) => {
      const sparse = onnx.sparse(node.inputs[0]!);
      const rest = typeOf(node).axes.slice(1);
      const table = padded(onnx, x!, rest, 0);
      const sums = Array.from({ length: sparse.groups }, (_, group) => {
        const rows = onnx.node("Gather", [table, sparse.stacked(group)], { axis: 0 });
        const flat = rest.length === 0 ? rows : onnx.node("Reshape", [rows, onnx.ints([0, -1])]);
        return onnx.node("MatMul", [sparse.ones(group), flat]);
      });
      const all = onnx.node("Reshape", [onnx.node("Concat", sums, { axis: 1 }), rowsOf(onnx, rest)]);
      return onnx.node("Gather", [all, sparse.order()], { axis: 0 });
    },
    flops: (node: Node) =>
      productOfSizes([
        sparseType(node.inputs[0]!).entry.size,
        ...typeOf(node)
          .axes.slice(1)
          .map((axis) => axis.size),
      ]),
  },
} satisfies Record<string, Operation>;
