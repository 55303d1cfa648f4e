import type { OnnxTensor } from "./model.js";
import { tensorFormats } from "./tensorFormats.js";

/** What is wrong with a constant, as the end of a sentence about it; undefined when nothing is. */
export function tensorProblem(tensor: OnnxTensor): string | undefined {
  if (!Object.hasOwn(tensorFormats, tensor.dtype)) {
    return `has dtype ${tensor.dtype}; expected one of ${Object.keys(tensorFormats).join(", ")}`;
  }
  const badSize = tensor.dims.find((size) => !Number.isSafeInteger(size) || size < 0);
  if (badSize !== undefined) return `has a dimension ${badSize}; expected whole numbers from 0`;
  const type = `${tensor.dtype} [${tensor.dims.join(", ")}]`;
  const { array } = tensorFormats[tensor.dtype];
  if (tensor.data.constructor !== array) {
    return `is ${type} and needs a ${array.name}, found a ${tensor.data.constructor.name}`;
  }
  const expected = tensor.dims.reduce((product, size) => product * size, 1);
  if (tensor.data.length !== expected) {
    return `is ${type} and needs ${expected} values, found ${tensor.data.length}`;
  }
  if (tensor.dtype === "bool") {
    const wrong = tensor.data.find((value) => value > 1);
    if (wrong !== undefined) return `is ${type} and needs bytes 0 or 1, found ${wrong}`;
  }
  return undefined;
}
