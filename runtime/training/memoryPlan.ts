import { byteSize } from "../artifacts/byteSize.js";
import { providerOf, type Device } from "../artifacts/device.js";
import type { SessionMemory } from "../artifacts/graphSession.js";
import { GraphMemory, withGroupSizes, type LargeTensor } from "../artifacts/graphMemory.js";
import type { Artifacts } from "../artifacts/artifacts.js";
import { graphFile } from "../artifacts/loadArtifacts.js";
import type { PhaseEntry } from "../artifacts/manifest.js";
import { BATCH_BYTES } from "../data/batchFeeds.js";
import type { HostTensor } from "../data/hostTensor.js";
import { TILE_SCORES } from "../ranking/evaluateRanking.js";
import { MemoryError } from "./memoryError.js";

/**
 * onnxruntime's arena keeps what the first run allocated and later runs take one block for their whole plan, so that
 * a graph holds about twice what lives at once (measured: 1.6 to 2.2 times).
 */
export const ARENA = 2;

/** Without that block (measured: 1.1 times). */
const KEPT = 1.2;

/** Above this, bytes, the block that holds a step's plan costs memory and saves no time worth it. */
const LARGE_STEP = 2 ** 27;

/**
 * Above this, bytes, the session of a step is closed between epochs: it keeps more and more as buffers grow, and to open
 * it again takes little of such an epoch.
 */
const HUGE_STEP = 2 ** 29;

/** What such a session keeps of what lives at once, its arena growing by doubling (measured: 2.9 times). */
const REOPENED = 3;

/** A phase of so few steps per epoch gives its memory back after each run, which the other phases can take. */
const FEW_STEPS = 2;

/** What JavaScript and onnxruntime take in the course of training, bytes (measured: 15 to 35 MB). */
const JAVASCRIPT = 25e6;

/** CUDA's context with its libraries' kernels and handles, bytes; not measured on a card yet. */
const CUDA_CONTEXT = 500e6;

/** Items kept per user when ranking: the largest usual cutoff. */
const RANKED = 50;

/** Copies of the state in JavaScript: where the epoch began, now, what is sent and what is written. */
const STATE_COPIES = 4;

/** Copies that nobody needs wait until V8 collects them, which it does from 64 MB on in each of the two threads. */
const GARBAGE = 2 * 64e6;
const GARBAGE_COPIES = 8;

/** What the plan is made of. */
export interface MemoryNeeds {
  readonly artifacts: Artifacts;
  readonly device: Device;
  readonly sizes: ReadonlyMap<string, number>;
  /** All buffers, which are in memory already. */
  readonly buffers: ReadonlyMap<string, HostTensor>;
  /** Training interactions. */
  readonly pairs: number;
  /** Steps of an epoch, by phase. */
  readonly stepsPerEpoch: ReadonlyMap<string, number>;
  /** Most steps per run, by phase. */
  readonly stepsPerRun: number;
  /** False if the graphs are only to rank. */
  readonly trains: boolean;
  /** Bytes that may be used, null for no limit. */
  readonly limit: number | null;
  /** Who says so, for the error. */
  readonly limitedBy: string;
  /** Bytes that the process has now. */
  readonly inUse: number;
}

/** `reopened`: kept for an epoch. */
export type StepMemory = SessionMemory | "reopened";

/** How much memory a run needs, and what was chosen so that it fits. */
export interface MemoryPlan {
  /** Bytes at the peak: of the process on the CPU, of the card on CUDA; null if the graphs do not say. */
  readonly peak: number | null;
  readonly limit: number | null;
  /** Bytes by what they are for. */
  readonly parts: Readonly<Record<"inUse" | "state" | "values" | "evaluation", number>>;
  readonly stepsPerRun: number;
  /** How the graphs that train hold memory, by phase. */
  readonly stepMemory: ReadonlyMap<string, StepMemory>;
  /** Most scores computed at once when ranking; null for the usual number. */
  readonly tileScores: number | null;
}

/** Bytes of every parameter and moment that one of the phases updates, by name; phases may share them. */
function stateOf({ artifacts, sizes }: MemoryNeeds, phases: readonly PhaseEntry[]): Map<string, number> {
  const bytes = new Map(
    artifacts.manifest.parameters.map(({ name, axes }) => [
      name,
      4 * axes.reduce((product, axis) => product * (sizes.get(axis) ?? 0), 1),
    ]),
  );
  const state = new Map<string, number>();
  for (const { parameters, moments } of phases) {
    for (const name of parameters) state.set(name, bytes.get(name) ?? 0);
    for (const { name, parameter } of moments) state.set(name, bytes.get(parameter) ?? 0);
  }
  return state;
}

