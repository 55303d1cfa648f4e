/**
 * ONNX models as plain data: what the lowering produces, the checker verifies and the protobuf encoder writes.
 */

/** The one opset and IR version every emitted model uses (opset 22 loses kernels in onnxruntime 1.30). */
export const OPSET = 21;
export const IR_VERSION = 10;

export type OnnxDType =
  "float32" | "float64" | "float16" | "int8" | "uint8" | "int32" | "int64" | "uint64" | "bool";

/** One dimension: a fixed size or the name of a symbolic one. */
export type OnnxDimension = number | string;

export interface OnnxValueInfo {
  readonly name: string;
  readonly dtype: OnnxDType;
  readonly dims: readonly OnnxDimension[];
  /**
   * Symbolic dimensions are written without their names. Tensors of equal names are given one memory for the whole run,
   * those of unknown size take what is free at the moment.
   */
  readonly unnamed?: true;
}

/** A constant; `data` holds `dims` product elements (64-bit integers as bigint arrays, bool as bytes). */
export interface OnnxTensor {
  readonly name: string;
  readonly dtype: OnnxDType;
  readonly dims: readonly number[];
  readonly data:
    | Float32Array
    | Float64Array
    | Uint16Array
    | Int8Array
    | Uint8Array
    | Int32Array
    | BigInt64Array
    | BigUint64Array;
}

export type OnnxAttribute =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "tensor"; readonly value: OnnxTensor }
  | { readonly kind: "graph"; readonly value: OnnxGraph };

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** An empty string stands for an omitted optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly initializers: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
}

export interface OnnxModel {
  readonly graph: OnnxGraph;
  /** Written as metadata_props in key order. */
  readonly metadata: Readonly<Record<string, string>>;
}
