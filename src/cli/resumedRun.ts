import { RunFolder, RunFolderError } from "../../runtime/training/runFolder.js";
import {
  defaultSettings,
  type ComputeSettings,
  type TrainingSettings,
} from "../../runtime/training/trainingOptions.js";
import type { ModelDefinition } from "../authoring/model.js";
import type { Settings } from "./settings.js";

/** What a run was started with, as far as the command line that resumes it may leave it out. */
export interface ResumedRun {
  /** Of the model's hyper-parameters. */
  readonly hyperparameters: Settings;
  readonly training: Partial<TrainingSettings & ComputeSettings>;
  /** Dataset folder. */
  readonly dataset: string;
}

/**
 * Reads what a run was started with from its config.json.
 *
 * @throws RunFolderError if there is no run, or it trains another model
 */
export async function readResumedRun(run: string, model: ModelDefinition): Promise<ResumedRun> {
  const config = await new RunFolder(run).readConfig();
  const { model: trained, datasetFolder, deviceRequest } = config;
  if (trained !== model.name) {
    throw new RunFolderError(
      run,
      `the run trains ${JSON.stringify(trained ?? null)}, not ${model.name}`,
      "Resume it with its own model, or start a run in another folder.",
    );
  }
  if (typeof datasetFolder !== "string") {
    throw new RunFolderError(
      run,
      "config.json does not say where the dataset is",
      "Start the run again with --force.",
    );
  }
  const own = Object.entries({ ...config, device: deviceRequest });
  const { hyperparameters } = config;
  return {
    hyperparameters: Object.fromEntries(
      Object.entries((hyperparameters ?? {}) as Settings).filter(([name]) =>
        Object.hasOwn(model.hyperparameters, name),
      ),
    ),
    training: Object.fromEntries(
      own.filter(([name, value]) => Object.hasOwn(defaultSettings, name) && value !== undefined),
    ),
    dataset: datasetFolder,
  };
}
