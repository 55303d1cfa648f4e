import type { FileCheck } from "./pageFolder.js";

/** Files that an artifact folder holds besides, so that a page can train. Plain data without a dependency. */
export const trainingFiles = {
  description: "page.json",
  /**
   * Interactions of the splits `train`, `valid` and `test`: `<split>/row_start` int32 [user + 1], `<split>/item_ids` int32
   * [interaction]; contents of the buffers that are made once, as bufferState.ts has them.
   */
  data: "page.safetensors",
  items: "items.tsv",
  /** As in an export, but the training graph takes the item vectors as `catalogue` float32 [item, dim]. */
  personaliseTraining: "personalise.training_model.onnx",
  personaliseOptimizer: "personalise.optimizer_model.onnx",
} as const;

export const TRAINING_FORMAT = "mmkit-page-training";
export const TRAINING_VERSION = 1;

/** page.json. */
export interface TrainingDescription {
  readonly format: typeof TRAINING_FORMAT;
  readonly version: typeof TRAINING_VERSION;
  readonly dataset: {
    readonly name: string;
    readonly checksum: string;
    readonly users: number;
    readonly items: number;
    readonly hasTitles: boolean;
  };
  /** What the buffers were made with, and what training starts with. */
  readonly seed: number;
  /** How many things the ids of a buffer point to, by buffer, where the data do not say it. */
  readonly indexed: { readonly [buffer: string]: number };
  readonly personalise: { readonly learningRate: number; readonly steps: number };
  /** Every other file of the folder by its path, the manifest and the graphs too. */
  readonly files: { readonly [file: string]: FileCheck };
}
