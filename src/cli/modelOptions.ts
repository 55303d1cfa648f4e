import {
  defaultHyperparameters,
  HyperparameterError,
  resolveHyperparameters,
  type ModelDefinition,
} from "../authoring/model.js";
import { nearestName } from "../onnx/nearestName.js";
import {
  parseSettings,
  readSettings,
  resolveSettings,
  type ResolvedSetting,
  type Settings,
  type SuggestedSettings,
} from "./settings.js";
import { UsageError } from "./usageError.js";

/** Options of the commands that compile a model. */
export const modelOptions = {
  set: {
    type: "array",
    string: true,
    default: [] as string[],
    describe: "A hyper-parameter, name=value (a list: name=a,b); may be repeated",
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
 * @throws UsageError for a malformed --set, an unreadable file, and every unknown name and wrong value at once
 */
export async function chosenSettings(
  model: ModelDefinition,
  { set, config }: { readonly set: readonly string[]; readonly config: string | undefined },
  suggest: (set: Settings) => Promise<SuggestedSettings | undefined> = () => Promise.resolve(undefined),
): Promise<ChosenSettings> {
  const fromFile = config === undefined ? {} : await readSettings(config);
  const flags = withLists(model, parseSettings(set));
  const own = { ...fromFile, ...flags };
  checkSettings(model, own);
  const suggested = await suggest(own);
  const defaults = defaultHyperparameters(model, { ...suggested?.values, ...own });
  const resolved = resolveSettings(defaults, fromFile, flags, suggested);
  const given = Object.fromEntries(
    resolved.filter(({ source }) => source !== "default").map(({ name, value }) => [name, value]),
  );
  return { resolved, given };
}

/** `a,b` is a list where the hyper-parameter is one; JSON such as `["a"]` already is. */
function withLists(model: ModelDefinition, flags: Settings): Settings {
  const entries = Object.entries(flags).map(([name, value]) => {
    const isList =
      Object.hasOwn(model.hyperparameters, name) && model.hyperparameters[name]!.schema["type"] === "array";
    if (!isList || typeof value !== "string") return [name, value] as const;
    return [name, value === "" ? [] : value.split(",").map((element) => element.trim())] as const;
  });
  return Object.fromEntries(entries);
}

function checkSettings(model: ModelDefinition, settings: Settings): void {
  const known = Object.keys(model.hyperparameters);
  const unknown = Object.keys(settings).filter((name) => !known.includes(name));
  const named = unknown.map((name) => {
    const nearest = nearestName(name, known);
    return nearest === undefined ? `"${name}"` : `"${name}" (did you mean ${nearest}?)`;
  });
  const problems = [
    ...(named.length === 0 ? [] : [`${model.name} has no hyper-parameter ${named.join(", ")}`]),
    ...wrongValues(
      model,
      Object.fromEntries(Object.entries(settings).filter(([name]) => known.includes(name))),
    ),
  ];
  if (problems.length === 0) return;
  const list = problems.join("; ");
  throw unknown.length > 0
    ? new UsageError(list, `It has ${known.join(", ")}.`)
    : new UsageError(
        `wrong hyper-parameters of ${model.name}: ${list}`,
        "`mmkit models <model>` lists the ranges.",
      );
}

function wrongValues(model: ModelDefinition, settings: Settings): readonly string[] {
  try {
    resolveHyperparameters(model, settings);
    return [];
  } catch (error) {
    if (error instanceof HyperparameterError) return error.problems;
    throw error;
  }
}
