import {
  exportFiles,
  exportSignatures,
  type ExportGraph,
  type ExportSignature,
  type Precision,
} from "../../runtime/serving/exportFormat.js";
import type { OnnxModel, OnnxTensor, OnnxValueInfo } from "../../src/onnx/model.js";
import { MASKED_SCORE } from "../dataGraphs.js";
import type { FinalVectors } from "../inferenceVectors.js";
import { writeFoldIn, type FoldInRule } from "./foldInRule.js";
import { GraphWriter } from "./graphWriter.js";
import { storedVectors, storeTable, writeProducts, writeRows, type StoredTable } from "./storedTable.js";

/** What the graphs of a trained model serve with, in one precision. */
export interface ServedModel {
  readonly users: StoredTable;
  readonly items: StoredTable;
  readonly foldIn: FoldInRule;
}

/** @param tileValues see `storeTable` */
export function servedModel(
  { users, items }: FinalVectors,
  foldIn: FoldInRule,
  precision: Precision,
  tileValues?: number,
): ServedModel {
  return {
    users: storeTable("user_vectors", users, precision, tileValues),
    items: storeTable("item_vectors", items, precision, tileValues),
    foldIn,
  };
}

/** The graph's inputs and outputs as the contract has them, the length of the vectors filled in. */
function open(graph: ExportGraph, dim: number) {
  const { inputs, outputs }: ExportSignature = exportSignatures[graph];
  const infos = (tensors: ExportSignature["inputs"]): OnnxValueInfo[] =>
    Object.entries(tensors).map(([name, { dtype, dims }]) => ({
      name,
      dtype,
      dims: dims.map((size) => (size === "dim" ? dim : size)),
    }));
  const writer = new GraphWriter(exportFiles[graph].replace(/\.onnx$/, ""));
  for (const { name, dtype, dims } of infos(inputs)) writer.input(name, dtype, dims);
  return { writer, finish: (): OnnxModel => writer.model(infos(outputs)) };
}

/** Scores [block, item] with `pairs` int64 [pair, 2] put last, to the top `k`: ties go to the lower item id. */
function writeTopK(writer: GraphWriter, scores: string, pairs: string): void {
  const count = writer.size("pair_count", pairs, 0);
  const fills = writer.node("masked_scores", "Expand", [writer.float(MASKED_SCORE), count]);
  const left = writer.node("candidate_scores", "ScatterND", [scores, pairs, fills]);
  writer.node(["scores", "items"], "TopK", [left, "k"]);
}

function recommend({ users, items }: ServedModel): OnnxModel {
  const { writer, finish } = open("recommend", items.dim);
  const vectors = writeRows(writer, users, "user_ids", "users");
  writeTopK(writer, writeProducts(writer, items, vectors, "all_scores"), "seen");
  return finish();
}

function score({ users, items }: ServedModel): OnnxModel {
  const { writer, finish } = open("score", items.dim);
  const left = writeRows(writer, users, "user_ids", "users");
  const right = writeRows(writer, items, "item_ids", "items");
  const product = writer.node("products", "Mul", [left, right]);
  writer.node("scores", "ReduceSum", [product, writer.ints(1)], { keepdims: 0 });
  return finish();
}

/** 1 / ‖v‖ of every stored row, 0 for a row of zeros, which is like nothing. */
function inverseNorms(table: StoredTable): OnnxTensor {
  const { rows, dim, data } = storedVectors(table);
  const norms = Float32Array.from({ length: rows }, (_, row) =>
    Math.hypot(...data.subarray(row * dim, (row + 1) * dim)),
  );
  const inverse = norms.map((norm) => (norm === 0 ? 0 : 1 / norm));
  return { name: "item_inverse_norms", dtype: "float32", dims: [rows], data: inverse };
}

function similar({ items }: ServedModel): OnnxModel {
  const { writer, finish } = open("similar", items.dim);
  const norms = writer.constant(inverseNorms(items));
  const own = writer.node("own_norms", "Unsqueeze", [
    writer.node("own_norm", "Gather", [norms, "item_ids"]),
    writer.ints(1),
  ]);
  const unit = writer.node("units", "Mul", [writeRows(writer, items, "item_ids", "queries"), own]);
  const cosines = writer.node("cosines", "Mul", [writeProducts(writer, items, unit, "products"), norms]);
  // The item itself, as the pairs (row, item) that are left out.
  const zero = writer.constant({ name: "int64/0", dtype: "int64", dims: [], data: BigInt64Array.of(0n) });
  const one = writer.constant({ name: "int64/1", dtype: "int64", dims: [], data: BigInt64Array.of(1n) });
  const count = writer.node("block", "Squeeze", [writer.size("block_size", "item_ids", 0)]);
  const column = (name: string, value: string): string =>
    writer.node(name, "Unsqueeze", [value, writer.ints(1)]);
  const rows = column("row_column", writer.node("block_rows", "Range", [zero, count, one]));
  const ids = column("id_column", writer.cast("wide_ids", "item_ids", "int64"));
  writeTopK(writer, cosines, writer.node("own_pairs", "Concat", [rows, ids], { axis: 1 }));
  return finish();
}

function foldIn({ items, foldIn: rule }: ServedModel): OnnxModel {
  const { writer, finish } = open("foldIn", items.dim);
  const vectors = writeFoldIn(writer, items, rule, "liked", "vectors");
  writeTopK(writer, writeProducts(writer, items, vectors, "all_scores"), "seen");
  return finish();
}

function rank({ items }: ServedModel): OnnxModel {
  const { writer, finish } = open("rank", items.dim);
  writeTopK(writer, writeProducts(writer, items, "vectors", "all_scores"), "seen");
  return finish();
}

const graphs: Readonly<Record<ExportGraph, (model: ServedModel) => OnnxModel>> = {
  recommend,
  score,
  similar,
  foldIn,
  rank,
};

/** The ONNX graph of that name with the model's vectors as constants. */
export function servingGraph(graph: ExportGraph, model: ServedModel): OnnxModel {
  return graphs[graph](model);
}
