import type { Node } from "../ir/node.js";
import { productOfSizes, sameAxes, tensorType, type Axis, type ValueType } from "../ir/types.js";
import { tensor } from "./broadcasting.js";
import { groupMatmul, groupOuter, transposeLast, typeOf } from "./build.js";
import type { Emitter } from "./emitter.js";
import { addedByProduct } from "./lookup.js";
import { InferenceProblem, type Operation } from "./operation.js";
import { padded } from "./sparse.js";

/**
 * Rows that share a chunk, and with it one copy of their group's matrix. Fewer copy the matrix more often, more leave
 * more of the chunks empty: with sixteen, 1,632 rows of 72 groups have 174 copies and less than twice as many places.
 */
export const CHUNK_ROWS = 16;

/** The leading axis of values [member, rest…, last], that of the ids. @throws InferenceProblem */
function member(inputs: readonly ValueType[], index: number, ids: number): Axis {
  const values = tensor(inputs, index);
  const of = tensor(inputs, ids, ["int32"]);
  if (of.axes.length !== 1) throw new InferenceProblem(`{${ids}} must have one axis`);
  if (values.axes.length < 2 || !sameAxes(values.axes.slice(0, 1), of.axes)) {
    throw new InferenceProblem(
      `{${index}} must have the axis of {${ids}}, "${of.axes[0]!.name}", first, and another last`,
    );
  }
  return of.axes[0]!;
}

/** Where the rows lie once those of a group are side by side: groups begin a chunk, and their last one is filled up. */
interface Chunks {
  /** Place of every member, int32 [member]. */
  readonly places: string;
  /** Member of every place, the number of members where it is empty, int32 [chunk * CHUNK_ROWS]. */
  readonly members: string;
  /** Group of every chunk, int32 [chunk]; any for a chunk without members. */
  readonly groups: string;
  /** int64 [1]. */
  readonly count: string;
}

/** By counting, without a sort: a member's place is its group's first one and how many of the group come before it. */
function chunksOf(onnx: Emitter, ids: string, memberAxis: Axis, group: Axis): Chunks {
  const node = (opType: string, inputs: readonly string[], attributes = {}): string =>
    onnx.sharedNode(opType, inputs, 1, attributes)[0]!;
  const upTo = (size: string): string => {
    const [zero, one] = [0, 1].map((value) => onnx.constant("int32", [], [value]));
    return node("Range", [zero!, node("Squeeze", [onnx.cast(size, "int32"), onnx.ints([0])]), one!]);
  };
  const rows = onnx.constant("float32", [], [CHUNK_ROWS]);
  const members = onnx.size(memberAxis.size);
  const groups = onnx.size(group.size);

  const isMember = onnx.cast(
    node("Equal", [node("Unsqueeze", [upTo(groups), onnx.ints([1])]), ids]),
    "float32",
  );
  const counts = node("ReduceSum", [isMember, onnx.ints([1])], { keepdims: 1 });
  const used = node("Floor", [
    node("Div", [node("Add", [counts, onnx.constant("float32", [], [CHUNK_ROWS - 1])]), rows]),
  ]);
  const axis = (value: number): string => onnx.constant("int64", [], [value]);
  const starts = node("Mul", [node("CumSum", [used, axis(0)], { exclusive: 1 }), rows]);
  const before = node("CumSum", [isMember, axis(1)], { exclusive: 1 });
  const places = onnx.cast(
    node("ReduceSum", [node("Mul", [node("Add", [before, starts]), isMember]), onnx.ints([0])], {
      keepdims: 0,
    }),
    "int32",
  );

  const width = onnx.ints([CHUNK_ROWS]);
  const whole = node("Div", [node("Add", [members, onnx.ints([CHUNK_ROWS - 1])]), width]);
  const count = node("Add", [whole, groups]);
  const empty = node("Expand", [onnx.cast(members, "int32"), node("Mul", [count, width])]);
  const none = node("Expand", [onnx.constant("int32", [], [0]), count]);
  const chunk = node("Div", [places, onnx.constant("int32", [], [CHUNK_ROWS])]);
  return {
    places,
    members: node("ScatterElements", [empty, places, upTo(members)], { axis: 0 }),
    groups: node("ScatterElements", [none, chunk, ids], { axis: 0 }),
    count,
  };
}

/** Values [member, rest…, last] as [chunk, CHUNK_ROWS * rest, last], zero where a place is empty. */
function chunked(onnx: Emitter, values: string, axes: readonly Axis[], chunks: Chunks): string {
  const all = padded(onnx, values, axes.slice(1), 0);
  const shape = onnx.node("Concat", [chunks.count, onnx.ints([-1]), onnx.size(axes.at(-1)!.size)], {
    axis: 0,
  });
  return onnx.node("Reshape", [onnx.node("Gather", [all, chunks.members], { axis: 0 }), shape]);
}

