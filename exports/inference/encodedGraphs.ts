import { exportGraphs, type ExportGraph, type Precision } from "../../runtime/serving/exportFormat.js";
import type { PrecisionContents } from "../../runtime/serving/writeExport.js";
import { encodeModel, type ExternalPlace } from "../../src/onnx/encode.js";
import type { OnnxModel, OnnxTensor } from "../../src/onnx/model.js";
import type { FinalVectors } from "../inferenceVectors.js";
import type { FoldInRule } from "./foldInRule.js";
import { servedModel, servingGraph } from "./servingGraphs.js";

/** A graph's constants, in bytes, that may stand in its file: protobuf ends at 2 GB, and the nodes need a little. */
export const LARGEST_GRAPH = 2 ** 31 - 2 ** 20;

function bytesOf({ data }: OnnxTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** `item_vectors.bin`, `item_vectors.int8.bin`. */
function externalFile({ name }: OnnxTensor, precision: Precision): string {
  return precision === "float32" ? `${name}.bin` : `${name}.${precision}.bin`;
}

/** A graph of an export, with the files that it refers to. */
export interface EncodedGraph {
  readonly graph: ExportGraph;
  readonly model: OnnxModel;
  readonly encode: () => Uint8Array;
  readonly externalData: ReadonlyMap<string, Uint8Array>;
}

/**
 * The graphs of one precision, each encoded when it is asked for. Where one has more constants than `externalAbove`
 * bytes, its tables of vectors stand in files of their own, which all such graphs share.
 */
export function encodedGraphs(
  vectors: FinalVectors,
  foldIn: FoldInRule,
  precision: Precision,
  externalAbove = LARGEST_GRAPH,
): EncodedGraph[] {
  const served = servedModel(vectors, foldIn, precision);
  const tables = [served.users.values.name, served.items.values.name];
  const placeOf = (values: OnnxTensor): ExternalPlace => ({
    file: externalFile(values, precision),
    offset: 0,
    length: values.data.byteLength,
  });
  return exportGraphs.map((graph) => {
    const model = servingGraph(graph, served);
    const { initializers } = model.graph;
    const bytes = initializers.reduce((sum, { data }) => sum + data.byteLength, 0);
    const outside = bytes > externalAbove ? initializers.filter(({ name }) => tables.includes(name)) : [];
    const places = new Map(outside.map((values) => [values.name, placeOf(values)]));
    return {
      graph,
      model,
      encode: () => encodeModel(model, places),
      externalData: new Map(outside.map((values) => [placeOf(values).file, bytesOf(values)])),
    };
  });
}

/** The graphs of one precision for an export folder. */
export function precisionContents(graphs: readonly EncodedGraph[]): PrecisionContents {
  return {
    graphs: Object.fromEntries(
      graphs.map(({ graph, encode }) => [graph, encode]),
    ) as PrecisionContents["graphs"],
    externalData: new Map(graphs.flatMap(({ externalData }) => [...externalData])),
  };
}
