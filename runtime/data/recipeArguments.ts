import type { BufferEntry, Json } from "../artifacts/manifest.js";
import { nearestName } from "./nearestName.js";
import { RecipeError } from "./recipe.js";

/** Reads the arguments of a recipe call, each with its type. */
export class RecipeArguments {
  readonly #entry: BufferEntry;
  readonly #values: Readonly<Record<string, Json | undefined>>;

  /**
   * @param required arguments that a call must have
   * @param defaults arguments that a call may leave out, with what they are then
   * @throws RecipeError naming an argument that the recipe does not have, or one that is missing
   */
  constructor(
    entry: BufferEntry,
    required: readonly string[],
    defaults: Readonly<Record<string, Json>> = {},
  ) {
    this.#entry = entry;
    this.#values = { ...defaults, ...entry.recipe };
    const names = [...required, ...Object.keys(defaults)];
    const given = Object.keys(entry.recipe).filter((name) => name !== "kind");
    const unknown = given.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new RecipeError(
        entry,
        `unknown argument "${unknown}"`,
        `The arguments are ${names.join(", ")}; the nearest is "${nearestName(unknown, names) ?? "none"}"`,
      );
    }
    const missing = required.find((name) => !given.includes(name));
    if (missing !== undefined) {
      throw new RecipeError(
        entry,
        `the argument "${missing}" is missing`,
        `The arguments are ${names.join(", ")}`,
      );
    }
  }

  #fail(name: string, value: Json | undefined, expected: string): RecipeError {
    return new RecipeError(this.#entry, `"${name}" is ${JSON.stringify(value)}`, `It must be ${expected}`);
  }

  text(name: string): string {
    const value = this.#values[name];
    if (typeof value !== "string" || value === "") throw this.#fail(name, value, "a text");
    return value;
  }

  choice<const Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.#values[name];
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    const nearest = typeof value === "string" ? nearestName(value, choices) : null;
    throw this.#fail(name, value, `one of ${choices.join(", ")}; the nearest is "${nearest ?? "none"}"`);
  }

  /** An integer of at least 1. */
  count(name: string): number {
    const value = this.#values[name];
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1) {
      throw this.#fail(name, value, "an integer of at least 1");
    }
    return value;
  }

  /** An integer of at least 0. */
  number(name: string): number {
    const value = this.#values[name];
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
      throw this.#fail(name, value, "an integer of at least 0");
    }
    return value;
  }

  /** A number from `least` to `most`, both included. */
  within(name: string, least: number, most: number): number {
    const value = this.#values[name];
    if (typeof value !== "number" || !(value >= least && value <= most)) {
      throw this.#fail(name, value, `a number from ${least} to ${most}`);
    }
    return value;
  }

  /** A list of texts, maybe empty. */
  texts(name: string): readonly string[] {
    const value = this.#values[name];
    if (!Array.isArray(value) || value.some((text) => typeof text !== "string" || text === "")) {
      throw this.#fail(name, value, "a list of texts");
    }
    return value as readonly string[];
  }

  /** A number from 0 up to, but not, 1. */
  ratio(name: string): number {
    const value = this.#values[name];
    if (typeof value !== "number" || !(value >= 0 && value < 1)) {
      throw this.#fail(name, value, "a number of at least 0 and below 1");
    }
    return value;
  }

  flag(name: string): boolean {
    const value = this.#values[name];
    if (typeof value !== "boolean") throw this.#fail(name, value, "true or false");
    return value;
  }
}
