import type { DeviceRequest } from "../artifacts/device.js";
import { loadArtifacts } from "../artifacts/loadArtifacts.js";
import type { RankingReport } from "../ranking/evaluateRanking.js";
import { defaultGroups, type GroupReport, type GroupSettings } from "../ranking/groups.js";
import type { NdcgIdeal } from "../ranking/metrics.js";
import { checkCheckpoint, engineState, loadCheckpoint, type CheckpointRecord } from "./checkpoint.js";
import { checkSameDataset } from "./checkSameDataset.js";
import { EmptySplitError } from "./emptySplitError.js";
import type { BufferEvent, ChunkEvent, EngineInfo } from "./engine.js";
import type { EvaluationRequest } from "./evaluateDataset.js";
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
  /** Measure AUC too, for which all items are put in order; if absent, on the test split as training does. */
  readonly auc?: boolean;
  /** How users are grouped. */
  readonly groups?: GroupSettings;
  readonly device?: DeviceRequest;
  /** Threads within an operation; onnxruntime's default if absent. */
  readonly threads?: number;
  /** Bytes of memory that may be used; what is free if absent. */
  readonly memory?: number;
  readonly onProgress?: (event: BufferEvent | ChunkEvent) => void;
  readonly signal?: AbortSignal;
}

/** A model beside popularity: the same users, targets and candidates. */
export interface RankingComparison {
  readonly model: RankingReport;
  readonly popularity: RankingReport;
}

export interface CheckpointEvaluation extends RankingComparison {
  readonly record: CheckpointRecord;
  readonly info: EngineInfo;
  /** Only targets without training interactions; null if the split has none. */
  readonly cold: {
    /** Every item is a candidate, so that cold items compete with those the model was trained on. */
    readonly amongAll: { readonly model: GroupReport; readonly popularity: GroupReport };
    /** Only cold items are candidates. Popularity counts 0 for all of them and orders them by id. */
    readonly amongCold: RankingComparison;
  } | null;
}

/**
 * Full ranking with the parameters of a checkpoint.
 *
 * @returns null if the signal came before everything was loaded
 * @throws EmptySplitError, ArtifactError, CheckpointError, SafetensorsError, DatasetError …, RankingError
 */
export async function evaluateCheckpoint(
  options: EvaluateOptions,
  openEngine: OpenEngine = (...parameters) => WorkerEngine.open(...parameters),
): Promise<CheckpointEvaluation | null> {
  const artifacts = await loadArtifacts(options.artifacts);
  const checkpoint = await loadCheckpoint(options.checkpoint);
  checkCheckpoint(options.checkpoint, checkpoint, artifacts);
  const { record } = checkpoint;
  const engine = await openEngine(
    {
      artifacts,
      dataset: options.dataset,
      seed: record.seed,
      device: options.device ?? "cpu",
      trains: false,
      ...(options.threads === undefined ? {} : { threads: options.threads }),
      ...(options.memory === undefined ? {} : { memory: options.memory }),
    },
    options.onProgress ?? ((): void => undefined),
    options.signal,
  );
  if (engine === null) return null;
  try {
    const { info } = engine;
    checkSameDataset(options.checkpoint, record, { ...info.dataset, folder: options.dataset });
    if (info.dataset.counts[options.split] === 0) throw new EmptySplitError(info.dataset.name, options.split);
    await engine.writeState(engineState(checkpoint));
    const compare = async (changes: Partial<EvaluationRequest>): Promise<RankingComparison> => {
      const request = {
        split: options.split,
        cutoffs: options.cutoffs,
        ndcgIdeal: options.ndcgIdeal ?? "targets",
        maskValidationAtTest: options.maskValidationAtTest === true,
        auc: options.auc ?? options.split === "test",
        ...changes,
      };
      return {
        model: await engine.evaluate({ ...request, ranker: "model" }),
        popularity: await engine.evaluate({ ...request, ranker: "popularity" }),
      };
    };
    const all = await compare({ groups: options.groups ?? defaultGroups });
    const model = coldItemsOf(all.model);
    const popularity = coldItemsOf(all.popularity);
    if (model === undefined || popularity === undefined) return { record, info, ...all, cold: null };
    const amongCold = await compare({ onlyColdItems: true });
    return { record, info, ...all, cold: { amongAll: { model, popularity }, amongCold } };
  } finally {
    await engine.close();
  }
}

function coldItemsOf({ groups }: RankingReport): GroupReport | undefined {
  return groups.find(({ group }) => group.kind === "coldItems");
}
