import { DeclarationError } from "../../ir/errors.js";
import { declarationLocation } from "../../ir/location.js";
import * as build from "../../ops/build.js";
import type { Axes, Tensor } from "../tensor.js";

export type Operand = Tensor<Axes> | number;

export function node(value: Operand): Tensor<Axes>["node"] {
  return typeof value === "number" ? build.scalar(value) : value.node;
}

export function requireValues(operation: string, values: readonly unknown[]): void {
  if (values.length > 0) return;
  throw new DeclarationError(
    operation,
    "needs at least one value, but the list is empty",
    declarationLocation(),
  );
}
