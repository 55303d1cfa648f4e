import type { Node } from "../ir/node.js";
import {
  productOfSizes,
  sameSize,
  sizeKey,
  tensorType,
  type Axis,
  type SparseType,
  type TensorType,
  type ValueType,
} from "../ir/types.js";
import { entryDot, entryProduct, sparseProduct, sparseType, transposeSparse, typeOf } from "./build.js";
import { tensor } from "./broadcasting.js";
import type { Emitter, SparseTensors } from "./emitter.js";
import { InferenceProblem, type Operation } from "./operation.js";

export function matrix(inputs: readonly ValueType[]): SparseType {
  const type = inputs[0];
  if (type?.kind !== "sparse") throw new InferenceProblem("{0} must be a sparse matrix");
  return type;
}

/** @throws InferenceProblem unless the first axis of input `index` is `axis` */
export function startsWith(type: TensorType, axis: Axis, index: number): void {
  const first = type.axes[0];
  if (first?.name !== axis.name) {
    throw new InferenceProblem(`the first axis of {${index}} must be "${axis.name}", as {0} has it`);
  }
  if (!sameSize(first.size, axis.size)) {
    throw new InferenceProblem(
      `axis "${axis.name}" of {${index}} must be ${sizeKey(axis.size)}, but it is ${sizeKey(first.size)}`,
    );
  }
}

/** Rows of a table [column, rest…] combined into rows [row, rest…] by the entries of a matrix. */
export function inferRows(inputs: readonly ValueType[]): TensorType {
  const sparse = matrix(inputs);
  const x = tensor(inputs, 1);
  startsWith(x, sparse.column, 1);
  if (x.axes.length > 2) throw new InferenceProblem("{1} must have one or two axes");
  return tensorType("float32", [sparse.row, ...x.axes.slice(1)]);
}

/** Result rows of every group, concatenated and put in row order. */
export function byGroup(onnx: Emitter, sparse: SparseTensors, group: (index: number) => string): string {
  const groups = Array.from({ length: sparse.groups }, (_, index) => group(index));
  return onnx.node("Gather", [onnx.node("Concat", groups, { axis: 0 }), sparse.order()], { axis: 0 });
}

/** Row vectors x summed with weights: one batched product per group, [n, 1, w] by [n, w, d], in row order [row, d]. */
function weightedRows(
  onnx: Emitter,
  sparse: SparseTensors,
  x: string,
  axes: readonly Axis[],
  weightRows: (group: number) => string,
): string {
  const table = axes.length === 1 ? onnx.node("Unsqueeze", [x, onnx.ints([1])]) : x;
  const result = byGroup(onnx, sparse, (group) => {
    const rows = onnx.node("Gather", [table, sparse.neighbours(group)], { axis: 0 });
    return onnx.node("MatMul", [weightRows(group), rows]);
  });
  return onnx.node("Squeeze", [result, onnx.ints(axes.length === 1 ? [1, 2] : [1])]);
}

/** Values per entry with one more at the end, which the padding of the groups points to. */
export function padded(onnx: Emitter, values: string, rest: readonly Axis[], filler: number): string {
  const constant = onnx.constant("float32", [1], [filler]);
  const row =
    rest.length === 0
      ? constant
      : onnx.node("Expand", [constant, onnx.node("Concat", [onnx.ints([1]), onnx.shape(rest)], { axis: 0 })]);
  return onnx.node("Concat", [values, row], { axis: 0 });
}

/** Type of values [entry, rest…] brought together per row. */
export function inferSegments(inputs: readonly ValueType[]): TensorType {
  const sparse = matrix(inputs);
  const values = tensor(inputs, 1);
  startsWith(values, sparse.entry, 1);
  return tensorType("float32", [sparse.row, ...values.axes.slice(1)]);
}

function entryIds(side: "row" | "column"): Operation {
  return {
    infer: (inputs) => {
      const sparse = matrix(inputs);
      return tensorType("int32", [sparse.entry], sparse[side].name);
    },
    gradient: "none",
    lower: (onnx, _, node) => {
      const sparse = onnx.sparse(node.inputs[0]!);
      return side === "row" ? sparse.entryRows() : sparse.entryColumns();
    },
    flops: () => 0,
  };
}

export const sparseOperations = {
  /** Rows and columns exchanged; costs nothing, both orientations are fed. */
  transposeSparse: {
    infer: (inputs) => {
      const type = matrix(inputs);
      return { ...type, row: type.column, column: type.row };
    },
    gradient: "none",
    lower: () => "",
    flops: () => 0,
  },
  /** Matrix [row, column] with its own weights times x [column, rest…]. */
  sparseProduct: {
    infer: inferRows,
    gradient: (u, node) => [undefined, sparseProduct(transposeSparse(node.inputs[0]!), u)],
    lower: (onnx, [, x], node) => {
      const sparse = onnx.sparse(node.inputs[0]!);
      return weightedRows(onnx, sparse, x!, typeOf(node.inputs[1]!).axes, (group) =>
        sparse.weightRows(group),
      );
    },
    flops: sparseFlops,
  },
  /** The same with the given values [entry] in place of the matrix's own weights. */
  entryProduct: {
    infer: (inputs) => {
      const sparse = matrix(inputs);
      const values = tensor(inputs, 1);
      const x = tensor(inputs, 2);
      startsWith(values, sparse.entry, 1);
      if (values.axes.length !== 1) throw new InferenceProblem("{1} must have one axis");
      startsWith(x, sparse.column, 2);
      if (x.axes.length > 2) throw new InferenceProblem("{2} must have one or two axes");
      return tensorType("float32", [sparse.row, ...x.axes.slice(1)]);
    },
    gradient: (u, node) => {
      const [sparse, values, x] = node.inputs as [Node, Node, Node];
      return [undefined, entryDot(sparse, u, x), entryProduct(transposeSparse(sparse), values, u)];
    },
    lower: (onnx, [, values, x], node) => {
      const sparse = onnx.sparse(node.inputs[0]!);
      const all = padded(onnx, values!, [], 0);
      return weightedRows(onnx, sparse, x!, typeOf(node.inputs[2]!).axes, (group) => {
        const weights = onnx.node("Gather", [all, sparse.entries(group)], { axis: 0 });
        return onnx.node("Unsqueeze", [weights, onnx.ints([1])]);
      });
    },
    flops: sparseFlops,
  },
  entryRows: entryIds("row"),
  entryColumns: entryIds("column"),
  /** Largest value per row, for shifting exponents; lowest float for a row without entries. */
  segmentMax: {
    infer: inferSegments,
    gradient: "none",
    lower: (onnx, [, values], node) => {
      const sparse = onnx.sparse(node.inputs[0]!);
      const all = padded(onnx, values!, typeOf(node.inputs[1]!).axes.slice(1), -3.4e38);
      return byGroup(onnx, sparse, (group) => {
        const members = onnx.node("Gather", [all, sparse.entries(group)], { axis: 0 });
        return onnx.node("ReduceMax", [members, onnx.ints([1])], { keepdims: 0 });
      });
    },
    flops: (node) => productOfSizes(typeOf(node.inputs[1]!).axes.map((axis) => axis.size)),
  },
} satisfies Record<string, Operation>;

function sparseFlops(node: Node): ReturnType<typeof productOfSizes> {
  const entry = sparseType(node.inputs[0]!).entry.size;
  return productOfSizes([
    2,
    entry,
    ...typeOf(node)
      .axes.slice(1)
      .map((axis) => axis.size),
  ]);
}