/**
 * Products with one matrix for each group of rows. A product per row would copy a matrix for every row: here a copy
 * serves a chunk of rows, so that the bytes are about those of the rows.
 */
export const groupedOperations = {
  /** Rows times the matrix of their group: [member, rest…, inner], [group, inner, out], int32 ids [member]. */
  groupMatmul: {
    infer: (inputs) => {
      member(inputs, 0, 2);
      const values = tensor(inputs, 0);
      const weights = tensor(inputs, 1);
      if (weights.axes.length !== 3) throw new InferenceProblem("{1} must have 3 axes");
      const [group, inner, out] = weights.axes as readonly [Axis, Axis, Axis];
      if (tensor(inputs, 2, ["int32"]).indexes !== group.name) {
        throw new InferenceProblem(`{2} must hold ids of "${group.name}", the first axis of {1}`);
      }
      if (!sameAxes(values.axes.slice(-1), [inner])) {
        throw new InferenceProblem("the last axis of {0} must be the axis before the last of {1}");
      }
      const axes = [...values.axes.slice(0, -1), out];
      const names = axes.map((axis) => axis.name);
      if (new Set(names).size !== names.length) {
        throw new InferenceProblem(
          `the product would have the axes [${names.join(", ")}]; rename one of them`,
        );
      }
      return tensorType("float32", axes);
    },
    gradient: (u, node) => {
      const [values, weights, ids] = node.inputs as [Node, Node, Node];
      const group = typeOf(weights).axes[0]!;
      return [groupMatmul(u, transposeLast(weights), ids), groupOuter(values, u, ids, group), undefined];
    },
    lower: (onnx, [values, weights, ids], node) => {
      const { axes } = typeOf(node.inputs[0]!);
      const chunks = chunksOf(onnx, ids!, axes[0]!, typeOf(node.inputs[1]!).axes[0]!);
      const products = onnx.node("MatMul", [
        chunked(onnx, values!, axes, chunks),
        onnx.node("Gather", [weights!, chunks.groups], { axis: 0 }),
      ]);
      const rest = onnx.shape(typeOf(node).axes.slice(1));
      const rows = onnx.node("Reshape", [
        products,
        onnx.node("Concat", [onnx.ints([-1]), rest], { axis: 0 }),
      ]);
      return onnx.node("Gather", [rows, chunks.places], { axis: 0 });
    },
    flops: (node) => {
      const inner = typeOf(node.inputs[0]!).axes.at(-1)!;
      return productOfSizes([2, inner.size, ...typeOf(node).axes.map((axis) => axis.size)]);
    },
  },
  /** Outer products added up per group: [member, rest…, inner], [member, rest…, out], ids: [group, inner, out]. */
  groupOuter: {
    infer: (inputs, attributes) => {
      const group = attributes.group as Axis;
      [0, 1].forEach((index) => member(inputs, index, 2));
      const [left, right] = [tensor(inputs, 0), tensor(inputs, 1)];
      if (tensor(inputs, 2, ["int32"]).indexes !== group.name) {
        throw new InferenceProblem(`{2} must hold ids of "${group.name}"`);
      }
      if (!sameAxes(left.axes.slice(0, -1), right.axes.slice(0, -1))) {
        throw new InferenceProblem("{0} and {1} must have the same axes but the last");
      }
      const [inner, out] = [left.axes.at(-1)!, right.axes.at(-1)!];
      if (inner.name === out.name) {
        throw new InferenceProblem(
          "the last axes of {0} and {1} must have different names; rename one of them",
        );
      }
      return tensorType("float32", [group, inner, out]);
    },
    gradient: (u, node) => {
      const [left, right, ids] = node.inputs as [Node, Node, Node];
      return [groupMatmul(right, transposeLast(u), ids), groupMatmul(left, u, ids), undefined];
    },
    lower: (onnx, [left, right, ids], node) => {
      const { axes } = typeOf(node);
      const memberAxis = typeOf(node.inputs[2]!).axes[0]!;
      const chunks = chunksOf(onnx, ids!, memberAxis, axes[0]!);
      const [first, second] = [left!, right!].map((values, index) =>
        chunked(onnx, values, typeOf(node.inputs[index]!).axes, chunks),
      );
      const products = onnx.node("MatMul", [onnx.node("Transpose", [first!], { perm: [0, 2, 1] }), second!]);
      return addedByProduct(onnx, products, chunks.groups, axes);
    },
    flops: (node) => {
      const out = typeOf(node).axes[2]!;
      return productOfSizes([2, ...typeOf(node.inputs[0]!).axes.map((axis) => axis.size), out.size]);
    },
  },
} satisfies Record<string, Operation>;
