import { resolve } from "node:path";
import { buildArtifacts } from "../../exports/artifacts.js";
import { modelSearchSpace } from "../../exports/searchSpace.js";
import type { ComputeSettings, TrainingSettings } from "../../runtime/training/trainingOptions.js";
import type { MethodName } from "../../runtime/tuning/searchMethod.js";
import { StudyFolderError } from "../../runtime/tuning/studyFiles.js";
import { StudyFolder, type StudyConfig } from "../../runtime/tuning/studyFolder.js";
import type { TuneOptions } from "../../runtime/tuning/tuneOptions.js";
import type { ModelDefinition } from "../authoring/model.js";
import { datasetSettings } from "./datasetModalities.js";
import { chosenSettings } from "./modelOptions.js";
import { searchedSpace } from "./searchedSpace.js";
import type { ResolvedSetting } from "./settings.js";
import { UsageError } from "./usageError.js";

/** What `mmkit tune` was given. */
interface GivenSearch {
  readonly data: string | undefined;
  readonly out: string;
  readonly space: readonly string[];
  readonly method: MethodName | undefined;
  readonly trials: number | undefined;
  readonly parallel: number | undefined;
  readonly ahead: number | undefined;
  readonly set: readonly string[];
  readonly config: string | undefined;
  readonly resume: boolean;
  readonly force: boolean;
}

export interface SearchOrder {
  readonly options: TuneOptions;
  /** Hyper-parameters that all trials share, and where they come from. */
  readonly shared: readonly ResolvedSetting[];
}

/**
 * What to search: as given, and, in a search that goes on, as it was where nothing is given.
 *
 * @throws UsageError, StudyFolderError if there is no search to continue or it is another model's, DatasetError for a
 *   modality that the dataset does not have
 */
export async function searchOrder(
  model: ModelDefinition,
  given: GivenSearch,
  training: Partial<TrainingSettings & ComputeSettings>,
): Promise<SearchOrder> {
  const { out, resume, force, set, config } = given;
  const earlier = resume ? await earlierStudy(out, model) : undefined;
  const data = given.data ?? earlier?.datasetFolder;
  if (data === undefined) throw new UsageError("--data is missing", "`mmkit tune --help` explains it.");
  const space =
    earlier !== undefined && given.space.length === 0
      ? modelSearchSpace(model, earlier.identity.space)
      : await searchedSpace(model, given.space);
  const chosen = await chosenSettings(model, { set, config }, async (own) => {
    if (earlier !== undefined) return { values: earlier.identity.hyperparameters, source: "run" };
    const { values, source } = await datasetSettings(model, own, data);
    const unsearched = Object.entries(values).filter(([name]) => !Object.hasOwn(space, name));
    return { values: Object.fromEntries(unsearched), source };
  });
  const trials = given.trials ?? earlier?.trials ?? undefined;
  const ahead = given.ahead ?? earlier?.identity.ahead;
  const options: TuneOptions = {
    build: (hyperparameters) => buildArtifacts(model, hyperparameters),
    space,
    hyperparameters: chosen.given,
    method: given.method ?? earlier?.identity.method ?? "tpe",
    training: { ...earlier?.identity.training, ...training },
    dataset: resolve(data),
    out,
    resume,
    force,
    ...(trials === undefined ? {} : { trials }),
    ...(ahead === undefined ? {} : { ahead }),
    ...(given.parallel === undefined ? {} : { parallel: given.parallel }),
  };
  return { options, shared: chosen.resolved.filter(({ name }) => !Object.hasOwn(space, name)) };
}

async function earlierStudy(out: string, model: ModelDefinition): Promise<StudyConfig> {
  const study = await new StudyFolder(out).readConfig();
  if (study.identity.model === model.name) return study;
  throw new StudyFolderError(
    out,
    `the search is for ${study.identity.model}, not ${model.name}`,
    "Continue it with its own model, or search in another folder.",
  );
}
