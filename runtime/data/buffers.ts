import type { BufferEntry, Manifest, RecipeCall } from "../artifacts/manifest.js";
import { axisSizes, boundAxes } from "./axisSizes.js";
import type { Dataset } from "./dataset.js";
import type { DatasetNote } from "./datasetNote.js";
import type { HostTensor } from "./hostTensor.js";
import { RecipeError, type FitTile, type RecipeResult, type RunGraph } from "./recipe.js";
import type { RunRecipe } from "./recipeTable.js";
import { slicedEll } from "./slicedEll.js";
import type { SparseMatrix } from "./sparseMatrix.js";

export interface BufferOptions {
  readonly seed: number;
  readonly runRecipe: RunRecipe;
  /** Leave no group of sparse matrices empty as long as there are rows; WebGPU needs it. */
  readonly fillsGroups?: boolean;
  readonly runGraph: RunGraph;
  /** Chooses tiles; without it they have their usual size. */
  readonly fitTile?: FitTile;
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

/** A buffer as a recipe made it. */
export interface MadeBuffer {
  readonly result: RecipeResult;
  /** The tensors that graphs take of it, by name. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** What is asked of a recipe. */
export interface BufferRequest {
  readonly recipe: RecipeCall;
  /** 0-based. */
  readonly epoch: number;
  readonly computed?: Readonly<Record<string, HostTensor>>;
}

function checkMatrixSize(
  entry: BufferEntry & { kind: "sparse" },
  matrix: SparseMatrix,
  sizes: ReadonlyMap<string, number>,
): void {
  const rows = sizes.get(entry.row);
  const columns = sizes.get(entry.column);
  if ((rows ?? matrix.rows) === matrix.rows && (columns ?? matrix.columns) === matrix.columns) return;
  throw new RecipeError(
    entry,
    `internal: it made [${matrix.rows}, ${matrix.columns}] for [${entry.row}=${rows ?? "any"}, ${entry.column}=${columns ?? "any"}]`,
    "Report this with the dataset's size",
  );
}

/** The buffers of a training run or of an export: those made once, and the present ones of those that change. */
export class Buffers {
  /** Names of all buffer tensors that graphs take. */
  private readonly wanted: ReadonlySet<string>;
  private readonly made = new Map<string, MadeBuffer>();

  private constructor(
    private readonly manifest: Manifest,
    private readonly dataset: Dataset,
    private readonly options: BufferOptions,
  ) {
    const inputs = Object.values(manifest.graphs).flatMap((graph) => graph.inputs);
    this.wanted = new Set(inputs.filter(({ role }) => role === "buffer").map(({ name }) => name));
  }

  /**
   * Makes the buffers that are made once and that some graph of the manifest takes as input, or some sampler needs.
   *
   * @throws RecipeError, SlicedEllError, AxisSizeError or DatasetError if a buffer cannot be made from this dataset
   * @throws BufferError if a graph takes a buffer tensor that no buffer has
   */
  static async open(manifest: Manifest, dataset: Dataset, options: BufferOptions): Promise<Buffers> {
    const buffers = new Buffers(manifest, dataset, options);
    for (const name of buffers.wanted) {
      const owner = manifest.buffers.find(
        (entry) => name === entry.name || name.startsWith(`${entry.name}/`),
      );
      if (owner === undefined) throw new BufferError(name, null);
    }
    const sampled = new Set(
      manifest.phases.flatMap(({ sampler, batch }) => [
        ...(sampler.kind === "entries" ? [sampler.buffer] : []),
        ...batch.map(({ buffer }) => buffer),
      ]),
    );
    for (const entry of manifest.buffers) {
      if (entry.refresh !== "once" || !(buffers.isTaken(entry) || sampled.has(entry.name))) continue;
      buffers.put(entry.name, await buffers.make(entry, { recipe: entry.recipe, epoch: 0 }));
    }
    boundAxes(manifest, dataset, buffers.tensors(), buffers.indexed());
    return buffers;
  }

  /** The buffers that change and that some graph takes. */
  get changing(): readonly BufferEntry[] {
    return this.manifest.buffers.filter((entry) => entry.refresh !== "once" && this.isTaken(entry));
  }

