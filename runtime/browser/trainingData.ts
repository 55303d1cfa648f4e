import { ArtifactError } from "../artifacts/artifactError.js";
import type { Manifest } from "../artifacts/manifest.js";
import { decodeBuffers } from "../data/bufferState.js";
import type { Dataset } from "../data/dataset.js";
import type { InteractionLists } from "../data/interactions.js";
import type { RecipeResult } from "../data/recipe.js";
import { parseSafetensors } from "../training/safetensorsFormat.js";
import {
  TRAINING_FORMAT,
  TRAINING_VERSION,
  trainingFiles,
  type TrainingDescription,
} from "./trainingFolder.js";

const AGAIN = "Write the folder again with `mmkit build … --page <dataset>` of this version of mmkit.";

/** @throws ArtifactError unless the text describes a folder for training in a page */
export function readTrainingDescription(url: string, text: string): TrainingDescription {
  let parsed: Partial<TrainingDescription> | null;
  try {
    parsed = JSON.parse(text) as Partial<TrainingDescription> | null;
  } catch (error) {
    throw new ArtifactError(url, `it is not JSON (${(error as Error).message})`, AGAIN);
  }
  const { format, version, files } = parsed ?? {};
  if (format !== TRAINING_FORMAT || version !== TRAINING_VERSION) {
    const wanted = `format "${TRAINING_FORMAT}" and version ${TRAINING_VERSION}`;
    const found = JSON.stringify({ format, version });
    throw new ArtifactError(url, `it must have ${wanted}, found ${found}`, AGAIN);
  }
  const missing = ["manifest.json", trainingFiles.data].find((file) => files?.[file] === undefined);
  if (missing !== undefined) throw new ArtifactError(url, `it lists no file "${missing}"`, AGAIN);
  return parsed as TrainingDescription;
}

/** What a page trains on. */
export interface TrainingData {
  readonly dataset: Dataset;
  /** Contents of the buffers that are made once. */
  readonly buffers: ReadonlyMap<string, RecipeResult>;
}

/** @throws ArtifactError, SafetensorsError if the file is not what the description says */
export function readTrainingData(
  url: string,
  bytes: Uint8Array,
  { dataset, indexed }: TrainingDescription,
  manifest: Manifest,
): TrainingData {
  const { tensors } = parseSafetensors(url, bytes);
  const lists = (split: string): InteractionLists => {
    const rowStart = tensors.get(`${split}/row_start`)?.data;
    const itemIds = tensors.get(`${split}/item_ids`)?.data;
    if (rowStart instanceof Int32Array && itemIds instanceof Int32Array) return { rowStart, itemIds };
    throw new ArtifactError(url, `it holds no interactions of the split ${split}`, AGAIN);
  };
  const [train, valid, test] = [lists("train"), lists("valid"), lists("test")];
  const once = manifest.buffers.filter(({ refresh }) => refresh === "once");
  const buffers = [...decodeBuffers(once, tensors)].map(([name, result]): [string, RecipeResult] => {
    const count = indexed[name];
    return [name, result.kind === "dense" && count !== undefined ? { ...result, indexed: count } : result];
  });
  return {
    dataset: {
      folder: url,
      name: dataset.name,
      users: dataset.users,
      items: dataset.items,
      ...{ train, valid, test },
      counts: { train: train.itemIds.length, valid: valid.itemIds.length, test: test.itemIds.length },
      modalities: new Map(),
      itemTable: null,
      userTable: null,
      keys: { users: null, items: null },
      groups: null,
      source: null,
      notes: [],
      checksum: dataset.checksum,
      files: {},
    },
    buffers: new Map(buffers),
  };
}
