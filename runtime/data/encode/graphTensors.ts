import { Tensor, type InferenceSession } from "onnxruntime-node";
import { floatToHalf, halfToFloat } from "../halfFloat.js";
import { EncodeError } from "./encodeError.js";
import type { InputBlock } from "./encoderInput.js";

/** The tensor of an input in the dtype of the graph. @throws EncodeError for a dtype that is not fed */
export function tensorOf(
  model: string,
  name: string,
  type: InferenceSession.TensorValueMetadata["type"],
  block: InputBlock,
): Tensor {
  const { data, dims } = block;
  switch (type) {
    case "float32":
      return new Tensor("float32", Float32Array.from(data), dims);
    case "float16":
      return new Tensor("float16", Uint16Array.from(data, floatToHalf) as never, dims);
    case "int64":
      return new Tensor("int64", BigInt64Array.from(Array.from(data, BigInt)), dims);
    case "int32":
      return new Tensor("int32", Int32Array.from(data), dims);
    default:
      throw new EncodeError(
        model,
        `the input "${name}" is ${type}, mmkit feeds float32, float16, int64 and int32`,
        "Export the encoder with such an input",
      );
  }
}

/** The values of an output. @throws EncodeError unless they are floats */
export function floatsOf(model: string, name: string, { type, data }: Tensor): Float32Array {
  if (type === "float32") return data as Float32Array;
  if (type === "float16") {
    const { buffer, byteOffset, length } = data as Uint16Array;
    return Float32Array.from(new Uint16Array(buffer, byteOffset, length), halfToFloat);
  }
  throw new EncodeError(
    model,
    `the output "${name}" is ${type}, features are float32 or float16`,
    "Name another output",
  );
}