function total(state: ReadonlyMap<string, number>): number {
  return [...state.values()].reduce((sum, bytes) => sum + bytes, 0);
}

interface PhaseGraphs {
  readonly phase: PhaseEntry;
  readonly graph: string;
  /** Bytes that live at once in a step with batches of the declared size, or of at most `batch`. */
  readonly live: (batch?: number) => number;
  /** The largest values of such a step. */
  readonly largest: (count: number) => readonly LargeTensor[];
}

/** Reads the estimates of the graphs that take turns; null if one of them has none. */
async function readPhases(needs: MemoryNeeds): Promise<PhaseGraphs[] | null> {
  const { artifacts, device } = needs;
  const sizes = withGroupSizes(needs.sizes);
  const found: PhaseGraphs[] = [];
  for (const phase of artifacts.manifest.phases) {
    // Step by step, the optimizer's graph needs less than the gradients'.
    const graph = providerOf(device) === "webgpu" ? phase.graphs.training : phase.graphs.epoch;
    const memory = await GraphMemory.read(graphFile(artifacts, graph));
    if (memory?.isKnown(batchSizes(sizes, 1)) !== true) return null;
    const { batchSize } = phase.sampler;
    found.push({
      phase,
      graph,
      live: (batch = Infinity) => memory.peak(batchSizes(sizes, Math.min(batch, batchSize))),
      largest: (count) => memory.largest(batchSizes(sizes, batchSize), count),
    });
  }
  return found;
}

function batchSizes(sizes: ReadonlyMap<string, number>, batch: number): ReadonlyMap<string, number> {
  const items = sizes.get("item") ?? Infinity;
  const most = (count: number): number => Math.min(count, items);
  return new Map([
    ...sizes,
    ...([
      ["batch", batch],
      ["distinct", most(batch)],
      ["drawn", most(2 * batch)],
      ["step", 1],
    ] as const),
  ]);
}

/** How a phase whose steps have so many bytes alive at once holds them. */
function memoryKind({ stepsPerEpoch }: MemoryNeeds, phase: PhaseEntry, live: number): StepMemory {
  if ((stepsPerEpoch.get(phase.name) ?? Infinity) <= FEW_STEPS) return "returned";
  if (live > HUGE_STEP) return "reopened";
  return live > LARGE_STEP ? "kept" : "planned";
}

/** What a step of a phase holds; for one phase it never falls as more lives at once. */
function stepBytes(kind: StepMemory, live: number): number {
  if (kind === "planned") return ARENA * live;
  if (kind === "reopened") return REOPENED * live;
  return kind === "kept" ? Math.max(KEPT * live, ARENA * LARGE_STEP) : KEPT * live;
}

/** Peak of training with K steps per run and, instead of the declared ones, batches of at most `batch`. */
function trainingParts(
  needs: MemoryNeeds,
  phases: readonly PhaseGraphs[],
  stepsPerRun: number,
  batch = Infinity,
): { readonly state: number; readonly values: number } {
  const isCuda = providerOf(needs.device) === "cuda";
  const whole = total(
    stateOf(
      needs,
      phases.map(({ phase }) => phase),
    ),
  );
  let state = isCuda ? whole : STATE_COPIES * whole + Math.min(GARBAGE, GARBAGE_COPIES * whole);
  // An epoch's triples, before and after they are shuffled.
  let values = isCuda ? 0 : JAVASCRIPT + needs.pairs * 2 * 3 * 4;
  for (const graphs of phases) {
    const { phase } = graphs;
    const size = Math.min(batch, phase.sampler.batchSize);
    // Scan carries the state in two buffers of its own (fewer for one or two steps) and the result is a third.
    state += total(stateOf(needs, [phase])) * (1 + Math.min(2, stepsPerRun - 1));
    const stacked = Math.min(stepsPerRun * 4 * phase.batch.length * size, BATCH_BYTES);
    const live = graphs.live(batch);
    values += stepBytes(memoryKind(needs, phase, live), live) + 2 * stacked;
  }
  return { state, values };
}

/**
 * Making the final vectors, and ranking so many users at once.
 *
 * @returns null if the graphs do not say
 */
