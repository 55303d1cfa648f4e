import {
  axisNames,
  sameSize,
  sizeKey,
  type Axis,
  type DType,
  type TensorType,
  type ValueType,
} from "../ir/types.js";
import type { Emitter } from "./emitter.js";
import { InferenceProblem } from "./operation.js";

/** The input as a tensor of one of the given element types. @throws InferenceProblem otherwise */
export function tensor(
  inputs: readonly ValueType[],
  index: number,
  dtypes: readonly DType[] = ["float32"],
): TensorType {
  const type = inputs[index];
  if (type === undefined) throw new InferenceProblem(`input ${index} is missing`);
  if (type.kind !== "tensor") throw new InferenceProblem(`{${index}} must be a tensor, but it is sparse`);
  if (!dtypes.includes(type.dtype)) {
    throw new InferenceProblem(`{${index}} must be ${dtypes.join(" or ")}, but it is ${type.dtype}`);
  }
  return type;
}

/**
 * Axes of a broadcast by name: those of the input that has every axis of the others.
 * @throws InferenceProblem if no input covers the rest, or sizes of one name differ
 */
export function broadcastAxes(types: readonly TensorType[]): readonly Axis[] {
  const widest = types.reduce((best, type) => (type.axes.length > best.axes.length ? type : best));
  types.forEach((type, index) => {
    for (const axis of type.axes) {
      const match = widest.axes.find((candidate) => candidate.name === axis.name);
      if (match === undefined) {
        throw new InferenceProblem(
          `axis "${axis.name}" of {${index}} is not among [${axisNames(widest).join(", ")}] of {${types.indexOf(widest)}}`,
        );
      }
      if (!sameSize(match.size, axis.size)) {
        throw new InferenceProblem(
          `axis "${axis.name}" of {${index}} must be ${sizeKey(match.size)}, but it is ${sizeKey(axis.size)}`,
        );
      }
    }
  });
  return widest.axes;
}

/** Transposes and unsqueezes a lowered input so that ONNX's positional broadcasting does what names say. */
export function align(onnx: Emitter, value: string, type: TensorType, target: readonly Axis[]): string {
  const names = axisNames(type);
  const wanted = target.map((axis) => axis.name).filter((name) => names.includes(name));
  let aligned = value;
  if (wanted.join() !== names.join()) {
    aligned = onnx.node("Transpose", [aligned], { perm: wanted.map((name) => names.indexOf(name)) });
  }
  const first = target.findIndex((axis) => names.includes(axis.name));
  const missing = target.flatMap((axis, i) =>
    first >= 0 && i > first && !names.includes(axis.name) ? [i - first] : [],
  );
  return missing.length === 0 ? aligned : onnx.node("Unsqueeze", [aligned, onnx.ints(missing)]);
}
