import type { Json } from "../artifacts/manifest.js";

/**
 * What an export folder holds: names of files, signatures of graphs, export.json. Plain data without a dependency, for
 * Node and browsers alike; docs/export-format.md explains it.
 */

export const EXPORT_VERSION = 2;

/** How the vectors are stored in the graphs. */
export const precisions = ["float32", "float16", "int8"] as const;
export type Precision = (typeof precisions)[number];

/** Names of the files of an export folder; graphs of other precisions carry that before the ending. */
export const exportFiles = {
  description: "export.json",
  recommend: "recommend.onnx",
  score: "score.onnx",
  similar: "similar.onnx",
  foldIn: "fold_in.onnx",
  rank: "rank.onnx",
  itemTower: "item_tower.onnx",
  /** Gradient of a visitor's vector; in other precisions with that before the ending. */
  personaliseTraining: "personalise.training_model.onnx",
  personaliseOptimizer: "personalise.optimizer_model.onnx",
  /** Each user's training items: `row_start` int32 [user + 1], `item_ids` int32 [interaction]. */
  seen: "seen.safetensors",
  /** Columns item_id and, where the dataset has them, title and key. */
  items: "items.tsv",
  /** Columns user_id and key. */
  users: "users.tsv",
} as const;

/** An input or output of a graph; dims are sizes or names of what differs from call to call. */
export interface ExportTensor {
  readonly dtype: "float32" | "int32" | "int64";
  readonly dims: readonly (number | string)[];
}

export interface ExportSignature {
  readonly inputs: Readonly<Record<string, ExportTensor>>;
  readonly outputs: Readonly<Record<string, ExportTensor>>;
}

const tensor = (dtype: ExportTensor["dtype"], ...dims: (number | string)[]): ExportTensor => ({
  dtype,
  dims,
});
/** (row of the block, item) of what must not come out; the rows of a pair may be in any order, and repeat. */
const seen = tensor("int64", "pair", 2);
/** Number of items wanted, at most as many as there are. */
const k = tensor("int64", 1);
/** Items by falling score, the lower id first among equals; what was left out comes last, with -3e38. */
const lists = { items: tensor("int64", "block", "k"), scores: tensor("float32", "block", "k") };

/** Inputs and outputs of every graph, the same in every precision; `dim` is the length of the vectors. */
export const exportSignatures = {
  recommend: { inputs: { user_ids: tensor("int32", "block"), seen, k }, outputs: lists },
  /** Dot products of the vectors of users and items, pair by pair. */
  score: {
    inputs: { user_ids: tensor("int32", "pair"), item_ids: tensor("int32", "pair") },
    outputs: { scores: tensor("float32", "pair") },
  },
  /** The nearest other items by cosine; the item itself counts as left out. */
  similar: { inputs: { item_ids: tensor("int32", "block"), k }, outputs: lists },
  /** Liked items of somebody new, rows padded with -1, to a vector among the users' and its ranking. */
  foldIn: {
    inputs: { liked: tensor("int32", "block", "liked"), seen, k },
    outputs: { vectors: tensor("float32", "block", "dim"), ...lists },
  },
  /** The ranking of vectors that somebody else made, among the users'. */
  rank: { inputs: { vectors: tensor("float32", "block", "dim"), seen, k }, outputs: lists },
} as const satisfies Record<string, ExportSignature>;

/** Graphs that every export has, by their names in export.json. */
export type ExportGraph = keyof typeof exportSignatures;
export const exportGraphs = Object.keys(exportSignatures) as readonly ExportGraph[];

/** Input of the item tower: float32 [block, columns] of a modality. */
export function towerInput(modality: string): string {
  return `new_${modality}_features`;
}

/** File of a graph in a precision: `recommend.onnx`, `recommend.int8.onnx`. The tower is float32 always. */
export function graphFileName(graph: ExportGraph, precision: Precision): string {
  return precision === "float32"
    ? exportFiles[graph]
    : exportFiles[graph].replace(/\.onnx$/, `.${precision}.onnx`);
}

