import { readFile } from "node:fs/promises";
import type { Json } from "../../runtime/artifacts/manifest.js";
import { UsageError } from "./usageError.js";

/** Hyper-parameters by name. */
export type Settings = Readonly<Record<string, Json>>;

/** One hyper-parameter with where its value comes from. */
export interface ResolvedSetting {
  readonly name: string;
  readonly value: Json;
  readonly source: "--set" | "option" | "config" | "dataset" | "run" | "protocol" | "default";
}

/**
 * The values of `--set name=value`: JSON where the value is JSON (numbers, true, [1, 2]), text otherwise.
 *
 * @throws UsageError if one has no `=` or no name, or a name is set twice
 */
export function parseSettings(assignments: readonly string[]): Settings {
  const settings = new Map<string, Json>();
  for (const assignment of assignments) {
    const equals = assignment.indexOf("=");
    if (equals < 1) {
      throw new UsageError(
        `--set takes name=value, found "${assignment}"`,
        "Write for instance --set layers=2.",
      );
    }
    const name = assignment.slice(0, equals);
    if (settings.has(name)) throw new UsageError(`--set ${name} is given twice`, "Set it once.");
    settings.set(name, jsonOrText(assignment.slice(equals + 1)));
  }
  return Object.fromEntries(settings);
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/**
 * Reads the hyper-parameters of a `--config` file: a JSON object with their names as keys.
 *
 * @throws UsageError if the file cannot be read or holds something else
 */
export async function readSettings(file: string): Promise<Settings> {
  const fix = 'Give a JSON file of hyper-parameters, such as { "layers": 2, "l2": 1e-4 }.';
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`--config ${file} cannot be read (${(error as Error).message})`, fix);
  }
  let settings: Json;
  try {
    settings = JSON.parse(text) as Json;
  } catch (error) {
    throw new UsageError(`--config ${file} is not JSON (${(error as Error).message})`, fix);
  }
  if (settings === null || typeof settings !== "object" || Array.isArray(settings)) {
    throw new UsageError(`--config ${file} must hold a JSON object, found ${JSON.stringify(settings)}`, fix);
  }
  return settings as Settings;
}

/** Hyper-parameters that the user did not set, and where they come from. */
export interface SuggestedSettings {
  readonly values: Settings;
  readonly source: "dataset" | "run";
}

/**
 * The hyper-parameters of a model: `--set` goes before the config file, that before what the dataset or the run to be
 * resumed suggests, that before the model's defaults.
 */
export function resolveSettings(
  defaults: Settings,
  config: Settings,
  flags: Settings,
  suggested: SuggestedSettings = { values: {}, source: "dataset" },
): readonly ResolvedSetting[] {
  return Object.keys(defaults).map((name) => {
    if (Object.hasOwn(flags, name)) return { name, value: flags[name]!, source: "--set" };
    if (Object.hasOwn(config, name)) return { name, value: config[name]!, source: "config" };
    if (Object.hasOwn(suggested.values, name)) {
      return { name, value: suggested.values[name]!, source: suggested.source };
    }
    return { name, value: defaults[name]!, source: "default" };
  });
}

/** One line per hyper-parameter, for people. */
export function formatSettings(settings: readonly ResolvedSetting[]): string {
  const width = Math.max(0, ...settings.map(({ name }) => name.length));
  return settings
    .map(({ name, value, source }) => `  ${name.padEnd(width)} = ${JSON.stringify(value)} (${source})\n`)
    .join("");
}
