import { sumOfSizes, type Axis, type Size } from "../ir/types.js";

/** Sizes of the axes every model has; the data and the run fix them. */
const givenAxes = ["user", "item", "batch"];

/** Axes that the compiled graphs have of themselves. */
const ownAxes = ["step", "block", "pair", "k", "vector"];

/** Makes the error about a wrong declaration. */
export type Problem = (subject: string, text: string) => Error;

/** The axes of one model by name. */
export class AxisTable {
  readonly sizes = new Map<string, Size>(givenAxes.map((name) => [name, name]));

  constructor(private readonly problem: Problem) {}

  /** Of fixed size, as long as other axes together, or (without a size) as long as the data says. */
  declare(name: string, size?: number | readonly string[]): void {
    if (ownAxes.includes(name)) {
      const text = "has a name that the compiled graphs use themselves; choose another";
      throw this.problem(`axis "${name}"`, text);
    }
    const value =
      typeof size === "object" ? sumOfSizes(size.map((part) => this.of(part).size)) : (size ?? name);
    if (typeof value === "number" && (!Number.isInteger(value) || value < 1)) {
      throw this.problem(`axis "${name}"`, `must have a positive whole size, but it is ${value}`);
    }
    const known = this.sizes.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(value)) {
      throw this.problem(
        `axis "${name}"`,
        `is declared twice, as ${JSON.stringify(known)} and ${JSON.stringify(value)}`,
      );
    }
    this.sizes.set(name, value);
  }

  of(name: string): Axis {
    const size = this.sizes.get(name);
    if (size === undefined) {
      throw this.problem(
        `axis "${name}"`,
        `is not declared; declared are ${[...this.sizes.keys()].join(", ")}`,
      );
    }
    return { name, size };
  }
}
