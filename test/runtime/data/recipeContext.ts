import type { DenseBufferEntry, RecipeCall, SparseBufferEntry } from "../../../runtime/artifacts/manifest.js";
import type { Dataset } from "../../../runtime/data/dataset.js";
import type { DatasetNote } from "../../../runtime/data/datasetNote.js";
import type { HostTensor } from "../../../runtime/data/hostTensor.js";
import type { RecipeContext } from "../../../runtime/data/recipe.js";
import { runRecipe } from "../../../runtime/data/recipes.js";
import type { SparseMatrix } from "../../../runtime/data/sparseMatrix.js";
import { referenceRunGraph } from "./referenceGraphs.js";

export function sparseEntry(recipe: RecipeCall, row = "item", column = "item"): SparseBufferEntry {
  return {
    kind: "sparse",
    name: "graph",
    row,
    column,
    entry: "graph_entry",
    groups: 4,
    recipe,
    refresh: "once",
  };
}

export function denseEntry(
  recipe: RecipeCall,
  axes: readonly string[],
  dtype: DenseBufferEntry["dtype"] = "float32",
): DenseBufferEntry {
  return { kind: "dense", name: "table", dtype, axes, recipe, refresh: "once" };
}

type Overrides = Partial<
  Pick<
    RecipeContext,
    "computed" | "previous" | "seed" | "epoch" | "runGraph" | "fitTile" | "progress" | "note"
  >
>;

const quiet = {
  seed: 999,
  epoch: 0,
  computed: {},
  previous: null,
  runGraph: referenceRunGraph,
  fitTile: (_graph: string, most: number) => Promise.resolve(most),
  progress: () => undefined,
  note: () => undefined,
};

export async function makeSparse(
  entry: SparseBufferEntry,
  dataset: Dataset,
  overrides: Overrides = {},
): Promise<SparseMatrix> {
  const result = await runRecipe({ ...quiet, ...overrides, entry, dataset });
  if (result.kind !== "sparse") throw new Error("the recipe made a dense tensor");
  return result.matrix;
}

export async function makeDense(
  entry: DenseBufferEntry,
  dataset: Dataset,
  overrides: Overrides = {},
): Promise<HostTensor & { readonly notes: readonly DatasetNote[] }> {
  const notes: DatasetNote[] = [];
  const note = (found: DatasetNote): void => void notes.push(found);
  const result = await runRecipe({ ...quiet, note, ...overrides, entry, dataset });
  if (result.kind !== "dense") throw new Error("the recipe made a sparse matrix");
  return { ...result.tensor, notes };
}
