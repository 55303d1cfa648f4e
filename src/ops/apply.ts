import { ShapeError } from "../ir/errors.js";
import { declarationLocation } from "../ir/location.js";
import { inputName, isInput, type Attributes, type InputRole, type Node } from "../ir/node.js";
import { currentPath } from "../ir/scope.js";
import type { Axis, DType, ValueType } from "../ir/types.js";
import { InferenceProblem } from "./operation.js";
import { operations, type OperationName } from "./table.js";

/** Name of a value in messages. */
export function describe(node: Node): string {
  if (isInput(node)) return `"${inputName(node)}"`;
  return `"${node.path === "" ? "" : `${node.path}/`}${node.operation}"`;
}

/** A new value. @throws ShapeError if the inputs do not fit the operation */
export function apply(operation: OperationName, inputs: readonly Node[], attributes: Attributes = {}): Node {
  const location = declarationLocation();
  try {
    const type = operations[operation].infer(
      inputs.map((input) => input.type),
      attributes,
    );
    return { operation, inputs, attributes, type, path: currentPath(), location };
  } catch (error) {
    if (!(error instanceof InferenceProblem)) throw error;
    throw new ShapeError({
      operation,
      problem: error.message.replace(/\{(\d)\}/g, (_, index: string) => describe(inputs[Number(index)]!)),
      inputs: inputs.map((input) => ({ name: describe(input), type: input.type })),
      location,
    });
  }
}

/** A leaf fed from outside. */
export function input(name: string, role: InputRole, type: ValueType): Node {
  return {
    operation: "input",
    inputs: [],
    attributes: { name, role },
    type,
    path: currentPath(),
    location: declarationLocation(),
  };
}

/** A constant tensor, or a scalar without axes. @param values in C order */
export function constant(
  values: readonly number[],
  axes: readonly Axis[] = [],
  dtype: DType = "float32",
): Node {
  return apply("constant", [], { dtype, values, axes });
}
