import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadArtifacts, sha256Of } from "../runtime/artifacts/loadArtifacts.js";
import type { BufferEntry, Manifest } from "../runtime/artifacts/manifest.js";
import {
  TRAINING_FORMAT,
  TRAINING_VERSION,
  trainingFiles,
  type TrainingDescription,
} from "../runtime/browser/trainingFolder.js";
import { encodeBuffers } from "../runtime/data/bufferState.js";
import { Buffers } from "../runtime/data/buffers.js";
import { loadDataset, type Dataset } from "../runtime/data/dataset.js";
import { drawnRecipes } from "../runtime/data/drawnRecipes.js";
import { hostTensor, type HostTensor } from "../runtime/data/hostTensor.js";
import { splitNames } from "../runtime/data/interactions.js";
import { RecipeError } from "../runtime/data/recipe.js";
import { runRecipe } from "../runtime/data/recipes.js";
import { RecipeGraphs } from "../runtime/training/recipeGraphs.js";
import { encodeSafetensors } from "../runtime/training/safetensors.js";
import { writeArtifacts, type ArtifactSet } from "./artifacts.js";
import { titlesOf } from "./itemTitles.js";
import { personaliseSteps, visitorTrainingGraphs } from "./inference/visitorGraphs.js";

/** @throws RecipeError at a buffer that is made anew in training by a recipe that pages do not have */
function checkRedrawn({ buffers }: Manifest): void {
  for (const entry of buffers) {
    const { refresh } = entry;
    if (refresh === "once") continue;
    const recipes = [entry.recipe, ...(refresh.initial === null ? [] : [refresh.initial])];
    const foreign = recipes.find(({ kind }) => !drawnRecipes.has(kind));
    if (foreign === undefined) continue;
    throw new RecipeError(
      { ...entry, recipe: foreign },
      "it is made anew during training, which a page cannot do",
      `Pages make ${[...drawnRecipes.keys()].join(", ")} anew; train this model with mmkit train`,
    );
  }
}

/** The buffers that are made once, and how many things the ids of some point to. */
async function madeOnce(
  artifacts: ArtifactSet,
  dataset: Dataset,
  seed: number,
): Promise<{ readonly tensors: Map<string, HostTensor>; readonly indexed: Record<string, number> }> {
  const folder = await mkdtemp(join(tmpdir(), "mmkit-page-"));
  try {
    await writeArtifacts(artifacts, join(folder, "artifacts"));
    const loaded = await loadArtifacts(join(folder, "artifacts"));
    const recipes = new RecipeGraphs(loaded, { device: "cpu", sizes: new Map() });
    try {
      const { manifest } = artifacts;
      const buffers = await Buffers.open(manifest, dataset, { seed, runRecipe, runGraph: recipes.run });
      const once = manifest.buffers.filter(({ refresh }) => refresh === "once");
      const indexed = once.flatMap(({ name }: BufferEntry) => {
        const result = buffers.get(name)?.result;
        return result?.kind === "dense" && result.indexed !== undefined
          ? [[name, result.indexed] as const]
          : [];
      });
      return { tensors: encodeBuffers(once, buffers), indexed: Object.fromEntries(indexed) };
    } finally {
      await recipes.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tabs and line breaks would end a field early. */
function titleTable(titles: readonly string[]): Uint8Array {
  const rows = titles.map((title, item) => `${item}\t${title.replaceAll(/[\t\r\n]+/g, " ")}`);
  return Buffer.from(`${["item_id\ttitle", ...rows].join("\n")}\n`);
}

/**
 * An artifact set with what a web page needs besides to train it on a dataset: the interactions, the buffers that are
 * made once, graphs for visitors' vectors, and page.json.
 *
 * @param dataset folder
 * @throws DatasetError, RecipeError (also for a model that pages cannot train), AxisSizeError
 */
export async function withPageTraining(
  artifacts: ArtifactSet,
  dataset: string,
  seed: number,
): Promise<ArtifactSet> {
  checkRedrawn(artifacts.manifest);
  const data = await loadDataset(dataset);
  const { tensors, indexed } = await madeOnce(artifacts, data, seed);
  for (const split of splitNames) {
    const { rowStart, itemIds } = data[split];
    tensors.set(`${split}/row_start`, hostTensor("int32", [rowStart.length], rowStart));
    tensors.set(`${split}/item_ids`, hostTensor("int32", [itemIds.length], itemIds));
  }
  const titles = titlesOf(data);
  const visitor = visitorTrainingGraphs();
  const files = new Map<string, Uint8Array>([
    ...artifacts.files,
    [trainingFiles.data, encodeSafetensors({ tensors, metadata: {} })],
    [trainingFiles.personaliseTraining, visitor.training],
    [trainingFiles.personaliseOptimizer, visitor.optimizer],
    ...(titles === undefined ? [] : [[trainingFiles.items, titleTable(titles)] as const]),
  ]);
  const description: TrainingDescription = {
    format: TRAINING_FORMAT,
    version: TRAINING_VERSION,
    dataset: {
      name: data.name,
      checksum: data.checksum,
      users: data.users,
      items: data.items,
      hasTitles: titles !== undefined,
    },
    seed,
    indexed,
    personalise: personaliseSteps,
    files: Object.fromEntries(
      [...files].map(([file, bytes]) => [file, { sha256: sha256Of(bytes), bytes: bytes.length }]),
    ),
  };
  files.set(trainingFiles.description, Buffer.from(`${JSON.stringify(description, null, 2)}\n`));
  return { ...artifacts, files };
}
