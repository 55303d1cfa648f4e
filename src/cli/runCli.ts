import { readFile } from "node:fs/promises";
import { join } from "node:path";
import yargs, { type Argv } from "yargs";
import { packageRoot } from "../onnx/packageRoot.js";
import { commandForm, globalOptions, type Command } from "./command.js";
import { commands, type CommandEntry } from "./commands.js";
import { describeError } from "./describeError.js";
import type { Streams } from "./streams.js";
import { usageProblem } from "./usageProblem.js";
import { suggestion } from "./suggestion.js";
import { UsageError } from "./usageError.js";

const DONE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

const HELP_WIDTH = 110;

const EPILOGUE = `Every command explains itself: mmkit <command> --help.
Results go to stdout (--json for machines), progress and errors to stderr.
Exit codes: 0 done, 1 failed, 2 wrong usage.`;

/**
 * Runs one command line.
 *
 * @param words what follows `mmkit`
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function runCli(words: readonly string[], streams: Streams): Promise<number> {
  try {
    const [first, second] = words.filter((word) => !word.startsWith("-"));
    const group = first === undefined ? commands : commandsOf(first);
    if (first === undefined || (second === undefined && Object.keys(group).length > 0)) {
      return await runOverview(first ?? null, group, words, streams);
    }
    await runCommand(Object.keys(group).length > 0 ? `${first} ${second!}` : first, words, streams);
    return DONE;
  } catch (error) {
    streams.stderr.write(`mmkit: ${describeError(error, words.includes("--verbose"))}\n`);
    return error instanceof UsageError ? WRONG_USAGE : FAILED;
  }
}

/** The commands of a group: for `data`, those named `data …`. */
function commandsOf(group: string): Readonly<Record<string, CommandEntry>> {
  return Object.fromEntries(Object.entries(commands).filter(([name]) => name.startsWith(`${group} `)));
}

/** A command line without a command: `mmkit --help`, `mmkit --version`, or with a group's name only: `mmkit data`. */
async function runOverview(
  group: string | null,
  members: Readonly<Record<string, CommandEntry>>,
  allWords: readonly string[],
  streams: Streams,
): Promise<number> {
  const words = allWords.filter((word) => word !== group);
  const cli = await commandLine(group === null ? "mmkit" : `mmkit ${group}`);
  for (const [name, { summary }] of Object.entries(members)) {
    cli.command(group === null ? name : name.slice(group.length + 1), summary);
  }
  cli.epilogue(EPILOGUE);
  const known = ["--help", "--version", ...Object.keys(globalOptions).map((option) => `--${option}`)];
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined)
    throw new UsageError(`mmkit has no option ${unknown}`, suggestion(unknown, known));
  if (!words.includes("--help") && !words.includes("--version")) {
    streams.stderr.write(`${await cli.getHelp()}\n`);
    return WRONG_USAGE;
  }
  await parse(cli, words, streams);
  return DONE;
}

async function runCommand(name: string, words: readonly string[], streams: Streams): Promise<void> {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    const hint = `${suggestion(name, Object.keys(commands))} \`mmkit --help\` explains the commands.`;
    throw new UsageError(`there is no command "${name}"`, hint);
  }
  const command = await entry.load();
  const options = { ...globalOptions, ...command.options };
  const form = commandForm(name, command.positionals);
  const cli = await commandLine(["mmkit", ...name.split(" ").slice(0, -1)].join(" "));
  cli.command(
    commandForm(name.split(" ").at(-1)!, command.positionals),
    entry.summary,
    (argv: Argv) => declare(argv, name, command),
    async (given) => {
      checkValues(given, options);
      await command.run(given as unknown as Parameters<Command["run"]>[0], streams);
    },
  );
  cli.fail((message: string | undefined, error: Error | undefined) => {
    if (error !== undefined && error.name !== "YError") throw error;
    throw usageProblem(message ?? error?.message ?? "", {
      command: name,
      words,
      form,
      options: Object.keys(options),
    });
  });
  await parse(cli, withoutGroup(name, words), streams);
}

/** The words after the group's name: for the command `data check`, those without the first `data`. */
function withoutGroup(name: string, words: readonly string[]): readonly string[] {
  const parts = name.split(" ");
  if (parts.length === 1) return words;
  const at = words.indexOf(parts[0]!);
  return words.filter((_, index) => index !== at);
}

/** @param program what comes before the command's name */
async function commandLine(program: string): Promise<Argv> {
  const { version } = JSON.parse(await readFile(join(packageRoot(), "package.json"), "utf8")) as {
    version: string;
  };
  return yargs()
    .scriptName(program)
    .usage(`${program} <command>`)
    .locale("en")
    .parserConfiguration({ "camel-case-expansion": false, "dot-notation": false, "greedy-arrays": false })
    .options(globalOptions)
    .version(version)
    .help()
    .strict()
    .exitProcess(false)
    .wrap(HELP_WIDTH);
}

function declare(argv: Argv, name: string, command: Command): Argv {
  for (const [positional, { type, describe }] of Object.entries(command.positionals))
    argv.positional(positional, { type, describe });
  for (const [option, options] of Object.entries(command.options)) {
    argv.option(option, { ...options, requiresArg: options.type !== "boolean" });
  }
  return argv
    .example(command.examples.map(([line, effect]): [string, string] => [`mmkit ${name} ${line}`, effect]))
    .epilogue(command.epilogue);
}

/** Refuses what yargs lets pass: an option given twice, a number that is none. */
function checkValues(given: Readonly<Record<string, unknown>>, options: Command["options"]): void {
  for (const [option, { type }] of Object.entries(options)) {
    const value = given[option];
    if (type !== "array" && Array.isArray(value)) {
      throw new UsageError(`--${option} is given more than once`, "Give it one value.");
    }
    if (Number.isNaN(value))
      throw new UsageError(`--${option} takes a number`, "Give it one, such as 10 or 1e-3.");
  }
}

/** Parses and runs; what yargs itself has to say (help, version) is a result. */
async function parse(cli: Argv, words: readonly string[], streams: Streams): Promise<void> {
  let said = "";
  await cli.parseAsync([...words], {}, (_error: unknown, _given: unknown, output: string) => {
    said = output;
  });
  if (said !== "") streams.stdout.write(`${said}\n`);
}
