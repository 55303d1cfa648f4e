import type { Node } from "../ir/node.js";
import {
  axisNames,
  productOfSizes,
  sameAxes,
  tensorType,
  type Axis,
  type DType,
  type TensorType,
} from "../ir/types.js";
import { gather, scatterAdd, segmentSum, transposeSparse, typeOf } from "./build.js";
import { tensor } from "./broadcasting.js";
import type { Emitter } from "./emitter.js";
import { InferenceProblem, type Operation } from "./operation.js";

/** Gradient of a lookup: sums over entries where the ids are those of a sparse matrix, else a scatter. */
function sumByRow(ids: Node, updates: Node, axis: Axis): Node {
  if (ids.operation === "entryRows") return segmentSum(ids.inputs[0]!, updates);
  if (ids.operation === "entryColumns") return segmentSum(transposeSparse(ids.inputs[0]!), updates);
  return scatterAdd(ids, updates, axis);
}

function ids(type: TensorType, axis: string): TensorType {
  if (type.indexes !== axis) {
    throw new InferenceProblem(
      `{1} holds ids of ${type.indexes === undefined ? "nothing" : `"${type.indexes}"`}, but the first axis of {0} is "${axis}"`,
    );
  }
  return type;
}

/** Flattens the id axes to one. */
function flattened(onnx: Emitter, value: string, rank: number, tail: readonly Axis[]): string {
  if (rank === 1) return value;
  const rest = tail.length === 0 ? [] : [onnx.shape(tail)];
  const shape =
    rest.length === 0 ? onnx.ints([-1]) : onnx.node("Concat", [onnx.ints([-1]), ...rest], { axis: 0 });
  return onnx.node("Reshape", [value, shape]);
}

/**
 * Matrices [id, rest…] added up per id [row, rest…] as one product with the matrix of which id is which row: a table of
 * matrices has few rows, and a scatter takes about as long for each element as that product for some hundred rows.
 */
export function addedByProduct(
  onnx: Emitter,
  rows: string,
  positions: string,
  axes: readonly Axis[],
): string {
  const [row, ...rest] = axes as readonly [Axis, ...Axis[]];
  const width = onnx.size(productOfSizes(rest.map((axis) => axis.size)));
  const flat = onnx.node("Reshape", [rows, onnx.node("Concat", [onnx.ints([-1]), width], { axis: 0 })]);
  const count = onnx.cast(onnx.node("Squeeze", [onnx.size(row.size), onnx.ints([0])]), "int32");
  const [zero, one] = [0, 1].map((value) => onnx.constant("int32", [], [value]));
  const ids = onnx.node("Range", [zero!, count, one!]);
  const isRow = onnx.node("Equal", [onnx.node("Unsqueeze", [ids, onnx.ints([1])]), positions]);
  const sums = onnx.node("MatMul", [onnx.cast(isRow, "float32"), flat]);
  return onnx.node("Reshape", [sums, onnx.shape(axes)]);
}

