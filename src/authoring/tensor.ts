import type { Node } from "../ir/node.js";
import type { DType, TensorType } from "../ir/types.js";

/** Names of the axes of a value, in order. */
export type Axes = readonly string[];

/** Axes without one of them. */
export type Without<A extends Axes, Name extends string> = A extends readonly [
  infer First extends string,
  ...infer Rest extends Axes,
]
  ? First extends Name
    ? Without<Rest, Name>
    : [First, ...Without<Rest, Name>]
  : [];

/** Axes with one of them under another name. */
export type Renamed<A extends Axes, From extends string, To extends string> = {
  [K in keyof A]: A[K] extends From ? To : A[K];
};

/**
 * A value of the computation graph: element type and named axes are part of its TypeScript type, ids also know
 * the axis they index. Nothing is computed here; operations build the graph.
 */
export class Tensor<A extends Axes, D extends DType = "float32", Of extends string = never> {
  /** Never set: carries the type parameters. */
  declare readonly phantom: { readonly axes: A; readonly dtype: D; readonly indexes: Of };

  constructor(readonly node: Node) {}

  get type(): TensorType {
    return this.node.type as TensorType;
  }
}

/** Ids of `Of`: an id of an item cannot look up a table of users. */
export type Ids<Of extends string, A extends Axes> = Tensor<A, "int32", Of>;

export type Scalar = Tensor<[]>;

/** A sparse matrix [Row, Column] whose stored entries form the axis `Entry`. */
export class Sparse<Row extends string, Column extends string, Entry extends string = string> {
  declare readonly phantom: { readonly row: Row; readonly column: Column; readonly entry: Entry };

  constructor(readonly node: Node) {}
}
