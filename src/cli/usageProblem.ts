import { suggestion } from "./suggestion.js";
import { UsageError } from "./usageError.js";

/** What was typed, and what the command takes. */
interface Usage {
  readonly command: string;
  readonly words: readonly string[];
  /** The command with the words it takes, `inspect <subject>`. */
  readonly form: string;
  readonly options: readonly string[];
}

/** Puts what yargs found wrong with a command's arguments into our words, with the nearest right name. */
export function usageProblem(message: string, usage: Usage): UsageError {
  const help = `\`mmkit ${usage.command} --help\` explains it.`;
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(", ");
  if (unknown !== undefined) return unknownArgument(unknown[0]!, usage, help);
  const found = /^Not enough non-option arguments: got (\d+)/.exec(message)?.[1];
  if (found !== undefined) {
    const missing = (usage.form.match(/<[^>]+>/g) ?? []).slice(Number(found));
    return new UsageError(`${missing.join(" ")} is missing`, help);
  }
  const required = /^Missing required arguments?: (.+)$/.exec(message)?.[1]?.split(", ");
  if (required !== undefined) {
    const missing = `${required.map((name) => `--${name}`).join(", ")} is missing`;
    // A misspelt option is the likely reason why one is missing.
    const misspelt = usage.words.find((word) => isUnknownOption(word, usage.options));
    if (misspelt === undefined) return new UsageError(missing, help);
    const { problem, fix } = unknownOption(misspelt, usage, help);
    return new UsageError(`${problem}, and ${missing}`, fix);
  }
  const empty = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (empty !== undefined) return new UsageError(`--${empty} needs a value`, help);
  const choice = /Argument: ([^,]+), Given: (.+), Choices: (.+)$/.exec(message);
  if (choice !== null) {
    const [, option, given, choices] = choice;
    const known = choices!.split(", ").map((text) => text.replaceAll('"', ""));
    return new UsageError(`--${option!} cannot be ${given!}`, suggestion(given!.replaceAll('"', ""), known));
  }
  return new UsageError(message.replace(/\.$/, ""), help);
}

/** An unknown argument is an option if it was typed with dashes, and a word too many otherwise. */
function unknownArgument(unknown: string, usage: Usage, help: string): UsageError {
  const typed = usage.words.find(
    (word) => /^--?[^-]/.test(word) && word.replace(/^-+|=.*$/g, "") === unknown,
  );
  if (typed === undefined) {
    return new UsageError(`"${unknown}" is a word too many: the form is mmkit ${usage.form}`, help);
  }
  return unknownOption(typed, usage, help);
}

function isUnknownOption(word: string, options: readonly string[]): boolean {
  const name = /^--?([^-=][^=]*)/.exec(word)?.[1];
  if (name === undefined || /^\d/.test(name)) return false;
  return ![...options, "help", "version"].some((option) => name === option || name === `no-${option}`);
}

/** @param typed with dashes, perhaps with `=value` */
function unknownOption(typed: string, usage: Usage, help: string): UsageError {
  const option = typed.replace(/=.*$/, "");
  const known = usage.options.map((name) => `--${name}`);
  return new UsageError(
    `mmkit ${usage.command} has no option ${option}`,
    `${suggestion(option, known)} ${help}`,
  );
}
