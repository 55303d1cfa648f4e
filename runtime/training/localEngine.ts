import { chooseDevice, providerOf } from "../artifacts/device.js";
import { GraphSession, type GraphSessionOptions, type SessionMemory } from "../artifacts/graphSession.js";
import { graphFile } from "../artifacts/loadArtifacts.js";
import type { ScheduleEntry } from "../artifacts/manifest.js";
import { Buffers } from "../data/buffers.js";
import { loadDataset, type Dataset } from "../data/dataset.js";
import type { DatasetNote } from "../data/datasetNote.js";
import { hostTensor, type HostTensor } from "../data/hostTensor.js";
import { randomKey } from "../data/random.js";
import { createSampler } from "../data/sampler.js";
import type { RankingReport } from "../ranking/evaluateRanking.js";
import { itemsWithoutTraining } from "../ranking/groups.js";
import { ModelRanker } from "../ranking/modelRanker.js";
import type { Ranker } from "../ranking/ranker.js";
import { BufferSchedule } from "./bufferSchedule.js";
import type {
  Engine,
  EngineHooks,
  EngineInfo,
  EngineOptions,
  EngineState,
  EpochLosses,
  EpochProgress,
  EpochStop,
} from "./engine.js";
import { evaluateDataset, type EvaluationRequest } from "./evaluateDataset.js";
import { initialState } from "./initialise.js";
import { fitTiles } from "./fitTile.js";
import { memoryLimit } from "./memoryLimit.js";
import { planMemory } from "./memoryPlan.js";
import { PhaseTrainer, STEPS_PER_RUN } from "./phaseTrainer.js";
import { RecipeGraphs } from "./recipeGraphs.js";
import { FusedExecutor, SeparateExecutor } from "./stepExecutor.js";

type Tensors = ReadonlyMap<string, HostTensor>;
type Rates = Readonly<Record<string, number>>;

/** Nothing of an epoch is done. */
const untouched: EpochProgress = { entries: 0, step: 0, sums: [], losses: {} };

/** What an engine consists of. */
interface EngineParts {
  readonly info: EngineInfo;
  readonly hooks: EngineHooks;
  readonly pauseAfterSeconds: number;
  readonly dataset: Dataset;
  readonly schedule: readonly ScheduleEntry[];
  readonly buffers: Buffers;
  readonly bufferSchedule: BufferSchedule;
  readonly phases: ReadonlyMap<string, PhaseTrainer>;
  readonly embedGraph: GraphSession;
  readonly rankGraph: GraphSession;
  readonly key: HostTensor;
  readonly close: () => Promise<void>;
}

/** Trains in the calling thread; onnxruntime blocks it while a graph runs. */
export class LocalEngine implements Engine {
  private constructor(
    private readonly parts: EngineParts,
    private state: Omit<EngineState, "buffers">,
  ) {}

