import type { DeviceRequest } from "../runtime/artifacts/device.js";
import type { Json } from "../runtime/artifacts/manifest.js";
import { loadDataset, type Dataset } from "../runtime/data/dataset.js";
import { exportGraphs, type ExportDescription, type ExportGraph } from "../runtime/serving/exportFormat.js";
import { loadExport } from "../runtime/serving/loadExport.js";
import { writeExport } from "../runtime/serving/writeExport.js";
import { encodeModel } from "../src/onnx/encode.js";
import { meanOfLiked } from "./inference/foldInRule.js";
import { servedModel, servingGraph } from "./inference/servingGraphs.js";
import { checkSameDataset, readRun } from "./inferenceRun.js";
import { finalVectors } from "./inferenceVectors.js";

export interface InferenceExportOptions {
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

/** Columns of items.tsv that name an item for people, the best first. */
const titleColumns = ["title", "name"];

/** [item] titles, empty where one is missing; undefined if the dataset has none. */
function titlesOf({ itemTable, items }: Dataset): readonly string[] | undefined {
  const column = titleColumns.find((name) => itemTable?.columns.includes(name) === true);
  if (itemTable === null || column === undefined) return undefined;
  return Array.from({ length: items }, (_, item) => itemTable.text(column, item) ?? "");
}

/**
 * Writes a trained model for serving: the graphs with the final vectors of the best epoch as
 * constants, each user's training items (to leave out), the items' titles, the owner's keys and export.json.
 *
 * @returns the description that was written
 * @throws RunFolderError, ArtifactError, CheckpointError, DatasetError and what making the vectors throws; the folder
 *   then is as it was
 */
export async function exportInference(options: InferenceExportOptions): Promise<ExportDescription> {
  const run = await readRun(options.run, options.dataset === undefined ? {} : { dataset: options.dataset });
  const dataset = await loadDataset(run.dataset);
  checkSameDataset(run, dataset);
  const { artifacts, checkpoint } = run;
  const { record } = checkpoint;
  const vectors = await finalVectors(artifacts, checkpoint, dataset, options);
  const titles = titlesOf(dataset);
  const source: Record<string, Json> = {
    hyperparameters: record.hyperparameters,
    manifestSha256: artifacts.sha256,
    dataset: dataset.name,
    datasetChecksum: dataset.checksum,
    seed: record.seed,
    epoch: record.epoch,
    metrics: record.history.at(-1)?.metrics ?? null,
  };
  const served = servedModel(vectors, meanOfLiked, "float32");
  const graphs = Object.fromEntries(
    exportGraphs.map((graph) => [graph, encodeModel(servingGraph(graph, served))]),
  ) as Record<ExportGraph, Uint8Array>;
  await writeExport(options.out, {
    description: {
      model: artifacts.manifest.model,
      title: artifacts.manifest.title,
      users: dataset.users,
      items: dataset.items,
      dim: vectors.users.dim,
      source,
    },
    precisions: { float32: { graphs } },
    seen: dataset.train,
    ...(titles === undefined ? {} : { titles }),
    ...(dataset.keys.items === null ? {} : { itemKeys: dataset.keys.items.keys() }),
    ...(dataset.keys.users === null ? {} : { userKeys: dataset.keys.users.keys() }),
  });
  return (await loadExport(options.out)).description;
}
