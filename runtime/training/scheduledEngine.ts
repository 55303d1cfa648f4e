import type { Manifest, ScheduleEntry } from "../artifacts/manifest.js";
import type { Buffers } from "../data/buffers.js";
import type { Dataset } from "../data/dataset.js";
import type { HostTensor } from "../data/hostTensor.js";
import { ModelRanker } from "../ranking/modelRanker.js";
import type { Ranker } from "../ranking/ranker.js";
import type { BufferSchedule } from "./bufferSchedule.js";
import type { Engine, EngineHooks, EngineState, EpochLosses, EpochProgress, EpochStop } from "./engine.js";
import type { PhaseTrainer } from "./phaseTrainer.js";
import type { RunnableGraph } from "./stepExecutor.js";

type Tensors = ReadonlyMap<string, HostTensor>;
type Rates = Readonly<Record<string, number>>;

/** Nothing of an epoch is done. */
const untouched: EpochProgress = { entries: 0, step: 0, sums: [], losses: {} };

/** What a scheduled engine consists of. */
export interface EngineParts {
  readonly hooks: EngineHooks;
  readonly pauseAfterSeconds: number;
  readonly dataset: Dataset;
  readonly schedule: readonly ScheduleEntry[];
  readonly buffers: Buffers;
  readonly bufferSchedule: BufferSchedule;
  readonly phases: ReadonlyMap<string, PhaseTrainer>;
  readonly embedGraph: RunnableGraph;
  readonly rankGraph: RunnableGraph;
  readonly key: HostTensor;
  readonly close: () => Promise<void>;
}

/** State before the first step. */
export function startingState(
  { phases }: Pick<Manifest, "phases">,
  tensors: Tensors,
): Omit<EngineState, "buffers"> {
  const steps = Object.fromEntries(phases.map((phase) => [phase.optimizerState, 0]));
  return { epoch: 0, progress: null, tensors, steps };
}

/** Runs a manifest's schedule epoch by epoch, in Node and in pages alike: what it runs graphs with is given to it. Evaluations are others'. */
export class ScheduledEngine implements Omit<Engine, "info" | "evaluate"> {
  constructor(
    private readonly parts: EngineParts,
    private state: Omit<EngineState, "buffers">,
  ) {}

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

  /** The model in its present state. */
  async ranker(): Promise<Ranker> {
    const vectors = await this.vectors();
    const { users, items } = this.parts.dataset;
    return ModelRanker.from(
      this.parts.rankGraph,
      vectors.get("user_vectors")!,
      vectors.get("item_vectors")!,
      { users, items },
    );
  }

  /** `user_vectors` [user, dim] and `item_vectors` [item, dim] of the present parameters. */
  async vectors(): Promise<Tensors> {
    const { bufferSchedule, embedGraph, key } = this.parts;
    const { tensors, epoch } = this.state;
    const buffers = await bufferSchedule.forEvaluation(Math.max(0, epoch - 1), tensors);
    return embedGraph.run(new Map([...buffers, ...tensors, ["random_key", key]]));
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
