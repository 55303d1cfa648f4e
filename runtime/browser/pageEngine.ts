import type { Artifacts } from "../artifacts/artifacts.js";
import { graphEntry } from "../artifacts/artifacts.js";
import { checkFeeds } from "../artifacts/checkFeeds.js";
import { DeviceError } from "../artifacts/deviceError.js";
import type { PhaseEntry } from "../artifacts/manifest.js";
import { Buffers } from "../data/buffers.js";
import { drawnRecipes } from "../data/drawnRecipes.js";
import { hostTensor, type HostTensor } from "../data/hostTensor.js";
import { randomKey } from "../data/random.js";
import { recipesOf, type RunRecipe } from "../data/recipeTable.js";
import { createSampler } from "../data/sampler.js";
import { BufferSchedule } from "../training/bufferSchedule.js";
import type { ChunkEvent, EngineHooks } from "../training/engine.js";
import { initialState } from "../training/initialise.js";
import { PhaseTrainer } from "../training/phaseTrainer.js";
import { ScheduledEngine, startingState } from "../training/scheduledEngine.js";
import { FusedExecutor, type RunnableGraph, type StepExecutor } from "../training/stepExecutor.js";
import { GpuExecutor } from "./gpuExecutor.js";
import type { LoadedOrt } from "./ortModule.js";
import { PageGraph, type PageGraphOptions } from "./pageGraph.js";
import type { TrainingData } from "./trainingData.js";

export interface PageEngineOptions {
  readonly artifacts: Artifacts;
  readonly data: TrainingData;
  readonly loaded: LoadedOrt;
  readonly seed: number;
  /** Most steps in one run. */
  readonly stepsPerRun: number;
  /** Bytes of a graph's file. */
  readonly bytesOf: (file: string) => Promise<Uint8Array>;
  readonly report: (event: ChunkEvent) => void;
  /** Waited for before steps are taken. */
  readonly betweenRuns: () => Promise<void>;
  readonly isCancelled: () => boolean;
}

/** What trains in a page. */
export interface PageEngine {
  readonly engine: ScheduledEngine;
  readonly executors: readonly StepExecutor[];
  readonly rankGraph: RunnableGraph;
  readonly stepsPerEpoch: number;
  close(): Promise<void>;
}

/** A graph of the artifacts whose feeds are checked against the manifest. */
class CheckedGraph implements RunnableGraph {
  constructor(
    private readonly artifacts: Artifacts,
    private readonly name: string,
    private readonly graph: PageGraph,
    private readonly sizes: ReadonlyMap<string, number>,
  ) {}

  run(feeds: ReadonlyMap<string, HostTensor>): Promise<Map<string, HostTensor>> {
    checkFeeds(this.name, graphEntry(this.artifacts, this.name), feeds, this.sizes);
    return this.graph.run(feeds);
  }
}

/** @throws DeviceError if a graph draws noise, whose 64-bit integers WebGPU lacks */
function checkForGpu(artifacts: Artifacts, phase: PhaseEntry): void {
  const { inputs } = graphEntry(artifacts, phase.graphs.training);
  if (!inputs.some(({ dtype }) => dtype === "uint64")) return;
  throw new DeviceError(
    "webgpu",
    `model "${artifacts.manifest.model}" draws noise with 64-bit integers, which WebGPU lacks`,
    "Use the device wasm.",
  );
}

/**
 * Makes an engine that trains a model with onnxruntime-web as LocalEngine does with onnxruntime-node: the same samples,
 * buffers, start values and order of work for the same seed.
 *
 * @throws what is wrong with data or artifacts; DeviceError for a model that WebGPU cannot train
 */
export async function openPageEngine(options: PageEngineOptions): Promise<PageEngine> {
  const { artifacts, data, loaded, seed } = options;
  const { manifest } = artifacts;
  const { dataset } = data;
  const graphs: PageGraph[] = [];
  const load = async (name: string, further: PageGraphOptions = {}): Promise<PageGraph> => {
    const { file } = graphEntry(artifacts, name);
    const graph = await PageGraph.open(file, await options.bytesOf(file), loaded, further);
    graphs.push(graph);
    return graph;
  };
  const checked = async (name: string, sizes: ReadonlyMap<string, number>): Promise<CheckedGraph> =>
    new CheckedGraph(artifacts, name, await load(name, { onCpu: true }), sizes);

  const drawn = recipesOf(drawnRecipes);
  const runRecipe: RunRecipe = (context) => {
    const prepared = data.buffers.get(context.entry.name);
    return prepared === undefined ? drawn(context) : Promise.resolve(prepared);
  };
  const refreshing = new Map<string, Promise<CheckedGraph>>();
  const runGraph = async (name: string, feeds: Readonly<Record<string, HostTensor>>) => {
    const graph = refreshing.get(name) ?? checked(name, new Map());
    refreshing.set(name, graph);
    return Object.fromEntries(await (await graph).run(new Map(Object.entries(feeds))));
  };
  const buffers = await Buffers.open(manifest, dataset, {
    ...{ seed, runRecipe, runGraph },
    fillsGroups: loaded.device === "webgpu",
  });
  const sizes = buffers.sizes();
  const key = hostTensor("uint64", [], BigUint64Array.of(randomKey(seed)));
  const bufferSchedule = new BufferSchedule(artifacts, buffers, runGraph, key);
  await bufferSchedule.restore(0, 0, new Map());

  const executors: StepExecutor[] = [];
  const phases = new Map<string, PhaseTrainer>();
  const hooks: EngineHooks = {
    report: (event) => {
      if (event.kind === "chunk") options.report(event);
    },
    isCancelled: options.isCancelled,
  };
  for (const entry of manifest.phases) {
    let executor: StepExecutor;
    if (loaded.device === "webgpu") {
      checkForGpu(artifacts, entry);
      const onGpu = { keepsOnGpu: true };
      const training = await load(entry.graphs.training, onGpu);
      executor = new GpuExecutor(entry, training, await load(entry.graphs.optimizer, onGpu), loaded);
    } else executor = new FusedExecutor(entry, await checked(entry.graphs.epoch, sizes));
    executors.push(executor);
    const inTurns: StepExecutor = {
      run: async (chunk) => {
        await options.betweenRuns();
        return executor.run(chunk);
      },
    };
    const sampled = { dataset, matrix: buffers.matrix, size: (axis: string) => sizes.get(axis)! };
    const sampler = createSampler(entry.sampler, sampled, seed, entry.name);
    phases.set(
      entry.name,
      new PhaseTrainer(entry, sampler, inTurns, options.stepsPerRun, buffers.matrix, hooks.report),
    );
  }
  const embedGraph = await checked("embed", sizes);
  const rankGraph = await checked("rank", new Map());
  const close = async (): Promise<void> => {
    for (const graph of graphs.splice(0)) await graph.release();
  };
  const engine = new ScheduledEngine(
    {
      ...{ hooks, dataset, buffers, bufferSchedule, phases, embedGraph, rankGraph, key, close },
      schedule: manifest.schedule,
      pauseAfterSeconds: Infinity,
    },
    startingState(manifest, initialState(manifest, sizes, seed)),
  );
  const stepsPerEpoch = [...phases.values()].reduce((sum, phase) => sum + phase.stepsPerEpoch, 0);
  return { engine, executors, rankGraph, stepsPerEpoch, close };
}
