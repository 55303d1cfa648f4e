import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Artifacts } from "../../runtime/artifacts/artifacts.js";
import { requireModality, type Dataset } from "../../runtime/data/dataset.js";
import type { HostTensor } from "../../runtime/data/hostTensor.js";
import { imputeFeatures } from "../../runtime/data/imputeFeatures.js";
import { exportFiles } from "../../runtime/serving/exportFormat.js";
import type { ExportContents } from "../../runtime/serving/writeExport.js";
import { knownFeatures } from "../../src/authoring/itemTower.js";
import { decodeModel } from "../../src/onnx/decode.js";
import { encodeModel, type ExternalPlace } from "../../src/onnx/encode.js";
import type { OnnxModel, OnnxTensor } from "../../src/onnx/model.js";
import { bakeInputs } from "./bakeInputs.js";
import { LARGEST_GRAPH } from "./encodedGraphs.js";

/** Constants below this stay in the graph's file. */
const LARGE = 2 ** 16;

function bytesOf({ data }: OnnxTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The graph's bytes, and the large constants one after another in a file if there are more than `externalAbove` bytes. */
function encodeTower(model: OnnxModel, externalAbove: number) {
  const { initializers } = model.graph;
  const total = initializers.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (total <= externalAbove)
    return { graph: encodeModel(model), externalData: new Map<string, Uint8Array>() };
  const file = exportFiles.itemTower.replace(/\.onnx$/, ".bin");
  const places = new Map<string, ExternalPlace>();
  let offset = 0;
  const outside = initializers.filter(({ data }) => data.byteLength > LARGE);
  for (const { name, data } of outside) {
    places.set(name, { file, offset, length: data.byteLength });
    offset += data.byteLength;
  }
  const bytes = new Uint8Array(offset);
  for (const constant of outside) bytes.set(bytesOf(constant), places.get(constant.name)!.offset);
  return {
    graph: encodeModel(model, places),
    externalData: new Map(outside.length === 0 ? [] : [[file, bytes]]),
  };
}

/** The features of all items, missing ones at the mean of the others. */
function featureTensor(dataset: Dataset, modality: string): OnnxTensor {
  const found = requireModality(dataset, modality);
  const data = imputeFeatures(found, "mean", dataset.train);
  return { name: knownFeatures(modality), dtype: "float32", dims: [found.rows, found.size], data };
}

/** An item tower that needs nothing but features of new items. */
export type BakedTower = NonNullable<ExportContents["itemTower"]> & {
  readonly model: OnnxModel;
  readonly externalData: ReadonlyMap<string, Uint8Array>;
};

/**
 * The item tower of a trained model, all that it takes but the features of new items made constant; undefined for a model
 * without one.
 *
 * @param tensors parameters and buffers by name, at least those that the tower takes
 * @param externalAbove bytes of constants that may stand in the graph's file
 * @throws OnnxError if the graph of the artifacts cannot be read, DatasetError if the dataset lacks a modality
 */
export async function bakedTower(
  { folder, manifest: { itemTower: tower } }: Artifacts,
  tensors: ReadonlyMap<string, HostTensor>,
  dataset: Dataset,
  externalAbove = LARGEST_GRAPH,
): Promise<BakedTower | undefined> {
  if (tower === undefined) return undefined;
  const model = decodeModel(await readFile(join(folder, tower.graph.file)));
  const modalities = tower.modalities.map((name) => ({ name, columns: requireModality(dataset, name).size }));
  const constants = tower.graph.inputs.flatMap(({ name }): OnnxTensor[] => {
    const modality = tower.modalities.find((candidate) => name === knownFeatures(candidate));
    if (modality !== undefined) return [featureTensor(dataset, modality)];
    const tensor = tensors.get(name);
    return tensor === undefined ? [] : [{ name, ...tensor }];
  });
  const { graph, metadata } = bakeInputs(model, constants);
  const columns = new Map(modalities.map(({ name, columns: size }) => [`${name}_feature`, size]));
  const sized = (dims: OnnxModel["graph"]["inputs"][number]["dims"]) =>
    dims.map((size) => (typeof size === "string" ? (columns.get(size) ?? size) : size));
  const fixed = {
    ...graph,
    name: "item_tower",
    inputs: graph.inputs.map((info) => ({ ...info, dims: sized(info.dims) })),
  };
  const sizedModel = { graph: fixed, metadata };
  return { modalities, model: sizedModel, ...encodeTower(sizedModel, externalAbove) };
}
