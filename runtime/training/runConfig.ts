import type { Artifacts } from "../artifacts/artifacts.js";
import type { EngineInfo } from "./engine.js";
import { dependsOnEpochs } from "./learningRate.js";
import type { RunConfig } from "./runFolder.js";
import type { ComputeSettings, TrainingSettings } from "./trainingOptions.js";

/**
 * The resolved configuration of a run. What decides its result must not change when it is resumed, or the result would
 * not be that of one run; more epochs may be added unless the learning rate depends on their number.
 *
 * @param folders as the user gave them
 */
export function runConfig(
  folders: { readonly artifacts: string; readonly dataset: string },
  settings: TrainingSettings & ComputeSettings,
  { manifest, sha256 }: Artifacts,
  info: EngineInfo,
): RunConfig {
  const {
    device,
    threads,
    stepsPerRun,
    memory,
    checkpointEvery,
    checkpointMinutes,
    epochs,
    cutoffs,
    ...rest
  } = settings;
  const fixesEpochs = manifest.phases.some((phase) => dependsOnEpochs(phase.learningRate));
  return {
    decisive: {
      model: manifest.model,
      manifestSha256: sha256,
      hyperparameters: manifest.hyperparameters,
      dataset: info.dataset.name,
      datasetChecksum: info.dataset.checksum,
      ...rest,
      cutoffs: [...cutoffs],
      ...(fixesEpochs ? { epochs } : {}),
    },
    other: {
      ...(fixesEpochs ? {} : { epochs }),
      device: info.device,
      deviceRequest: device,
      threads,
      stepsPerRun,
      memory,
      checkpointEvery,
      checkpointMinutes,
      artifactFolder: folders.artifacts,
      datasetFolder: folders.dataset,
      stepsPerEpoch: info.stepsPerEpoch,
      parameterCount: info.parameterCount,
    },
  };
}
