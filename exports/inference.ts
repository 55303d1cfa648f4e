import { chooseDevice } from "../runtime/artifacts/device.js";
import { graphFile } from "../runtime/artifacts/loadArtifacts.js";
import type { ExportDescription, Precision } from "../runtime/serving/exportFormat.js";
import { loadExport } from "../runtime/serving/loadExport.js";
import { writeExport, type ExportContents } from "../runtime/serving/writeExport.js";
import { bakedTower } from "./inference/bakedTower.js";
import { encodedGraphs, precisionContents } from "./inference/encodedGraphs.js";
import { fitFoldIn } from "./inference/foldInRule.js";
import { visitorGraphs } from "./inference/visitorGraphs.js";
import { checkLoss, measureExport } from "./inference/measureExport.js";
import { titlesOf } from "./itemTitles.js";
import { prepareExport, type ExportSource } from "./inference/preparedExport.js";

export interface InferenceExportOptions extends ExportSource {
  /** Precisions to write beside float32, each measured with it. */
  readonly quantize?: readonly Exclude<Precision, "float32">[];
  /** Largest share of float32's Recall@20 that a precision may lose; 0.01 by default. */
  readonly largestLoss?: number;
  /** Keep the vectors in files of their own, which the graphs share; without it only above 2 GB. */
  readonly externalData?: boolean;
}

const LARGEST_LOSS = 0.01;

/** Bytes of item vectors beyond which nobody downloads them to train with in a page. */
const LARGEST_PAGE = 2 ** 28;

/**
 * Writes a trained model for serving: the graphs with the final vectors of the best epoch as constants, each user's
 * training items (to leave out), the items' titles, the owner's keys and export.json.
 *
 * @returns the description that was written
 * @throws RunFolderError, ArtifactError, CheckpointError, DatasetError, PrecisionLossError and what making the vectors
 *   throws; the folder then is as it was
 */
export async function exportInference(options: InferenceExportOptions): Promise<ExportDescription> {
  const { run, dataset, vectors, description } = await prepareExport(options, true);
  const { quantize = [], threads } = options;
  const titles = titlesOf(dataset);
  const foldIn = fitFoldIn(vectors, dataset);
  const externalAbove = options.externalData === true ? 0 : undefined;
  const graphs = (precision: Precision) =>
    precisionContents(encodedGraphs(vectors, foldIn, precision, externalAbove));
  const itemTower = await bakedTower(run.artifacts, vectors.inputs, dataset, externalAbove);
  const contents: ExportContents = {
    description: { ...description, foldIn: { ridge: foldIn.ridge } },
    precisions: {
      float32: graphs("float32"),
      ...Object.fromEntries(quantize.map((precision) => [precision, graphs(precision)])),
    },
    ...(itemTower === undefined ? {} : { itemTower }),
    ...(vectors.items.data.byteLength > LARGEST_PAGE
      ? {}
      : { personalise: visitorGraphs(vectors.items, ["float32", ...quantize]) }),
    seen: dataset.train,
    ...(titles === undefined ? {} : { titles }),
    ...(dataset.keys.items === null ? {} : { itemKeys: dataset.keys.items.keys() }),
    ...(dataset.keys.users === null ? {} : { userKeys: dataset.keys.users.keys() }),
  };
  const measure = async (written: ExportDescription, folder: string) => {
    if (quantize.length === 0) return {};
    const { device } = await chooseDevice(options.device ?? "cpu", graphFile(run.artifacts, "embed"));
    const compute = { device, ...(threads === undefined ? {} : { threads }) };
    const measured = await measureExport(folder, written, dataset, compute);
    checkLoss(measured, options.largestLoss ?? LARGEST_LOSS);
    return measured;
  };
  await writeExport(options.out, contents, measure);
  return (await loadExport(options.out)).description;
}
