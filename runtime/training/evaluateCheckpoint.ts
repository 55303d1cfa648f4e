import type { DeviceRequest } from "../artifacts/device.js";
import { loadArtifacts } from "../artifacts/loadArtifacts.js";
import type { RankingReport } from "../ranking/evaluateRanking.js";
import type { NdcgIdeal } from "../ranking/metrics.js";
import { checkCheckpoint, CheckpointError, loadCheckpoint, type CheckpointRecord } from "./checkpoint.js";
import type { BufferEvent, ChunkEvent, EngineInfo, EvaluationRequest } from "./engine.js";
import type { OpenEngine } from "./trainer.js";
import { WorkerEngine } from "./workerEngine.js";

export interface EvaluateOptions {
  /** Artifact folder. */
  readonly artifacts: string;
  /** Folder of the dataset that the checkpoint was trained on. */
  readonly dataset: string;
  /** Checkpoint folder, such as `<run>/checkpoints/best`. */
  readonly checkpoint: string;
  readonly split: "valid" | "test";
  readonly cutoffs: readonly number[];
  readonly ndcgIdeal?: NdcgIdeal;
  readonly maskValidationAtTest?: boolean;
  readonly device?: DeviceRequest;
  /** Threads within an operation; onnxruntime's default if absent. */
  readonly threads?: number;
  readonly onProgress?: (event: BufferEvent | ChunkEvent) => void;
  readonly signal?: AbortSignal;
}

export interface CheckpointEvaluation {
  readonly record: CheckpointRecord;
  readonly info: EngineInfo;
  readonly model: RankingReport;
  /** The baseline on the same targets. */
  readonly popularity: RankingReport;
  /** Targets without training interactions, ranked among all items and among themselves; null if there are none. */
  readonly cold: { readonly amongAll: RankingReport; readonly amongCold: RankingReport } | null;
}

/**
 * Full ranking with the parameters of a checkpoint.
 *
 * @returns null if the signal came before everything was loaded
 * @throws ArtifactError, CheckpointError, SafetensorsError, DatasetError …, RankingError
 */
export async function evaluateCheckpoint(
  options: EvaluateOptions,
  openEngine: OpenEngine = (...parameters) => WorkerEngine.open(...parameters),
): Promise<CheckpointEvaluation | null> {
  const artifacts = await loadArtifacts(options.artifacts);
  const checkpoint = await loadCheckpoint(options.checkpoint);
  checkCheckpoint(options.checkpoint, checkpoint, artifacts);
  const { record, state } = checkpoint;
  const engine = await openEngine(
    {
      artifacts,
      dataset: options.dataset,
      seed: record.seed,
      device: options.device ?? "cpu",
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    },
    options.onProgress ?? ((): void => undefined),
    options.signal,
  );
  if (engine === null) return null;
  try {
    const { info } = engine;
    if (info.dataset.checksum !== record.datasetChecksum) {
      throw new CheckpointError(
        options.checkpoint,
        `it was trained on a dataset with checksum ${record.datasetChecksum}, but ${options.dataset} has ${info.dataset.checksum}`,
        "Give the dataset it was trained on.",
      );
    }
    await engine.writeState({ tensors: state, steps: record.steps });
    const request: EvaluationRequest = {
      split: options.split,
      cutoffs: options.cutoffs,
      ndcgIdeal: options.ndcgIdeal ?? "targets",
      maskValidationAtTest: options.maskValidationAtTest === true,
      ranker: "model",
      epoch: record.epoch,
    };
    const model = await engine.evaluate(request);
    const popularity = await engine.evaluate({ ...request, ranker: "popularity" });
    const amongAll = await engine.evaluate({ ...request, coldItems: "all" });
    if (amongAll.users === 0) return { record, info, model, popularity, cold: null };
    const amongCold = await engine.evaluate({ ...request, coldItems: "subset" });
    return { record, info, model, popularity, cold: { amongAll, amongCold } };
  } finally {
    await engine.close();
  }
}
