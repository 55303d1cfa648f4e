import type { OnnxDType, OnnxTensor } from "./model.js";

interface TensorFormat {
  /** Number of the type in `TensorProto.DataType`, also the value of a Cast node's `to`. */
  readonly code: number;
  /** The class that holds a tensor's elements; little endian, as every platform of onnxruntime is. */
  readonly array: {
    new (buffer: ArrayBuffer): OnnxTensor["data"];
    readonly BYTES_PER_ELEMENT: number;
    readonly name: string;
  };
}

/** How each dtype is written in an ONNX file and held in memory. */
export const tensorFormats: Readonly<Record<OnnxDType, TensorFormat>> = {
  float32: { code: 1, array: Float32Array },
  uint8: { code: 2, array: Uint8Array },
  int8: { code: 3, array: Int8Array },
  int32: { code: 6, array: Int32Array },
  int64: { code: 7, array: BigInt64Array },
  bool: { code: 9, array: Uint8Array },
  float16: { code: 10, array: Uint16Array },
  float64: { code: 11, array: Float64Array },
  uint64: { code: 13, array: BigUint64Array },
};