  get info(): EngineInfo {
    return this.parts.info;
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
    const recipeGraphs = new RecipeGraphs(artifacts, withSizes(new Map(), "returned"));
    const buffers = await Buffers.open(manifest, dataset, {
      seed,
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
    const memory = await planMemory({
      artifacts,
      device,
      sizes: buffers.sizes(),
      buffers: buffers.tensors(),
      pairs: dataset.counts.train,
      stepsPerRun: options.stepsPerRun ?? STEPS_PER_RUN[providerOf(device)],
      trains: options.trains !== false,
      limit: limit.bytes,
      limitedBy: limit.source,
      inUse: process.memoryUsage.rss(),
    });

    const sessions: GraphSession[] = [];
    const open = async (
      graph: string,
      known: ReadonlyMap<string, number>,
      kind: SessionMemory = "planned",
    ): Promise<GraphSession> => {
      const session = await GraphSession.open(artifacts, graph, withSizes(known, kind));
      sessions.push(session);
      return session;
    };
    const phases = new Map<string, PhaseTrainer>();
    const sampled = {
      dataset,
      matrix: buffers.matrix,
      size: (axis: string) => sizes.get(axis)!,
    };
    for (const entry of manifest.phases) {
      const { graphs } = entry;
      const executor =
        device === "webgpu"
          ? new SeparateExecutor(
              entry,
              await open(graphs.training, sizes, memory.stepMemory),
              await open(graphs.optimizer, sizes, memory.stepMemory),
            )
          : new FusedExecutor(entry, await open(graphs.epoch, sizes, memory.stepMemory));
      const sampler = createSampler(entry.sampler, sampled, seed, entry.name);
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
      for (const session of sessions) await session.release();
    };
    const steps = Object.fromEntries(manifest.phases.map((phase) => [phase.optimizerState, 0]));
    return new LocalEngine(
      {
        ...{ info, hooks, dataset, buffers, bufferSchedule, phases, embedGraph, rankGraph, key, close },
        schedule: manifest.schedule,
        pauseAfterSeconds: options.pauseAfterSeconds ?? Infinity,
      },
      { epoch: 0, progress: null, tensors, steps },
    );
  }

  async runEpoch(learningRates: Rates): Promise<EpochLosses | EpochStop> {
    const { schedule, phases, bufferSchedule, hooks, pauseAfterSeconds } = this.parts;
    const { epoch } = this.state;
    const pauseAt = performance.now() + 1000 * pauseAfterSeconds;
    const stop = (): EpochStop | null => {
      if (hooks.isCancelled()) return "interrupted";
      return performance.now() >= pauseAt ? "paused" : null;
    };
    for (;;) {
      const progress = this.state.progress ?? untouched;
      const work = schedule[progress.entries];
      if (work === undefined) {
        this.state = { ...this.state, epoch: epoch + 1, progress: null };
        return progress.losses;
      }
      let { losses } = progress;
      if (work.kind === "refresh") await bufferSchedule.refresh(work.buffer, epoch, this.state.tensors);
      else {
        const phase = phases.get(work.phase)!;
        if (phase.runsIn(epoch)) {
          const done = await this.trainPhase(phase, learningRates[work.phase]!, stop);
          if (typeof done === "string") return done;
          losses = { ...losses, [work.phase]: done };
        }
      }
      this.state = {
        ...this.state,
        progress: { ...untouched, entries: progress.entries + 1, losses },
      };
    }
  }

  /** @returns the means of the losses, or why the phase stopped before its last step */
  private async trainPhase(
    phase: PhaseTrainer,
    learningRate: number,
    stop: () => EpochStop | null,
  ): Promise<Readonly<Record<string, number>> | EpochStop> {
    const { epoch, steps } = this.state;
    const { optimizerState } = phase.entry;
    const progress = this.state.progress ?? untouched;
    const started = progress.step > 0 ? progress : null;
    const chunks = phase.chunks(epoch, learningRate, started, steps[optimizerState]!, () => this.standing());
    let latest = progress;
    for await (const { step, sums, taken, updated } of chunks) {
      latest = { ...progress, step, sums };
      this.state = {
        epoch,
        progress: latest,
        tensors: new Map([...this.state.tensors, ...updated]),
        steps: { ...this.state.steps, [optimizerState]: this.state.steps[optimizerState]! + taken },
      };
      const reason = step < phase.stepsPerEpoch ? stop() : null;
      if (reason !== null) return reason;
    }
    return phase.means(latest);
  }

  async evaluate(request: EvaluationRequest): Promise<RankingReport> {
    return evaluateDataset(
      this.parts.dataset,
      request,
      () => this.modelRanker(),
      this.info.memory.tileScores,
    );
  }

  private async modelRanker(): Promise<Ranker> {
    const { bufferSchedule, embedGraph, rankGraph, key, dataset } = this.parts;
    const { tensors, epoch } = this.state;
    const buffers = await bufferSchedule.forEvaluation(Math.max(0, epoch - 1), tensors);
    const vectors = await embedGraph.run(new Map([...buffers, ...tensors, ["random_key", key]]));
    const { users, items } = dataset;
    return ModelRanker.from(rankGraph, vectors.get("user_vectors")!, vectors.get("item_vectors")!, {
      users,
      items,
    });
  }

  /** Everything that graphs read besides batches. */
  private standing(): Tensors {
    const { buffers, key } = this.parts;
    return new Map([...buffers.tensors(), ...this.state.tensors, ["random_key", key]]);
  }

  readState(): Promise<EngineState> {
    return Promise.resolve({ ...this.state, buffers: this.parts.bufferSchedule.state() });
  }

  async writeState({ buffers, ...state }: EngineState): Promise<void> {
    const { bufferSchedule, schedule } = this.parts;
    const { epoch, progress } = state;
    if (progress !== null) await bufferSchedule.restore(epoch, progress.entries, buffers);
    else if (epoch > 0) await bufferSchedule.restore(epoch - 1, schedule.length, buffers);
    else await bufferSchedule.restore(0, 0, buffers);
    this.state = state;
  }

  close(): Promise<void> {
    return this.parts.close();
  }
}
