import { chooseDevice, providerOf } from "../artifacts/device.js";
import { GraphSession, type GraphSessionOptions, type SessionMemory } from "../artifacts/graphSession.js";
import { graphFile } from "../artifacts/loadArtifacts.js";
import { Buffers } from "../data/buffers.js";
import { loadDataset, type Dataset } from "../data/dataset.js";
import type { DatasetNote } from "../data/datasetNote.js";
import { hostTensor } from "../data/hostTensor.js";
import { randomKey } from "../data/random.js";
import { runRecipe } from "../data/recipes.js";
import { createSampler } from "../data/sampler.js";
import type { RankingReport } from "../ranking/evaluateRanking.js";
import { itemsWithoutTraining } from "../ranking/groups.js";
import { BufferSchedule } from "./bufferSchedule.js";
import type { Engine, EngineHooks, EngineInfo, EngineOptions, EngineState } from "./engine.js";
import { evaluateDataset, type EvaluationRequest } from "./evaluateDataset.js";
import { initialState } from "./initialise.js";
import { fitTiles } from "./fitTile.js";
import { memoryLimit } from "./memoryLimit.js";
import { planMemory, type StepMemory } from "./memoryPlan.js";
import { PhaseTrainer, STEPS_PER_RUN } from "./phaseTrainer.js";
import { RecipeGraphs } from "./recipeGraphs.js";
import { ReopenedGraph } from "./reopenedGraph.js";
import { ScheduledEngine, startingState, type EngineParts } from "./scheduledEngine.js";
import { FusedExecutor, SeparateExecutor, type RunnableGraph } from "./stepExecutor.js";

/** Trains in the calling thread; onnxruntime blocks it while a graph runs. */
export class LocalEngine extends ScheduledEngine implements Engine {
  private readonly dataset: Dataset;

  private constructor(
    readonly info: EngineInfo,
    parts: EngineParts,
    state: Omit<EngineState, "buffers">,
  ) {
    super(parts, state);
    this.dataset = parts.dataset;
  }

