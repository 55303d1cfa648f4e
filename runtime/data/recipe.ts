import type { BufferEntry } from "../artifacts/manifest.js";
import type { Dataset } from "./dataset.js";
import type { DatasetNote } from "./datasetNote.js";
import type { HostTensor } from "./hostTensor.js";
import type { RecipeArguments } from "./recipeArguments.js";
import type { SparseMatrix } from "./sparseMatrix.js";

/** Runs a graph of the manifest by name. */
export type RunGraph = (
  name: string,
  feeds: Readonly<Record<string, HostTensor>>,
) => Promise<Readonly<Record<string, HostTensor>>>;

/**
 * How many rows of a tile a graph may be given at once so that memory suffices.
 *
 * @param most the usual number
 * @param sizesOf sizes of the graph's axes for a number of rows
 */
export type FitTile = (
  graph: string,
  most: number,
  sizesOf: (rows: number) => ReadonlyMap<string, number>,
) => Promise<number>;

export interface RecipeContext {
  readonly arguments: RecipeArguments;
  /** The buffer; its `recipe` is the one that runs, which may be the initial one. */
  readonly entry: BufferEntry;
  /** What the model computed for the recipe, by name; empty where it needs data alone. */
  readonly computed: Readonly<Record<string, HostTensor>>;
  /** What the buffer held before, null the first time. */
  readonly previous: RecipeResult | null;
  readonly dataset: Dataset;
  readonly seed: number;
  /** 0-based; 0 for buffers made once. */
  readonly epoch: number;
  readonly runGraph: RunGraph;
  readonly fitTile: FitTile;
  readonly progress: (done: number, total: number) => void;
  readonly note: (note: DatasetNote) => void;
}

/**
 * What a dense buffer is fed with, or the matrix that a sparse buffer holds. `indexed` is how many things there are
 * that the ids of a dense buffer point to, where the data do not say it otherwise (relations).
 */
export type RecipeResult =
  | { readonly kind: "dense"; readonly tensor: HostTensor; readonly indexed?: number }
  | { readonly kind: "sparse"; readonly matrix: SparseMatrix };

/** Makes the contents of a buffer from data. */
export type Recipe = (context: RecipeContext) => RecipeResult | Promise<RecipeResult>;

/** A recipe that does not exist, has wrong arguments, does not fit its buffer, or failed. */
export class RecipeError extends Error {
  override readonly name = "RecipeError";
  readonly buffer: string;
  readonly recipe: string;
  readonly problem: string;
  readonly fix: string;

  constructor(entry: BufferEntry, problem: string, fix: string) {
    super(`buffer "${entry.name}", recipe "${entry.recipe.kind}": ${problem}. ${fix}.`);
    this.buffer = entry.name;
    this.recipe = entry.recipe.kind;
    this.problem = problem;
    this.fix = fix;
  }
}

/** What recipes that compute in graphs need of their context. */
export type GraphContext = Pick<RecipeContext, "entry" | "runGraph" | "fitTile" | "progress">;

/** The output `output` of a graph. @throws RecipeError if the graph has no such output */
export async function runForOutput<Name extends string>(
  context: Pick<GraphContext, "entry" | "runGraph">,
  graph: string,
  feeds: Readonly<Record<string, HostTensor>>,
  ...outputs: readonly Name[]
): Promise<Readonly<Record<Name, HostTensor>>> {
  const results = await context.runGraph(graph, feeds);
  for (const output of outputs) {
    if (results[output] !== undefined) continue;
    throw new RecipeError(
      context.entry,
      `graph "${graph}" has no output "${output}" (it has ${Object.keys(results).join(", ")})`,
      "Build the artifacts again with the version of mmkit that runs them",
    );
  }
  return results;
}

/** A value that the model computed for the recipe. @throws RecipeError if the declaration gives no such value */
export function requireComputed({ entry, computed }: RecipeContext, name: string): HostTensor {
  const tensor = computed[name];
  if (tensor !== undefined) return tensor;
  const given = Object.keys(computed);
  throw new RecipeError(
    entry,
    `it needs the value "${name}" of the model, but is given ${given.length === 0 ? "none" : given.join(", ")}`,
    `Give it by m.refresh("${entry.name}", { ${name}: … })`,
  );
}

/** @throws RecipeError unless the buffer is sparse with one of the given [row, column] axes */
export function requireSparse(
  { entry }: RecipeContext,
  ...axes: readonly (readonly [string, string])[]
): readonly [string, string] {
  if (entry.kind === "sparse") {
    const found = axes.find(([row, column]) => entry.row === row && entry.column === column);
    if (found !== undefined) return found;
  }
  const found =
    entry.kind === "sparse" ? `sparse [${entry.row}, ${entry.column}]` : `dense [${entry.axes.join(", ")}]`;
  const wanted = axes.map(([row, column]) => `[${row}, ${column}]`).join(" or ");
  throw new RecipeError(
    entry,
    `it makes a sparse ${wanted}, but the buffer is ${found}`,
    "Correct the declaration",
  );
}

/** @throws RecipeError unless the buffer is dense, of this dtype, with the given axes (null: any axis) */
export function requireDense(
  { entry }: RecipeContext,
  dtype: "float32" | "int32",
  ...axes: readonly (readonly string[] | null)[]
): readonly string[] {
  const fits =
    entry.kind === "dense" &&
    entry.dtype === dtype &&
    entry.axes.length === axes.length &&
    axes.every((names, index) => names === null || names.includes(entry.axes[index]!));
  if (fits) return entry.axes;
  const found =
    entry.kind === "dense"
      ? `dense ${entry.dtype} [${entry.axes.join(", ")}]`
      : `sparse [${entry.row}, ${entry.column}]`;
  const wanted = axes.map((names) => names?.join("|") ?? "any").join(", ");
  throw new RecipeError(
    entry,
    `it makes a dense ${dtype} [${wanted}], but the buffer is ${found}`,
    "Correct the declaration",
  );
}
