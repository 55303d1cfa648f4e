import type { InferredOptionTypes, Options, PositionalOptions } from "yargs";
import type { Streams } from "./streams.js";

/** Options that every command has. */
export const globalOptions = {
  json: { type: "boolean", default: false, describe: "Write the results to stdout as JSON" },
  verbose: { type: "boolean", default: false, describe: "Show the stack of an error" },
} as const satisfies Record<string, Options>;

type Arguments<Positionals, Named extends Record<string, Options>> = InferredOptionTypes<
  typeof globalOptions
> &
  InferredOptionTypes<Named> & { readonly [Name in keyof Positionals]: string };

interface CommandDefinition<Positionals, Named extends Record<string, Options>> {
  /** The words after the command's name, in order; all required. */
  readonly positionals: Positionals;
  readonly options: Named;
  readonly examples: readonly (readonly [line: string, effect: string])[];
  /** What the help says below the options. */
  readonly epilogue: string;
  run(given: Arguments<Positionals, Named>, streams: Streams): Promise<void>;
}

/** A command as the command line knows it, the types of its arguments forgotten. */
export type Command = CommandDefinition<Readonly<Record<string, PositionalOptions>>, Record<string, Options>>;

/** Declares a command; the types of what `run` is given follow from the declared positionals and options. */
export function command<
  const Positionals extends Readonly<Record<string, PositionalOptions>>,
  const Named extends Record<string, Options>,
>(definition: CommandDefinition<Positionals, Named>): Command {
  return definition;
}
