import type { DeviceRequest } from "../../runtime/artifacts/device.js";
import type { Json } from "../../runtime/artifacts/manifest.js";
import { loadDataset, type Dataset } from "../../runtime/data/dataset.js";
import type { ExportContents } from "../../runtime/serving/writeExport.js";
import { checkSameDataset, readRun, type FinishedRun } from "../inferenceRun.js";
import { finalVectors, type TrainedVectors } from "../inferenceVectors.js";

/** What every target of an export is asked for. */
export interface ExportSource {
  /** Folder of a training run. */
  readonly run: string;
  /** Folder to write; an export that is there is replaced. */
  readonly out: string;
  /** The dataset's folder if it is not where it was during training. */
  readonly dataset?: string;
  readonly device?: DeviceRequest;
  /** Threads within an operation; onnxruntime's default if absent. */
  readonly threads?: number;
  /** Told why a device was taken if `auto` was asked for. */
  readonly onNote?: (note: string) => void;
}

/** A training run with the vectors it serves with. */
export interface PreparedExport {
  readonly run: FinishedRun;
  readonly dataset: Dataset;
  readonly vectors: TrainedVectors;
  readonly description: Omit<ExportContents["description"], "foldIn">;
}

/**
 * Reads a run and computes the final vectors of its best epoch.
 *
 * @param withTower make what the item tower takes too
 * @throws RunFolderError, ArtifactError, CheckpointError, DatasetError and what making the vectors throws
 */
export async function prepareExport(options: ExportSource, withTower: boolean): Promise<PreparedExport> {
  const run = await readRun(options.run, options.dataset === undefined ? {} : { dataset: options.dataset });
  const dataset = await loadDataset(run.dataset);
  checkSameDataset(run, dataset);
  const { artifacts, checkpoint } = run;
  const { record } = checkpoint;
  const vectors = await finalVectors(artifacts, checkpoint, dataset, { ...options, withTower });
  const source: Record<string, Json> = {
    hyperparameters: record.hyperparameters,
    manifestSha256: artifacts.sha256,
    dataset: dataset.name,
    datasetChecksum: dataset.checksum,
    seed: record.seed,
    epoch: record.epoch,
    metrics: record.history.at(-1)?.metrics ?? null,
  };
  const description = {
    model: artifacts.manifest.model,
    title: artifacts.manifest.title,
    users: dataset.users,
    items: dataset.items,
    dim: vectors.users.dim,
    source,
  };
  return { run, dataset, vectors, description };
}