export const lookups = {
  /** Rows of a table: [row, rest…] at int32 ids [ids…] of row gives [ids…, rest…]. */
  gather: {
    infer: (inputs) => {
      const table = tensor(inputs, 0, ["float32", "int32"]);
      const first = table.axes[0];
      if (first === undefined) throw new InferenceProblem("{0} must have at least one axis");
      const index = ids(tensor(inputs, 1, ["int32"]), first.name);
      const axes = [...index.axes, ...table.axes.slice(1)];
      const names = axes.map((axis) => axis.name);
      if (new Set(names).size !== names.length) {
        throw new InferenceProblem(`the rows would have the axes [${names.join(", ")}]; rename one of them`);
      }
      return tensorType(table.dtype, axes, table.indexes);
    },
    gradient: (u, node) => {
      const [table, index] = node.inputs as [Node, Node];
      return [sumByRow(index, u, typeOf(table).axes[0]!), undefined];
    },
    lower: (onnx, inputs) => onnx.node("Gather", inputs, { axis: 0 }),
    flops: () => 0,
  },
  /** Rows [ids…, rest…] added up per id: [axis, rest…], zero where no id points. */
  scatterAdd: {
    infer: (inputs, attributes) => {
      const axis = attributes.axis as Axis;
      const index = tensor(inputs, 0, ["int32"]);
      const updates = tensor(inputs, 1);
      if (index.indexes !== axis.name) throw new InferenceProblem(`{0} must hold ids of "${axis.name}"`);
      if (!sameAxes(updates.axes.slice(0, index.axes.length), index.axes)) {
        throw new InferenceProblem(
          `the first axes of {1} must be [${axisNames(index).join(", ")}] as in {0}`,
        );
      }
      return tensorType("float32", [axis, ...updates.axes.slice(index.axes.length)]);
    },
    gradient: (u, node) => [undefined, gather(u, node.inputs[0]!)],
    lower: (onnx, [index, updates], node) => {
      const rank = typeOf(node.inputs[0]!).axes.length;
      const rest = typeOf(node).axes.slice(1);
      const rows = flattened(onnx, updates!, rank, rest);
      let positions = flattened(onnx, index!, rank, []);
      if (rest.length > 1) return addedByProduct(onnx, rows, positions, typeOf(node).axes);
      if (rest.length > 0) {
        const axes = rest.map((_, i) => i + 1);
        positions = onnx.node("Expand", [
          onnx.node("Unsqueeze", [positions, onnx.ints(axes)]),
          onnx.node("Shape", [rows]),
        ]);
      }
      const zero = onnx.node("Expand", [onnx.constant("float32", [], [0]), onnx.shape(typeOf(node).axes)]);
      return onnx.node("ScatterElements", [zero, positions, rows], { axis: 0, reduction: "add" });
    },
    flops: (node) => productOfSizes(typeOf(node.inputs[1]!).axes.map((axis) => axis.size)),
  },
  /** Writes `value` into a matrix at int64 pairs [pair, 2] of (row, column). */
  fillPairs: {
    infer: (inputs) => {
      const matrix = tensor(inputs, 0);
      const pairs = tensor(inputs, 1, ["int64"]);
      if (matrix.axes.length !== 2 || pairs.axes.length !== 2 || pairs.axes[1]!.size !== 2) {
        throw new InferenceProblem("{0} must be a matrix and {1} a list of pairs");
      }
      return matrix;
    },
    gradient: "none",
    lower: (onnx, [matrix, pairs], node) => {
      const count = onnx.size(typeOf(node.inputs[1]!).axes[0]!.size);
      const values = onnx.node("Expand", [
        onnx.constant("float32", [], [node.attributes.value as number]),
        count,
      ]);
      return onnx.node("ScatterND", [matrix!, pairs!, values]);
    },
  },
  topKValues: topK(0),
  /** Positions of the k largest along the last axis, largest first, the lower position first among equals. */
  topKIndices: topK(1),
} satisfies Record<string, Operation>;

function topK(output: 0 | 1): Operation {
  return {
    infer: (inputs, attributes) => {
      const type = tensor(inputs, 0);
      const last = type.axes.at(-1);
      if (last === undefined) throw new InferenceProblem("{0} must have at least one axis");
      const dtype: DType = output === 0 ? "float32" : "int64";
      const k = attributes.axis as Axis;
      if (typeof k.size === "number" && (!Number.isInteger(k.size) || k.size < 1)) {
        throw new InferenceProblem(`"${k.name}" must be a positive whole number, but it is ${k.size}`);
      }
      if (typeof k.size === "number" && typeof last.size === "number" && k.size > last.size) {
        throw new InferenceProblem(
          `"${k.name}" is ${k.size}, but axis "${last.name}" of {0} has only ${last.size} elements`,
        );
      }
      const axes = [...type.axes.slice(0, -1), k];
      return output === 0 ? tensorType(dtype, axes) : tensorType(dtype, axes, last.name);
    },
    gradient: "none",
    lower: (onnx, [value], node) => {
      const { size } = node.attributes.axis as Axis;
      return onnx.sharedNode("TopK", [value!, onnx.size(size)], 2)[output]!;
    },
  };
}
