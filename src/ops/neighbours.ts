import type { Node } from "../ir/node.js";
import { productOfSizes, sizeSymbols, type Axis } from "../ir/types.js";
import { entryRows, gather, neighbourSum, sparseType, transposeSparse, typeOf } from "./build.js";
import type { Emitter, SparseTensors } from "./emitter.js";
import type { Operation } from "./operation.js";
import { inferRows, inferSegments, padded } from "./sparse.js";

/** int64 [1 + rest], the shape of as many rows as there are. */
function rowsOf(onnx: Emitter, rest: readonly Axis[]): string {
  const isFixed = rest.every((axis) => sizeSymbols(axis.size).length === 0);
  if (isFixed) return onnx.ints([-1, ...rest.map((axis) => axis.size as number)]);
  return onnx.node("Concat", [onnx.ints([-1]), onnx.shape(rest)], { axis: 0 });
}

/**
 * Rows of a table added up over the entries of each row of the matrix: [row, rest…].
 *
 * The gathered rows of a group stand as [w, n · rest], what is first in every row before all that is second, so that
 * one product with [1, w] ones adds them: onnxruntime's batched product and its sums along a middle axis take as long
 * for every single row as for about ten gathered ones. Padding points to a row of zeros behind the table.
 *
 * @param ids positions in the table by group, [w, n]
 */
function addedUp(
  onnx: Emitter,
  sparse: SparseTensors,
  table: string,
  rest: readonly Axis[],
  ids: (group: number) => string,
): string {
  const withZeros = padded(onnx, table, rest, 0);
  const sums = Array.from({ length: sparse.groups }, (_, group) => {
    const rows = onnx.node("Gather", [withZeros, ids(group)], { axis: 0 });
    const flat = rest.length === 0 ? rows : onnx.node("Reshape", [rows, onnx.ints([0, -1])]);
    return onnx.node("MatMul", [sparse.ones(group), flat]);
  });
  const all = onnx.node("Reshape", [onnx.node("Concat", sums, { axis: 1 }), rowsOf(onnx, rest)]);
  return onnx.node("Gather", [all, sparse.order()], { axis: 0 });
}

/** Sums over the pattern of a sparse matrix, its weights left aside. */
export const neighbourOperations = {
  /** Rows of x [column, rest…] added up over the entries of each row of the matrix: [row, rest…]. */
  neighbourSum: {
    infer: inferRows,
    gradient: (u, node) => [undefined, neighbourSum(transposeSparse(node.inputs[0]!), u)],
    lower: (onnx, [, x], node) => {
      const sparse = onnx.sparse(node.inputs[0]!);
      return addedUp(onnx, sparse, x!, typeOf(node).axes.slice(1), (group) => sparse.stacked(group));
    },
    flops: (node: Node) =>
      productOfSizes([
        sparseType(node.inputs[0]!).entry.size,
        ...typeOf(node)
          .axes.slice(1)
          .map((axis) => axis.size),
      ]),
  },
  /** Values [entry, rest…] added up per row: [row, rest…]. */
  segmentSum: {
    infer: inferSegments,
    gradient: (u, node) => [undefined, gather(u, entryRows(node.inputs[0]!))],
    lower: (onnx, [, values], node) => {
      const sparse = onnx.sparse(node.inputs[0]!);
      const rest = typeOf(node).axes.slice(1);
      return addedUp(onnx, sparse, values!, rest, (group) => sparse.stackedEntries(group));
    },
    flops: (node: Node) => productOfSizes(typeOf(node.inputs[1]!).axes.map((axis) => axis.size)),
  },
} satisfies Record<string, Operation>;
