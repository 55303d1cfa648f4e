import { chooseDevice, providerOf } from "../artifacts/device.js";
import { GraphSession, type GraphSessionOptions } from "../artifacts/graphSession.js";
import { graphFile, type Artifacts } from "../artifacts/loadArtifacts.js";
import { axisSizes } from "../data/axisSizes.js";
import { prepareBuffers, redrawBuffers, type BufferOptions } from "../data/buffers.js";
import { loadDataset, type Dataset } from "../data/dataset.js";
import type { DatasetNote } from "../data/datasetNote.js";
import { hostTensor, type HostTensor } from "../data/hostTensor.js";
import { randomKey } from "../data/random.js";
import { createSampler } from "../data/sampler.js";
import type { RankingReport } from "../ranking/evaluateRanking.js";
import { itemsWithoutTraining } from "../ranking/groups.js";
import { ModelRanker } from "../ranking/modelRanker.js";
import type { Ranker } from "../ranking/ranker.js";
import type { Engine, EngineHooks, EngineInfo, EngineOptions, EngineState, EpochLosses } from "./engine.js";
import { evaluateDataset, type EvaluationRequest } from "./evaluateDataset.js";
import { initialState } from "./initialise.js";
import { PhaseTrainer, STEPS_PER_RUN } from "./phaseTrainer.js";
import { RecipeGraphs } from "./recipeGraphs.js";
import { FusedExecutor, SeparateExecutor } from "./stepExecutor.js";

type Tensors = ReadonlyMap<string, HostTensor>;

/** Trains in the calling thread; onnxruntime blocks it while a graph runs. */
export class LocalEngine implements Engine {
  private epochBuffers: { readonly epoch: number; readonly tensors: Tensors } | undefined;

  private constructor(
    readonly info: EngineInfo,
    private readonly artifacts: Artifacts,
    private readonly dataset: Dataset,
    private readonly bufferOptions: BufferOptions,
    private readonly recipeGraphs: RecipeGraphs,
    private readonly phases: readonly PhaseTrainer[],
    private readonly sessions: readonly GraphSession[],
    private readonly embedGraph: GraphSession,
    private readonly rankGraph: GraphSession,
    /** Buffers made once, and the random key. */
    private readonly fixed: Tensors,
    private state: EngineState,
  ) {}

