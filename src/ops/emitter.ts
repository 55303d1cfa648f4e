import type { Node } from "../ir/node.js";
import type { Axis, DType, Size } from "../ir/types.js";

export type EmittedAttribute = number | string | readonly number[] | { readonly float: number };

/** The ONNX inputs that carry one orientation of a sparse matrix (see the artifact contract for their layout). */
export interface SparseTensors {
  readonly groups: number;
  order(): string;
  neighbours(group: number): string;
  /** The weights as [n, 1, w], for batched products. */
  weightRows(group: number): string;
  entries(group: number): string;
  /** Columns of the group's entries as [w, n], the number of columns where a row has fewer than w. */
  stacked(group: number): string;
  /** Indices of the group's entries in the same way, the number of entries where a row has fewer. */
  stackedEntries(group: number): string;
  /** Ones [1, w]. */
  ones(group: number): string;
  /** Rows of the group, [n]. */
  rows(group: number): string;
  /** Position of every entry among the cells of all groups one after another, [entry]. */
  cells(): string;
  entryRows(): string;
  entryColumns(): string;
  entryWeights(): string;
}

/** What lowering rules write to. Names of values are strings; constants and shapes are shared. */
export interface Emitter {
  /** `float64` only for gradient checks: every float32 value is then emitted in double precision. */
  readonly precision: "float32" | "float64";
  /** Emits one node and returns its first output. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, EmittedAttribute>>,
  ): string;
  /** Emits one node with several outputs; emitted once per equal inputs and attributes. */
  sharedNode(
    opType: string,
    inputs: readonly string[],
    outputs: number,
    attributes?: Readonly<Record<string, EmittedAttribute>>,
  ): readonly string[];
  constant(dtype: DType, dims: readonly number[], values: readonly (number | bigint)[]): string;
  /** int64 vector, for axes, starts, ends and shapes. */
  ints(values: readonly number[]): string;
  /** int64 [1] with the size at run time. */
  size(size: Size): string;
  /** int64 [count]: sizes of consecutive parts of an axis, all equal but the last ones, which may be empty. */
  partSizes(size: Size, count: number): string;
  /** int64 [rank]. */
  shape(axes: readonly Axis[]): string;
  /** Emitted once per value and type. */
  cast(value: string, dtype: DType): string;
  sparse(node: Node): SparseTensors;
}
