import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import type { BufferEntry, RecipeCall } from "../../../runtime/artifacts/manifest.js";
import { loadDataset, type Dataset } from "../../../runtime/data/dataset.js";
import { runRecipe } from "../../../runtime/data/recipes.js";
import { RecipeGraphs } from "../../../runtime/training/recipeGraphs.js";
import { peakBytes, timed, type Seconds } from "./job.js";

export interface PreprocessingRequest {
  /** Dataset folder. */
  readonly data: string;
  readonly recipe: RecipeCall;
  readonly threads: number;
}

export interface Preprocessing {
  readonly seconds: Seconds;
  readonly users: number;
  readonly items: number;
  /** Length of the features that the recipe reads; 0 if none. */
  readonly features: number;
  /** Times that a graph was run, by name. */
  readonly runs: Readonly<Record<string, number>>;
  /** Memory of the process before the recipe, with the dataset, and at the peak, bytes. */
  readonly before: number;
  readonly peak: number;
}

function bufferFor(recipe: RecipeCall): BufferEntry {
  const common = { name: "measured", recipe, refresh: "once" } as const;
  if (recipe.kind === "pca")
    return { ...common, kind: "dense", dtype: "float32", axes: ["item", "component"] };
  const row = recipe.kind === "knn" ? "item" : "user";
  return { ...common, kind: "sparse", row, column: "item", entry: "measured_entry", groups: 8 };
}

async function make(
  dataset: Dataset,
  recipe: RecipeCall,
  graphs: RecipeGraphs,
  runs: Record<string, number>,
) {
  return runRecipe({
    ...{ entry: bufferFor(recipe), dataset, seed: 1, epoch: 0, computed: {}, previous: null },
    runGraph: (name, feeds) => {
      runs[name] = (runs[name] ?? 0) + 1;
      return graphs.run(name, feeds);
    },
    fitTile: (_graph, most) => Promise.resolve(most),
    progress: () => undefined,
    note: () => undefined,
  });
}

/** Makes one buffer from a dataset, once. */
export async function measurePreprocessing(request: PreprocessingRequest): Promise<Preprocessing> {
  const { data, recipe, threads } = request;
  const folder = await mkdtemp(join(tmpdir(), "mmkit-bench-"));
  // KSI has neighbour graphs and components, hence every graph that recipes run.
  await writeArtifacts(buildArtifacts(models.get("ksi")!), folder);
  const graphs = new RecipeGraphs(await loadArtifacts(folder), { device: "cpu", threads, sizes: new Map() });
  try {
    const dataset = await loadDataset(data);
    const before = process.memoryUsage.rss();
    const runs: Record<string, number> = {};
    const { seconds } = await timed(() => make(dataset, recipe, graphs, runs));
    const { users, items } = dataset;
    const modality = recipe["modality"];
    const features = typeof modality === "string" ? (dataset.modalities.get(modality)?.size ?? 0) : 0;
    return { seconds, users, items, features, runs, before, peak: peakBytes() };
  } finally {
    await graphs.close();
    await rm(folder, { recursive: true });
  }
}
