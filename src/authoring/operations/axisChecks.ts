import { ShapeError } from "../../ir/errors.js";
import { declarationLocation } from "../../ir/location.js";
import { axisNames, sizeKey, sumOfSizes, type Size } from "../../ir/types.js";
import { describe } from "../../ops/apply.js";
import { Tensor, type Axes } from "../tensor.js";

export function refusal(operation: string, x: Tensor<Axes>, problem: string): ShapeError {
  const inputs = [{ name: describe(x.node), type: x.type }];
  return new ShapeError({ operation, problem, inputs, location: declarationLocation() });
}

/** @throws ShapeError without such an axis, or if only the data fixes its size */
export function fixedSize(operation: string, x: Tensor<Axes>, axis: string): number {
  const found = x.type.axes.find((candidate) => candidate.name === axis);
  const name = describe(x.node);
  if (found === undefined) {
    throw refusal(operation, x, `${name} has no axis "${axis}", only [${axisNames(x.type).join(", ")}]`);
  }
  if (typeof found.size === "number") return found.size;
  throw refusal(
    operation,
    x,
    `axis "${axis}" of ${name} must have a fixed size, but the data fixes it (${sizeKey(found.size)}); use split`,
  );
}

export function sizeOf(x: Tensor<Axes>, axis: string): Size {
  const found = x.type.axes.find((candidate) => candidate.name === axis);
  return found === undefined ? sumOfSizes([]) : found.size;
}