/** File of the training graph of visitors' vectors in a precision. */
export function personaliseFile(precision: Precision): string {
  const file = exportFiles.personaliseTraining;
  return precision === "float32" ? file : file.replace(/\.onnx$/, `.${precision}.onnx`);
}

/** Quality of a precision, measured with its recommend.onnx. */
export interface MeasuredQuality {
  readonly split: "valid" | "test";
  /** Users with targets in the split. */
  readonly users: number;
  /** Recall@20 and NDCG@20, their training items left out. */
  readonly metrics: { readonly [metric: string]: number };
}

/** The graphs of one precision. */
export interface PrecisionEntry {
  /** File of every graph. */
  readonly graphs: { readonly [Graph in ExportGraph]: string };
  /**
   * Files with constants that the graphs refer to by these names, empty where every graph is complete by itself.
   * onnxruntime-node finds them beside the graph, onnxruntime-web is handed them as `externalData`.
   */
  readonly externalData: readonly string[];
  /** Bytes of all these files together. */
  readonly bytes: number;
  /** Null where nothing was measured. */
  readonly measured: MeasuredQuality | null;
}

/** Makes vectors of items that were not trained, from their features. */
export interface ItemTowerEntry {
  /** File of the graph: `new_<modality>_features` float32 [block, columns] each to `vectors` float32 [block, dim]. */
  readonly file: string;
  /** As `externalData` of a precision. */
  readonly externalData: readonly string[];
  readonly modalities: readonly { readonly name: string; readonly columns: number }[];
}

/**
 * Trains the vector of somebody new from what they clicked, from their fold-in `start` on; exports/inference/visitorModel.ts
 * has the loss. State: `visitor`, its moments `visitor.m` and `visitor.v`, float32 [1, dim].
 */
export interface PersonaliseEntry {
  /**
   * Files by precision of the items: `visitor`, `start` float32 [1, dim], `users` (all 0), `positives` and `negatives` int32
   * [batch], pairs of a clicked and an unwanted item, or twice the clicked one, to `losses` float32 [4], the total first,
   * and `visitor.grad`.
   */
  readonly training: { readonly float32: string } & {
    readonly [Other in Exclude<Precision, "float32">]?: string;
  };
  /** File: state, `visitor.grad`, `learning_rate` and `step` (from 1) float32 [] to the state with `.next` appended. */
  readonly optimizer: string;
  readonly learningRate: number;
  readonly steps: number;
  /** Weight of ½ mean(X²)‖visitor - start‖² in the loss, X being the item vectors. */
  readonly pull: number;
}

/** export.json. */
export interface ExportDescription {
  readonly format: "mmkit-export";
  readonly version: typeof EXPORT_VERSION;
  readonly model: string;
  readonly title: string;
  readonly users: number;
  readonly items: number;
  /** Length of the vectors. */
  readonly dim: number;
  /** Always float32, and those that were asked for. */
  readonly precisions: { readonly float32: PrecisionEntry } & {
    readonly [Other in Exclude<Precision, "float32">]?: PrecisionEntry;
  };
  /** Ridge of the least-squares fit that fold_in.onnx makes, over the mean eigenvalue of the items' Gram matrix. */
  readonly foldIn: { readonly ridge: number };
  /** Null where the model has none. */
  readonly itemTower: ItemTowerEntry | null;
  /** Null where the items are too many for a page. */
  readonly personalise: PersonaliseEntry | null;
  /** Whether the users' training items are there, so that they can be left out of recommendations. */
  readonly hasSeen: boolean;
  readonly hasTitles: boolean;
  /** Whether items.tsv and users.tsv hold the owner's keys. */
  readonly hasItemKeys: boolean;
  readonly hasUserKeys: boolean;
  /** Where it comes from: hyper-parameters, dataset checksum, seed, epoch, metrics … */
  readonly source: { readonly [key: string]: Json };
  /** Every other file of the folder, by name. */
  readonly files: { readonly [file: string]: { readonly sha256: string; readonly bytes: number } };
}
