import { loadArtifacts } from "../artifacts/loadArtifacts.js";
import { checkpointBytes, checkRunSpace, checkWritable, userMetricsBytes } from "./checkRunSpace.js";
import type { BufferEvent, ChunkEvent, Engine, EngineOptions } from "./engine.js";
import { describeEnvironment } from "./environment.js";
import { EpochClock } from "./epochClock.js";
import { runConfig } from "./runConfig.js";
import { RunFolder } from "./runFolder.js";
import { RunLock } from "./runLock.js";
import type { TrainingEvent } from "./trainingEvent.js";
import { resolveSettings, type ComputeSettings, type TrainingSettings } from "./trainingOptions.js";
import { TrainingRun, type TrainOutcome } from "./trainingRun.js";
import { WorkerEngine } from "./workerEngine.js";

export interface TrainOptions extends Partial<TrainingSettings & ComputeSettings> {
  /** Artifact folder. */
  readonly artifacts: string;
  /** Dataset folder. */
  readonly dataset: string;
  /** Run folder, made if it is missing. */
  readonly run: string;
  /** Continue the run in the folder from its last checkpoint, or from the beginning if it has none yet. */
  readonly resume?: boolean;
  /** Replace a run in the folder. */
  readonly force?: boolean;
  readonly onProgress?: (event: TrainingEvent) => void;
  /** Interrupts training after the current chunk; the last complete epoch is saved. */
  readonly signal?: AbortSignal;
}

/** Opens the engine that trains; null if the signal came first. */
export type OpenEngine = (
  options: EngineOptions,
  report: (event: ChunkEvent | BufferEvent) => void,
  signal?: AbortSignal,
) => Promise<Engine | null>;

const openWorker: OpenEngine = (options, report, signal) => WorkerEngine.open(options, report, signal);

/**
 * Trains a model from its artifact folder on a dataset folder and writes a run folder: epochs until the last one or
 * early stopping (evaluation.md, section 2), then the test split once with the best epoch's parameters.
 *
 * Only seed, epoch and step decide what is random, so a resumed run gives the same parameters, to the last bit on the
 * same device with the same number of threads, as one that was never interrupted.
 *
 * @throws TrainingSettingsError, RunFolderError (also while another process trains here), ArtifactError, CheckpointError, DeviceError and the errors of
 *   datasets and recipes before anything is changed; NonFiniteLossError, RankingError, GraphRunError from training,
 *   after which checkpoint `last` holds the last good state
 */
export async function train(
  options: TrainOptions,
  openEngine: OpenEngine = openWorker,
): Promise<TrainOutcome> {
  const settings = resolveSettings(options);
  const folder = new RunFolder(options.run);
  const checkStart = (): Promise<unknown> =>
    options.resume === true ? folder.readConfig() : folder.checkFree(options.force === true);
  await RunLock.check(options.run);
  await checkStart();
  await checkWritable(options.run);
  const artifacts = await loadArtifacts(options.artifacts);
  const clock = new EpochClock();
  const report = (event: TrainingEvent): void => {
    clock.observe(event);
    options.onProgress?.(event);
  };
  const engine = await openEngine(
    {
      artifacts,
      dataset: options.dataset,
      seed: settings.seed,
      device: settings.device,
      ...(settings.threads === null ? {} : { threads: settings.threads }),
      ...(settings.stepsPerRun === null ? {} : { stepsPerRun: settings.stepsPerRun }),
      ...(settings.memory === null ? {} : { memory: settings.memory }),
      ...(settings.checkpointMinutes === null ? {} : { pauseAfterSeconds: 60 * settings.checkpointMinutes }),
    },
    report,
    options.signal,
  );
  if (engine === null) return { status: "aborted", epochs: null };
  try {
    const config = runConfig(options, settings, artifacts, engine.info);
    const run = new TrainingRun(folder, artifacts, settings, engine, report, options.signal, clock);
    await checkRunSpace(options.run, {
      checkpoint: checkpointBytes(artifacts.manifest, engine.info),
      userMetrics: userMetricsBytes(engine.info, settings.cutoffs.length),
    });
    const lock = await RunLock.take(options.run);
    try {
      // Another process may have trained here while the engine was opened.
      await checkStart();
      await folder.removeAbandoned();
      const checkpoint = options.resume === true ? await folder.resume(config.decisive) : null;
      if (checkpoint === null) await folder.start(config);
      else await run.continueFrom(checkpoint, config);
      const { seed, threads } = settings;
      const { device } = engine.info;
      await folder.appendEnvironment(
        await describeEnvironment({ epoch: run.completedEpochs, seed, threads, device }),
      );
      return await run.toEnd();
    } finally {
      await lock.release();
    }
  } finally {
    await engine.close();
  }
}
