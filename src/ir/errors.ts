import { formatType, type ValueType } from "./types.js";

export interface ShapeErrorDetails {
  /** Operation that rejected its inputs. */
  readonly operation: string;
  /** What was expected and what was found. */
  readonly problem: string;
  /** Name and type of every input. */
  readonly inputs: readonly { readonly name: string; readonly type: ValueType }[];
  /** File and line of the declaration. */
  readonly location: string;
}

/** Values that do not fit together, found while the graph is built. */
export class ShapeError extends Error {
  readonly details: ShapeErrorDetails;

  constructor(details: ShapeErrorDetails) {
    const width = Math.max(0, ...details.inputs.map((input) => input.name.length));
    const lines = details.inputs.map((input) => `  ${input.name.padEnd(width)}  ${formatType(input.type)}`);
    super(
      [`${details.operation}: ${details.problem}`, ...lines, `  declared at ${details.location}`].join("\n"),
    );
    this.name = "ShapeError";
    this.details = details;
  }
}

/** A declaration that is wrong for another reason than a shape: a name used twice, an axis nobody declared … */
export class DeclarationError extends Error {
  constructor(
    readonly subject: string,
    readonly problem: string,
    readonly location: string,
  ) {
    super(`${subject}: ${problem}\n  declared at ${location}`);
    this.name = "DeclarationError";
  }
}