async function readEvaluation({
  artifacts,
  sizes,
  pairs,
}: MemoryNeeds): Promise<((block: number) => number) | null> {
  const embed = await GraphMemory.read(graphFile(artifacts, "embed"));
  const rank = await GraphMemory.read(graphFile(artifacts, "rank"));
  if (rank === null || embed?.isKnown(batchSizes(withGroupSizes(sizes), 1)) !== true) return null;
  const vectors = KEPT * embed.peak(batchSizes(withGroupSizes(sizes), 1));
  const axis = artifacts.manifest.graphs["embed"]!.outputs[0]!.axes[1]!;
  const vector = typeof axis === "number" ? axis : (sizes.get(axis) ?? 0);
  const users = Math.max(1, sizes.get("user") ?? 1);
  const copied = 4 * vector * (users + (sizes.get("item") ?? 0));
  const items = Math.max(1, sizes.get("item") ?? 1);
  const ranking = (block: number, k: number): number => {
    const masked = Math.ceil((block * pairs) / users);
    const blockSizes = { user: block, block, vector, pair: masked, k };
    const graph = ARENA * rank.peak(new Map([...sizes, ...Object.entries(blockSizes)]));
    // In JavaScript, the pairs to mask (int64) and per item of a list its id (int64, then int32) and score.
    return graph + masked * 16 + block * k * 16;
  };
  // AUC, measured at the end, puts all items in order, for at most half as many scores at once.
  const inOrder = Math.max(1, Math.floor(TILE_SCORES / 2 / items));
  return (block) =>
    vectors +
    copied +
    Math.max(ranking(block, Math.min(RANKED, items)), ranking(Math.min(block, inOrder), items));
}

/** The largest K from 1 to `most` that fits; 1 if none does. */
export function largestFitting(most: number, fits: (count: number) => boolean): number {
  let [low, high] = [1, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Estimates the peak of memory and chooses the steps per run so that it stays within the limit.
 *
 * @throws MemoryError if not even one step per run fits
 */
export async function planMemory(needs: MemoryNeeds): Promise<MemoryPlan> {
  const { limit, device } = needs;
  const phases = needs.trains ? await readPhases(needs) : [];
  const evaluation = await readEvaluation(needs);
  const items = Math.max(1, needs.sizes.get("item") ?? 1);
  const users = Math.max(1, needs.sizes.get("user") ?? 1);
  const usualBlock = Math.max(1, Math.min(users, Math.floor(TILE_SCORES / items)));
  const onCard = providerOf(device) === "cuda";
  const buffers = [...needs.buffers.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  const inUse = onCard ? CUDA_CONTEXT + buffers : needs.inUse;
  if (phases === null || evaluation === null) {
    const parts = { inUse, state: 0, values: 0, evaluation: 0 };
    const { stepsPerRun } = needs;
    return { peak: null, limit, parts, stepsPerRun, stepMemory: new Map(), tileScores: null };
  }
  const stepMemory = new Map(phases.map(({ phase, live }) => [phase.name, memoryKind(needs, phase, live())]));
  const partsFor = (steps: number, block: number, batch?: number): MemoryPlan["parts"] => ({
    inUse,
    ...trainingParts(needs, phases, steps, batch),
    evaluation: evaluation(block),
  });
  const peakOf = (parts: MemoryPlan["parts"]): number =>
    parts.inUse + parts.state + parts.values + parts.evaluation;
  const fits = (steps: number, block: number, batch?: number): boolean =>
    limit === null || peakOf(partsFor(steps, block, batch)) <= limit;
  const stepsPerRun = largestFitting(needs.stepsPerRun, (steps) => fits(steps, usualBlock));
  const block = largestFitting(usualBlock, (count) => fits(stepsPerRun, count));
  const parts = partsFor(stepsPerRun, block);
  if (limit === null || fits(stepsPerRun, block)) {
    const tileScores = block === usualBlock ? null : block * items;
    return { peak: peakOf(parts), limit, parts, stepsPerRun, stepMemory, tileScores };
  }

  const [heaviest] = [...phases].sort((a, b) => b.live() - a.live());
  const batch = heaviest?.phase.sampler.batchSize ?? 1;
  const smaller = largestFitting(batch, (count) => fits(1, 1, count));
  throw new MemoryError({
    purpose: needs.trains ? "Training" : "Ranking",
    needed: peakOf(parts),
    limit,
    limitedBy: needs.limitedBy,
    graph: heaviest?.graph ?? "embed",
    largest: heaviest?.largest(3) ?? [],
    fix: fits(1, 1, smaller)
      ? `A batch size of ${smaller} instead of ${batch} would fit.`
      : `No batch size would fit: of the ${byteSize(peakOf(parts))}, the process has ${byteSize(inUse)} already and ` +
        `parameters and optimizer state take ${byteSize(parts.state)}. Use fewer dimensions or layers, or more memory.`,
  });
}
