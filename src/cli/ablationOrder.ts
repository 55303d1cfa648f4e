import { resolve } from "node:path";
import { buildArtifacts, type ArtifactSet } from "../../exports/artifacts.js";
import { AblationFolder, type AblationConfig } from "../../runtime/ablation/ablationFolder.js";
import type { AblationOptions } from "../../runtime/ablation/ablationOptions.js";
import type { Correction } from "../../runtime/ranking/multipleComparisons.js";
import type { ComputeSettings, TrainingSettings } from "../../runtime/training/trainingOptions.js";
import { StudyFolderError } from "../../runtime/tuning/studyFiles.js";
import type { ModelDefinition } from "../authoring/model.js";
import { plannedAblation } from "./ablationTables.js";
import { datasetSettings } from "./datasetModalities.js";
import { chosenSettings } from "./modelOptions.js";
import type { ResolvedSetting, Settings } from "./settings.js";
import { UsageError } from "./usageError.js";

/** What `mmkit ablate` was given. */
interface GivenAblation {
  readonly data: string | undefined;
  readonly out: string;
  readonly table: readonly string[];
  readonly seeds: readonly number[] | undefined;
  readonly metrics: readonly string[] | undefined;
  readonly correction: Correction;
  readonly set: readonly string[];
  readonly config: string | undefined;
  readonly resume: boolean;
  readonly force: boolean;
}

export interface AblationOrder {
  readonly options: AblationOptions;
  /** Hyper-parameters that all rows share, and where they come from. */
  readonly shared: readonly ResolvedSetting[];
  /** Rows that are left out, a sentence each. */
  readonly notes: readonly string[];
}

const defaultSeeds = [1, 2, 3];

/**
 * What to train: as given, and, in an ablation that goes on, as it was where nothing is given.
 *
 * @throws UsageError, StudyFolderError if there is no ablation to continue or it is another model's, DatasetError for a
 *   modality that the dataset does not have
 */
export async function ablationOrder(
  model: ModelDefinition,
  given: GivenAblation,
  training: Partial<TrainingSettings & ComputeSettings>,
): Promise<AblationOrder> {
  const { out, resume, force, set, config, metrics, correction } = given;
  const earlier = resume ? await earlierAblation(out, model) : undefined;
  const data = given.data ?? earlier?.datasetFolder;
  if (data === undefined) throw new UsageError("--data is missing", "`mmkit ablate --help` explains it.");
  const chosen = await chosenSettings(model, { set, config }, (own) =>
    earlier === undefined
      ? datasetSettings(model, own, data)
      : Promise.resolve({ values: earlier.identity.hyperparameters, source: "run" }),
  );
  const build = onceEach((settings) => buildArtifacts(model, settings));
  const wanted = given.table.length > 0 ? given.table : (earlier?.tables ?? []);
  const { tables, variants, notes } = plannedAblation(model, chosen.given, wanted, build);
  const options: AblationOptions = {
    build,
    hyperparameters: chosen.given,
    variants,
    tables,
    seeds: given.seeds ?? earlier?.seeds ?? defaultSeeds,
    training: { ...earlier?.identity.training, ...training },
    dataset: resolve(data),
    out,
    ...(metrics === undefined ? {} : { metrics }),
    correction,
    resume,
    force,
  };
  return { options, shared: chosen.resolved, notes };
}

/** Compiles each set of hyper-parameters once. */
function onceEach(build: (settings: Settings) => ArtifactSet): (settings: Settings) => ArtifactSet {
  const known = new Map<string, ArtifactSet>();
  return (settings) => {
    const key = JSON.stringify(Object.entries(settings).toSorted());
    const compiled = known.get(key) ?? build(settings);
    known.set(key, compiled);
    return compiled;
  };
}

async function earlierAblation(out: string, model: ModelDefinition): Promise<AblationConfig> {
  const ablation = await new AblationFolder(out).readConfig();
  if (ablation.identity.model === model.name) return ablation;
  throw new StudyFolderError(
    out,
    `the study is of ${ablation.identity.model}, not ${model.name}`,
    "Continue it with its own model, or work in another folder.",
  );
}