  /**
   * Loads the dataset, makes the buffers, opens the graphs and draws the initial parameters.
   *
   * @throws DatasetError, RecipeError, AxisSizeError, DeviceError, ArtifactError, GraphRunError …: what is wrong
   */
  static async open(options: EngineOptions, hooks: EngineHooks): Promise<LocalEngine> {
    const { artifacts, seed } = options;
    const { manifest } = artifacts;
    const { device, reason } = await chooseDevice(options.device, graphFile(artifacts, "embed"));
    const declaredSizes = new Map(
      Object.entries(manifest.axes).filter((axis): axis is [string, number] => typeof axis[1] === "number"),
    );
    const withSizes = (
      sizes: ReadonlyMap<string, number>,
      memory: SessionMemory = "planned",
    ): GraphSessionOptions => ({
      device,
      sizes,
      memory,
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    });

    const limit = await memoryLimit(options.memory, device);
    const dataset = await loadDataset(options.dataset);
    const notes: DatasetNote[] = [...dataset.notes];
    const recipeGraphs = new RecipeGraphs(artifacts, withSizes(new Map(), "kept"));
    const buffers = await Buffers.open(manifest, dataset, {
      seed,
      runRecipe,
      runGraph: recipeGraphs.run,
      // A recipe computes on the device, and how much of a card it may take nobody has measured.
      fitTile: fitTiles(artifacts, providerOf(device) === "cpu" ? limit.bytes : null, limit.source),
      progress: (buffer, done, total) => {
        hooks.report({ kind: "buffer", buffer, done, total });
      },
      note: (note) => {
        if (!notes.some((known) => known.message === note.message)) notes.push(note);
      },
    });
    // Buffers that change may change their sizes, so only those made once bind the graphs.
    const sizes = buffers.sizes();
    const key = hostTensor("uint64", [], BigUint64Array.of(randomKey(seed)));
    const bufferSchedule = new BufferSchedule(artifacts, buffers, recipeGraphs.run, key);
    await bufferSchedule.restore(0, 0, new Map());
    // Gives their memory back; they are opened again if an epoch's buffers need them.
    await recipeGraphs.close();
    const sampled = {
      dataset,
      matrix: buffers.matrix,
      size: (axis: string) => sizes.get(axis)!,
    };
    const samplers = new Map(
      manifest.phases.map(({ name, sampler }) => [name, createSampler(sampler, sampled, seed, name)]),
    );
    const memory = await planMemory({
      artifacts,
      device,
      sizes: buffers.sizes(),
      buffers: buffers.tensors(),
      pairs: dataset.counts.train,
      stepsPerEpoch: new Map([...samplers].map(([phase, sampler]) => [phase, sampler.stepsPerEpoch])),
      stepsPerRun: options.stepsPerRun ?? STEPS_PER_RUN[providerOf(device)],
      trains: options.trains !== false,
      limit: limit.bytes,
      limitedBy: limit.source,
      inUse: process.memoryUsage.rss(),
    });

    const closing: (() => Promise<void>)[] = [];
    const open = async (
      graph: string,
      known: ReadonlyMap<string, number>,
      kind: SessionMemory = "planned",
    ): Promise<GraphSession> => {
      const session = await GraphSession.open(artifacts, graph, withSizes(known, kind));
      closing.push(() => session.release());
      return session;
    };
    const openSteps = async (graph: string, kind: StepMemory | undefined): Promise<RunnableGraph> => {
      if (kind !== "reopened") return open(graph, sizes, kind);
      const reopened = new ReopenedGraph(() => GraphSession.open(artifacts, graph, withSizes(sizes, "kept")));
      closing.push(() => reopened.rest());
      return reopened;
    };
    const phases = new Map<string, PhaseTrainer>();
    for (const entry of manifest.phases) {
      const { graphs } = entry;
      const kind = memory.stepMemory.get(entry.name);
      const executor =
        device === "webgpu"
          ? new SeparateExecutor(
              entry,
              await openSteps(graphs.training, kind),
              await openSteps(graphs.optimizer, kind),
            )
          : new FusedExecutor(entry, await openSteps(graphs.epoch, kind));
      const sampler = samplers.get(entry.name)!;
      phases.set(
        entry.name,
        new PhaseTrainer(entry, sampler, executor, memory.stepsPerRun, buffers.matrix, hooks.report),
      );
    }
    const embedGraph = await open("embed", sizes, "returned");
    // Users and candidates are handed to the rank graph block by block, so only the declared sizes bind it.
    const rankGraph = await open("rank", declaredSizes);

    const tensors = initialState(manifest, sizes, seed);
    const info: EngineInfo = {
      device,
      deviceReason: reason,
      memory,
      dataset: {
        name: dataset.name,
        checksum: dataset.checksum,
        users: dataset.users,
        items: dataset.items,
        counts: dataset.counts,
        itemsWithoutTraining: itemsWithoutTraining(dataset.train, dataset.items).length,
        notes,
      },
      sizes: buffers.sizes(),
      stepsPerEpoch: Object.fromEntries([...phases].map(([name, phase]) => [name, phase.stepsPerEpoch])),
      parameterCount: manifest.parameters.reduce((sum, { name }) => sum + tensors.get(name)!.data.length, 0),
      keptBufferBytes: bufferSchedule.stateBytes,
    };
    const close = async (): Promise<void> => {
      await recipeGraphs.close();
      for (const release of closing) await release();
    };
    return new LocalEngine(
      info,
      {
        ...{ hooks, dataset, buffers, bufferSchedule, phases, embedGraph, rankGraph, key, close },
        schedule: manifest.schedule,
        pauseAfterSeconds: options.pauseAfterSeconds ?? Infinity,
      },
      startingState(manifest, tensors),
    );
  }

  evaluate(request: EvaluationRequest): Promise<RankingReport> {
    return evaluateDataset(this.dataset, request, () => this.ranker(), this.info.memory.tileScores);
  }
}
