import type { Artifacts } from "../artifacts/artifacts.js";
import { graphEntry } from "../artifacts/artifacts.js";
import type { BufferEntry, RefreshEntry } from "../artifacts/manifest.js";
import { batchFeeds, stepRanges } from "../data/batchFeeds.js";
import { decodeBuffers, encodeBuffers } from "../data/bufferState.js";
import type { Buffers, MadeBuffer } from "../data/buffers.js";
import { hostTensor, type HostTensor } from "../data/hostTensor.js";
import type { RunGraph } from "../data/recipe.js";
import { rowsInOrder } from "../data/rowsSampler.js";

type Tensors = ReadonlyMap<string, HostTensor>;

/** The last epoch up to `epoch` in which a buffer is made by its own recipe, null if there was none yet. */
export function lastMade({ from, every }: RefreshEntry, epoch: number): number | null {
  return epoch < from ? null : epoch - ((epoch - from) % every);
}

/** Makes the buffers that change, when and from what the manifest says. */
export class BufferSchedule {
  /** Epoch in which a buffer that is drawn from data alone was made. */
  private readonly drawnIn = new Map<string, number>();

  constructor(
    private readonly artifacts: Artifacts,
    private readonly buffers: Buffers,
    private readonly runGraph: RunGraph,
    private readonly key: HostTensor,
  ) {}

  /**
   * The buffers that changed from the model's own values, to be kept in a checkpoint: nothing else can make them again.
   */
  state(): Tensors {
    return encodeBuffers(this.computedEntries, this.buffers);
  }

  /**
   * Bytes that `state` takes in a checkpoint, as far as they are known before training: a table that is not made yet
   * counts by its axes, a matrix by what it holds now.
   */
  get stateBytes(): number {
    const sizes = this.buffers.sizes();
    const unmade = this.computedEntries.filter(({ name }) => this.buffers.get(name) === undefined);
    const tables = unmade.map((entry) =>
      entry.kind === "sparse"
        ? 0
        : 4 * entry.axes.reduce((product, axis) => product * (sizes.get(axis) ?? 0), 1),
    );
    const made = [...this.state().values()].map(({ data }) => data.byteLength);
    return [...made, ...tables].reduce((sum, bytes) => sum + bytes, 0);
  }

  private get computedEntries(): readonly BufferEntry[] {
    return this.buffers.changing.filter(({ refresh }) => refresh !== "once" && refresh.graph !== null);
  }

  /**
   * Puts all changing buffers in place as they stand when the first `done` entries of the schedule of an epoch (0-based)
   * are done; those computed from the model come from `state`.
   *
   * @throws RecipeError, AxisSizeError … if one cannot be made
   */
  async restore(epoch: number, done: number, state: Tensors): Promise<void> {
    const { schedule } = this.artifacts.manifest;
    const kept = decodeBuffers(this.buffers.changing, state);
    for (const entry of this.buffers.changing) {
      const position = schedule.findIndex((work) => work.kind === "refresh" && work.buffer === entry.name);
      const refresh = entry.refresh as RefreshEntry;
      const made = lastMade(refresh, position < done ? epoch : epoch - 1);
      const result = kept.get(entry.name);
      if (result !== undefined) this.buffers.put(entry.name, this.buffers.laidOut(entry, result));
      else if (made === null && refresh.initial !== null) {
        this.buffers.put(entry.name, await this.buffers.make(entry, { recipe: refresh.initial, epoch: 0 }));
      } else if (refresh.graph === null) {
        // Before its first turn a buffer that is drawn holds what it will hold then, so that axes have sizes.
        await this.draw(entry, made ?? 0);
      }
    }
  }

  /** Makes a buffer if it is due in this epoch (0-based). @throws RecipeError, GraphRunError … */
  async refresh(buffer: string, epoch: number, parameters: Tensors): Promise<void> {
    const entry = this.buffers.changing.find(({ name }) => name === buffer);
    if (entry === undefined || entry.refresh === "once" || lastMade(entry.refresh, epoch) !== epoch) return;
    if (entry.refresh.graph === null) await this.draw(entry, epoch);
    else this.buffers.put(buffer, await this.made(entry, entry.refresh, epoch, parameters));
  }

  /** All buffer tensors as evaluation needs them, with those that it makes anew. @throws RecipeError, GraphRunError … */
  async forEvaluation(epoch: number, parameters: Tensors): Promise<Tensors> {
    const anew = new Map<string, MadeBuffer>();
    for (const entry of this.buffers.changing) {
      if (entry.refresh === "once" || !entry.refresh.atEvaluation) continue;
      anew.set(entry.name, await this.made(entry, entry.refresh, epoch, parameters));
    }
    return this.buffers.tensors(anew);
  }

  /** Makes a buffer from data alone, unless it is the one of this epoch already. */
  private async draw(entry: BufferEntry, epoch: number): Promise<void> {
    if (this.drawnIn.get(entry.name) === epoch) return;
    this.buffers.put(entry.name, await this.buffers.make(entry, { recipe: entry.recipe, epoch }));
    this.drawnIn.set(entry.name, epoch);
  }

  private async made(
    entry: BufferEntry,
    { graph }: RefreshEntry,
    epoch: number,
    parameters: Tensors,
  ): Promise<MadeBuffer> {
    const computed = graph === null ? {} : await this.computed(graph, parameters);
    return this.buffers.make(entry, { recipe: entry.recipe, epoch, computed });
  }

  /** The values of a refresh graph, of all rows where it takes rows. */
  private async computed(graph: string, parameters: Tensors): Promise<Record<string, HostTensor>> {
    const { inputs, outputs } = graphEntry(this.artifacts, graph);
    const standing = new Map([...this.buffers.tensors(), ...parameters, ["random_key", this.key]]);
    const phase = this.artifacts.manifest.phases.find(({ batch }) =>
      batch.some(({ name }) => inputs.some((input) => input.role === "batch" && input.name === name)),
    );
    if (phase?.sampler.kind !== "rows") return this.runGraph(graph, Object.fromEntries(standing));
    const size = this.buffers.sizes().get(phase.sampler.axis)!;
    const parts: Readonly<Record<string, HostTensor>>[] = [];
    const sample = rowsInOrder(size, phase.sampler.batchSize);
    for (const range of stepRanges(sample, 1)) {
      const batch = [...batchFeeds(sample, phase.batch, range, this.buffers.matrix)].map(
        ([name, { dtype, dims, data }]) => [name, hostTensor(dtype, dims.slice(1), data)] as const,
      );
      parts.push(await this.runGraph(graph, Object.fromEntries([...standing, ...batch])));
    }
    return Object.fromEntries(outputs.map(({ name }) => [name, joined(parts.map((part) => part[name]!))]));
  }
}

/** Tensors one after the other along their first axis. */
function joined(parts: readonly HostTensor[]): HostTensor {
  const [first] = parts;
  const length = parts.reduce((sum, { data }) => sum + data.length, 0);
  const rows = parts.reduce((sum, { dims }) => sum + dims[0]!, 0);
  const data = new (first!.data.constructor as new (length: number) => Float32Array)(length);
  let offset = 0;
  for (const part of parts) {
    data.set(part.data as Float32Array, offset);
    offset += part.data.length;
  }
  return hostTensor(first!.dtype, [rows, ...first!.dims.slice(1)], data);
}
