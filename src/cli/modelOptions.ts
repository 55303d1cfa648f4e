import type { ModelDefinition } from "../authoring/model.js";
import {
  parseSettings,
  readSettings,
  resolveSettings,
  type ResolvedSetting,
  type Settings,
} from "./settings.js";

/** Options of the commands that compile a model. */
export const modelOptions = {
  set: {
    type: "array",
    string: true,
    default: [] as string[],
    describe: "A hyper-parameter, name=value; may be repeated",
  },
  config: { type: "string", describe: "JSON file of hyper-parameters; --set goes before it" },
} as const;

/** Hyper-parameters as given and where each of the model's comes from. */
export interface ChosenSettings {
  readonly resolved: readonly ResolvedSetting[];
  /** Those that are not left at the model's default, for `buildArtifacts`. */
  readonly given: Settings;
}

/**
 * @param suggest what else a hyper-parameter that is not set may follow from, given those that are
 * @throws UsageError for a malformed --set, an unreadable file, or names the model does not have
 */
export async function chosenSettings(
  model: ModelDefinition,
  { set, config }: { readonly set: readonly string[]; readonly config: string | undefined },
  suggest: (set: Settings) => Promise<Settings> = () => Promise.resolve({}),
): Promise<ChosenSettings> {
  const defaults = Object.fromEntries(
    Object.entries(model.hyperparameters).map(([name, parameter]) => [name, parameter.default]),
  ) as Settings;
  const fromFile = config === undefined ? {} : await readSettings(config);
  const flags = parseSettings(set);
  const suggested = await suggest({ ...fromFile, ...flags });
  const resolved = resolveSettings(model.name, defaults, fromFile, flags, suggested);
  const given = Object.fromEntries(
    resolved.filter(({ source }) => source !== "default").map(({ name, value }) => [name, value]),
  );
  return { resolved, given };
}
