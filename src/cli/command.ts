import type { InferredOptionTypes, Options, PositionalOptions } from "yargs";
import type { Streams } from "./streams.js";

/** Options that every command has. */
export const globalOptions = {
  json: { type: "boolean", default: false, describe: "Write the results to stdout as JSON" },
  verbose: { type: "boolean", default: false, describe: "Show the stack of an error" },
} as const satisfies Record<string, Options>;

/** A word after the command's name. */
export interface Positional extends PositionalOptions {
  /** May be left out; only the last one may. */
  readonly optional?: true;
  /** Any number of words, none included; only the last one may. */
  readonly many?: true;
}

type Arguments<Positionals, Named extends Record<string, Options>> = InferredOptionTypes<
  typeof globalOptions
> &
  InferredOptionTypes<Named> & {
    readonly [Name in keyof Positionals]: Positionals[Name] extends { readonly many: true }
      ? readonly string[]
      : Positionals[Name] extends { readonly optional: true }
        ? string | undefined
        : string;
  };

interface CommandDefinition<Positionals, Named extends Record<string, Options>> {
  /** The words after the command's name, in order. */
  readonly positionals: Positionals;
  readonly options: Named;
  readonly examples: readonly (readonly [line: string, effect: string])[];
  /** What the help says below the options. */
  readonly epilogue: string;
  run(given: Arguments<Positionals, Named>, streams: Streams): Promise<void>;
}

/** A command as the command line knows it, the types of its arguments forgotten. */
export type Command = CommandDefinition<Readonly<Record<string, Positional>>, Record<string, Options>>;

/** Declares a command; the types of what `run` is given follow from the declared positionals and options. */
export function command<
  const Positionals extends Readonly<Record<string, Positional>>,
  const Named extends Record<string, Options>,
>(definition: CommandDefinition<Positionals, Named>): Command {
  return definition;
}

/** How a command is called: its name, then `<required>`, `[optional]` and `[many..]` words. */
export function commandForm(name: string, positionals: Command["positionals"]): string {
  const words = Object.entries(positionals).map(([word, { optional, many }]) => {
    if (many === true) return `[${word}..]`;
    return optional === true ? `[${word}]` : `<${word}>`;
  });
  return [name, ...words].join(" ");
}