  /** All tensors that there are now, those of `instead` in place of a buffer's own. */
  tensors(instead: ReadonlyMap<string, MadeBuffer> = new Map()): Map<string, HostTensor> {
    const standing = new Map([...this.made, ...instead]);
    return new Map([...standing.values()].flatMap(({ tensors }) => [...tensors]));
  }

  /** Contents of a sparse buffer. */
  readonly matrix = (name: string): SparseMatrix => {
    const result = this.made.get(name)?.result;
    if (result?.kind === "sparse") return result.matrix;
    throw new Error(`internal: there is no sparse buffer "${name}"`);
  };

  /** Sizes of all axes that manifest, dataset and the present buffers fix. @throws AxisSizeError */
  sizes(): ReadonlyMap<string, number> {
    return axisSizes(this.manifest, this.dataset, this.tensors(), this.indexed());
  }

  get(name: string): MadeBuffer | undefined {
    return this.made.get(name);
  }

  put(name: string, made: MadeBuffer): void {
    this.made.set(name, made);
  }

  /** Makes a buffer without putting it in place. @throws as `open` */
  async make(entry: BufferEntry, { recipe, epoch, computed = {} }: BufferRequest): Promise<MadeBuffer> {
    const result = await this.options.runRecipe({
      entry: { ...entry, recipe },
      dataset: this.dataset,
      seed: this.options.seed,
      epoch,
      computed,
      previous: this.made.get(entry.name)?.result ?? null,
      runGraph: this.options.runGraph,
      fitTile: this.options.fitTile ?? ((_graph, most) => Promise.resolve(most)),
      progress: (done, total) => this.options.progress?.(entry.name, done, total),
      note: this.note,
    });
    this.options.progress?.(entry.name, 1, 1);
    return this.laidOut(entry, result);
  }

  /** The tensors of what a recipe made. */
  laidOut(entry: BufferEntry, result: RecipeResult): MadeBuffer {
    if (result.kind === "dense") {
      return { result, tensors: new Map([[entry.name, result.tensor]]) };
    }
    if (entry.kind === "dense") {
      throw new RecipeError(entry, "internal: it made a sparse matrix", "Report this");
    }
    const { matrix } = result;
    checkMatrixSize(entry, matrix, boundAxes(this.manifest, this.dataset, this.tensors(), this.indexed()));
    const ell = slicedEll(
      entry.name,
      matrix,
      entry.groups,
      (name) => this.wanted.has(name),
      this.options.fillsGroups,
    );
    for (const name of this.wanted) {
      if (name.startsWith(`${entry.name}/`) && !ell.tensors.has(name)) throw new BufferError(name, entry);
    }
    for (const { orientation, cells, entries, rows } of ell.padding) {
      if (cells <= MUCH_PADDING * (entries + rows)) continue;
      this.note({
        kind: "padding",
        count: cells - entries,
        message: `"${entry.name}/${orientation}" holds ${entries} entries in ${cells} cells; more groups would need fewer`,
      });
    }
    return { result, tensors: ell.tensors };
  }

  private readonly note = (note: DatasetNote): void => this.options.note?.(note);

  private isTaken({ kind, name }: BufferEntry): boolean {
    return kind === "dense"
      ? this.wanted.has(name)
      : [...this.wanted].some((tensor) => tensor.startsWith(`${name}/`));
  }

  /** Sizes that recipes know but the tensors that graphs take may not show: of what ids point into, of matrices. */
  private indexed(): ReadonlyMap<string, number> {
    const sizes = new Map<string, number>();
    for (const entry of this.manifest.buffers) {
      const result = this.made.get(entry.name)?.result;
      if (entry.kind === "sparse" && result?.kind === "sparse") {
        sizes.set(entry.row, result.matrix.rows);
        sizes.set(entry.column, result.matrix.columns);
      }
      if (entry.kind !== "dense" || entry.indexes === undefined || result?.kind !== "dense") continue;
      if (result.indexed !== undefined) sizes.set(entry.indexes, result.indexed);
    }
    return sizes;
  }
}