  /**
   * Loads the dataset, makes the buffers, opens the graphs and draws the initial parameters.
   *
   * @throws DatasetError, RecipeError, AxisSizeError, DeviceError, ArtifactError, GraphRunError …: what is wrong
   */
  static async open(options: EngineOptions, hooks: EngineHooks): Promise<LocalEngine> {
    const { artifacts, seed } = options;
    const { manifest } = artifacts;
    const { device, reason } = await chooseDevice(options.device, graphFile(artifacts, "embed"));
    const fixedSizes = new Map(
      Object.entries(manifest.axes).filter((axis): axis is [string, number] => typeof axis[1] === "number"),
    );
    const withSizes = (sizes: ReadonlyMap<string, number>): GraphSessionOptions => ({
      device,
      sizes,
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    });

    const dataset = await loadDataset(options.dataset);
    const notes: DatasetNote[] = [...dataset.notes];
    const recipeGraphs = new RecipeGraphs(artifacts, withSizes(new Map()));
    const bufferOptions: BufferOptions = {
      seed,
      runGraph: recipeGraphs.run,
      progress: (buffer, done, total) => {
        hooks.report({ kind: "buffer", buffer, done, total });
      },
      note: (note) => {
        if (!notes.some((known) => known.message === note.message)) notes.push(note);
      },
    };
    const buffers = await prepareBuffers(manifest, dataset, bufferOptions);
    const firstEpochBuffers = await redrawBuffers(manifest, dataset, bufferOptions, 0);
    const sizes = axisSizes(manifest, dataset, new Map([...buffers, ...firstEpochBuffers]));

    const sessions: GraphSession[] = [];
    const open = async (graph: string, known: ReadonlyMap<string, number>): Promise<GraphSession> => {
      const session = await GraphSession.open(artifacts, graph, withSizes(known));
      sessions.push(session);
      return session;
    };
    const phases: PhaseTrainer[] = [];
    for (const entry of manifest.phases) {
      const { graphs } = entry;
      const executor =
        device === "webgpu"
          ? new SeparateExecutor(
              entry,
              await open(graphs.training, sizes),
              await open(graphs.optimizer, sizes),
            )
          : new FusedExecutor(entry, await open(graphs.epoch, sizes));
      const sampler = createSampler(entry.sampler, dataset, seed, entry.name);
      phases.push(
        new PhaseTrainer(
          entry,
          sampler,
          executor,
          options.stepsPerRun ?? STEPS_PER_RUN[providerOf(device)],
          hooks,
        ),
      );
    }
    const embedGraph = await open("embed", sizes);
    // Users and candidates are handed to the rank graph block by block, so only the declared sizes bind it.
    const rankGraph = await open("rank", fixedSizes);

    const tensors = initialState(manifest, sizes, seed);
    const info: EngineInfo = {
      device,
      deviceReason: reason,
      dataset: {
        name: dataset.name,
        checksum: dataset.checksum,
        users: dataset.users,
        items: dataset.items,
        counts: dataset.counts,
        itemsWithoutTraining: itemsWithoutTraining(dataset.train, dataset.items).length,
        notes,
      },
      sizes,
      stepsPerEpoch: Object.fromEntries(
        phases.map(({ entry, stepsPerEpoch }) => [entry.name, stepsPerEpoch]),
      ),
      parameterCount: manifest.parameters.reduce((sum, { name }) => sum + tensors.get(name)!.data.length, 0),
    };
    const key = hostTensor("uint64", [], BigUint64Array.of(randomKey(seed)));
    const steps = Object.fromEntries(manifest.phases.map((phase) => [phase.name, 0]));
    return new LocalEngine(
      info,
      artifacts,
      dataset,
      bufferOptions,
      recipeGraphs,
      phases,
      sessions,
      embedGraph,
      rankGraph,
      new Map([...buffers, ["random_key", key]]),
      { tensors, steps },
    );
  }

  async runEpoch(
    epoch: number,
    learningRates: Readonly<Record<string, number>>,
  ): Promise<EpochLosses | null> {
    const standing = new Map([...this.fixed, ...(await this.buffersOf(epoch))]);
    const tensors = new Map(this.state.tensors);
    const steps = { ...this.state.steps };
    const losses: Record<string, Readonly<Record<string, number>>> = {};
    for (const phase of this.phases) {
      const { name } = phase.entry;
      const means = await phase.runEpoch(epoch, learningRates[name]!, steps[name]! + 1, standing, tensors);
      if (means === null) return null;
      losses[name] = means;
      steps[name]! += phase.stepsPerEpoch;
    }
    this.state = { tensors, steps };
    return losses;
  }

  async evaluate(request: EvaluationRequest): Promise<RankingReport> {
    return evaluateDataset(this.dataset, request, () => this.modelRanker(request.epoch));
  }

  private async modelRanker(epoch: number): Promise<Ranker> {
    // The buffers that the last completed epoch was trained with.
    const buffers = await this.buffersOf(Math.max(0, epoch - 1));
    const vectors = await this.embedGraph.run(new Map([...this.fixed, ...buffers, ...this.state.tensors]));
    const { users, items } = this.dataset;
    return ModelRanker.from(this.rankGraph, vectors.get("user_vectors")!, vectors.get("item_vectors")!, {
      users,
      items,
    });
  }

  /** The buffers that change every epoch, as drawn for this one. */
  private async buffersOf(epoch: number): Promise<Tensors> {
    if (this.epochBuffers?.epoch !== epoch) {
      const tensors = await redrawBuffers(this.artifacts.manifest, this.dataset, this.bufferOptions, epoch);
      this.epochBuffers = { epoch, tensors };
    }
    return this.epochBuffers.tensors;
  }

  readState(): Promise<EngineState> {
    return Promise.resolve(this.state);
  }

  writeState(state: EngineState): Promise<void> {
    this.state = state;
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.recipeGraphs.close();
    for (const session of this.sessions) await session.release();
  }
}
