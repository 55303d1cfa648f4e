import type { BufferEntry, Manifest } from "../artifacts/manifest.js";
import { boundAxes } from "./axisSizes.js";
import type { Dataset } from "./dataset.js";
import type { DatasetNote } from "./datasetNote.js";
import type { HostTensor } from "./hostTensor.js";
import { RecipeError, type RunGraph } from "./recipe.js";
import { runRecipe } from "./recipes.js";
import { slicedEll } from "./slicedEll.js";
import type { SparseMatrix } from "./sparseMatrix.js";

export interface BufferOptions {
  readonly seed: number;
  readonly runGraph: RunGraph;
  /** How far the making of a buffer is. */
  readonly progress?: (buffer: string, done: number, total: number) => void;
  /** Receives what the reader of a result should know (components beyond the rank, much padding). */
  readonly note?: (note: DatasetNote) => void;
}

/** A graph takes a buffer tensor that the manifest's buffers do not have. */
export class BufferError extends Error {
  override readonly name = "BufferError";
  readonly tensor: string;
  readonly buffer: string | null;

  constructor(tensor: string, owner: BufferEntry | null) {
    const found =
      owner === null
        ? "the manifest has no such buffer"
        : `buffer "${owner.name}" is ${owner.kind === "sparse" ? `sparse with ${owner.groups} groups` : "dense"}`;
    super(`a graph takes the buffer tensor "${tensor}", but ${found}. Build the artifacts again.`);
    this.tensor = tensor;
    this.buffer = owner?.name ?? null;
  }
}

/** Padding is reported where an orientation has more cells than this times entries plus rows. */
const MUCH_PADDING = 2;

function checkMatrixSize(
  entry: BufferEntry & { kind: "sparse" },
  matrix: SparseMatrix,
  dataset: Dataset,
): void {
  const sizes = new Map([
    ["user", dataset.users],
    ["item", dataset.items],
  ]);
  const rows = sizes.get(entry.row);
  const columns = sizes.get(entry.column);
  if ((rows ?? matrix.rows) === matrix.rows && (columns ?? matrix.columns) === matrix.columns) return;
  throw new RecipeError(
    entry,
    `internal: it made [${matrix.rows}, ${matrix.columns}] for [${entry.row}=${rows ?? "any"}, ${entry.column}=${columns ?? "any"}]`,
    "Report this with the dataset's size",
  );
}

async function makeBuffers(
  manifest: Manifest,
  dataset: Dataset,
  options: BufferOptions,
  refresh: BufferEntry["refresh"],
  epoch: number,
): Promise<ReadonlyMap<string, HostTensor>> {
  const wanted = new Set<string>();
  for (const graph of Object.values(manifest.graphs)) {
    for (const input of graph.inputs) if (input.role === "buffer") wanted.add(input.name);
  }
  const note = options.note ?? ((): void => undefined);
  const tensors = new Map<string, HostTensor>();
  for (const entry of manifest.buffers) {
    if (entry.refresh !== refresh) continue;
    const isUsed =
      entry.kind === "dense"
        ? wanted.has(entry.name)
        : [...wanted].some((name) => name.startsWith(`${entry.name}/`));
    if (!isUsed) continue;
    const result = await runRecipe({
      entry,
      dataset,
      seed: options.seed,
      epoch,
      runGraph: options.runGraph,
      progress: (done, total) => options.progress?.(entry.name, done, total),
      note,
    });
    if (result.kind === "dense") {
      tensors.set(entry.name, result.tensor);
      continue;
    }
    if (entry.kind === "dense")
      throw new RecipeError(entry, "internal: it made a sparse matrix", "Report this");
    checkMatrixSize(entry, result.matrix, dataset);
    const ell = slicedEll(entry.name, result.matrix, entry.groups, (name) => wanted.has(name));
    for (const [name, tensor] of ell.tensors) tensors.set(name, tensor);
    for (const { orientation, cells, entries, rows } of ell.padding) {
      if (cells <= MUCH_PADDING * (entries + rows)) continue;
      note({
        kind: "padding",
        count: cells - entries,
        message: `"${entry.name}/${orientation}" holds ${entries} entries in ${cells} cells; more groups would need fewer`,
      });
    }
  }
  for (const name of wanted) {
    const owner = manifest.buffers.find((entry) => name === entry.name || name.startsWith(`${entry.name}/`));
    if (owner !== undefined && (owner.refresh !== refresh || tensors.has(name))) continue;
    throw new BufferError(name, owner ?? null);
  }
  boundAxes(manifest, dataset, tensors);
  return tensors;
}

/**
 * Makes the tensors of all buffers that are made once and that some graph of the manifest takes as input.
 *
 * @throws RecipeError, SlicedEllError, AxisSizeError or DatasetError if a buffer cannot be made from this dataset
 * @throws BufferError if a graph takes a buffer tensor that no buffer has
 */
export function prepareBuffers(
  manifest: Manifest,
  dataset: Dataset,
  options: BufferOptions,
): Promise<ReadonlyMap<string, HostTensor>> {
  return makeBuffers(manifest, dataset, options, "once", 0);
}

/**
 * Draws the buffers that change every epoch (0-based); the same for the same seed and epoch.
 *
 * @throws as `prepareBuffers`
 */
export function redrawBuffers(
  manifest: Manifest,
  dataset: Dataset,
  options: BufferOptions,
  epoch: number,
): Promise<ReadonlyMap<string, HostTensor>> {
  return makeBuffers(manifest, dataset, options, "epoch", epoch);
}
