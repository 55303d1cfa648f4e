import type { Provider } from "../artifacts/device.js";
import type { PhaseEntry } from "../artifacts/manifest.js";
import { batchFeeds, stepRanges } from "../data/batchFeeds.js";
import type { HostTensor } from "../data/hostTensor.js";
import type { Sampler } from "../data/sampler.js";
import type { EngineHooks } from "./engine.js";
import { NonFiniteLossError } from "./nonFiniteLossError.js";
import type { StepExecutor } from "./stepExecutor.js";

/** Steps fused into one run: enough to make the transfers of the state negligible (ORT-FACTS, "K steps per call"). */
export const STEPS_PER_RUN: Record<Provider, number> = { cpu: 32, cuda: 256, webgpu: 32 };

/** The stacked batch inputs of one run stay below this, bytes. */
const BATCH_BYTES = 16 * 2 ** 20;

/** Runs the epochs of one phase. */
export class PhaseTrainer {
  private readonly stepsPerRun: number;

  /** @param stepsPerRun most steps in one run; fewer where their batches are large */
  constructor(
    readonly entry: PhaseEntry,
    private readonly sampler: Sampler,
    private readonly executor: StepExecutor,
    stepsPerRun: number,
    private readonly hooks: EngineHooks,
  ) {
    const bytesPerStep = Math.max(1, 4 * entry.batch.length * sampler.batchSize);
    this.stepsPerRun = Math.max(1, Math.min(stepsPerRun, Math.floor(BATCH_BYTES / bytesPerStep)));
  }

  get stepsPerEpoch(): number {
    return this.sampler.stepsPerEpoch;
  }

  /**
   * Trains one epoch.
   *
   * @param epoch 0-based
   * @param firstStep 1-based number of its first step among all steps of the phase
   * @param standing buffers and the random key
   * @param tensors parameters and moments; the updated ones are put into it
   * @returns the mean of each loss over the batches, or null if the epoch was interrupted
   * @throws NonFiniteLossError, GraphRunError
   */
  async runEpoch(
    epoch: number,
    learningRate: number,
    firstStep: number,
    standing: ReadonlyMap<string, HostTensor>,
    tensors: Map<string, HostTensor>,
  ): Promise<Readonly<Record<string, number>> | null> {
    const sample = this.sampler.epoch(epoch);
    const sums = new Float64Array(this.entry.losses.length);
    for (const range of stepRanges(sample, this.stepsPerRun)) {
      const started = performance.now();
      const { updated, losses } = await this.executor.run({
        count: range.count,
        firstStep: firstStep + range.first,
        learningRate,
        batch: batchFeeds(sample, this.entry.batch, range),
        standing: new Map([...standing, ...tensors]),
      });
      const chunkSums = this.add(losses, epoch, range.first, sums);
      for (const [name, tensor] of updated) tensors.set(name, tensor);
      this.hooks.report({
        kind: "chunk",
        phase: this.entry.name,
        epoch,
        step: range.first + range.count,
        steps: sample.steps,
        losses: this.named(chunkSums.map((sum) => sum / range.count)),
        stepsPerSecond: (1000 * range.count) / Math.max(performance.now() - started, 1e-3),
      });
      if (this.hooks.isCancelled()) return null;
    }
    return this.named(sums.map((sum) => sum / sample.steps));
  }

  private named(values: ArrayLike<number>): Record<string, number> {
    return Object.fromEntries(this.entry.losses.map((name, column) => [name, values[column]!]));
  }

  /** Adds the losses [step, loss] to `sums` one by one, so that the grouping of steps does not matter. */
  private add(losses: Float32Array, epoch: number, firstStep: number, sums: Float64Array): Float64Array {
    const columns = sums.length;
    const chunkSums = new Float64Array(columns);
    losses.forEach((loss, index) => {
      if (!Number.isFinite(loss)) {
        const step = Math.floor(index / columns);
        const terms = losses.subarray(step * columns, (step + 1) * columns);
        throw new NonFiniteLossError(this.entry.name, epoch, firstStep + step, this.named(terms));
      }
      sums[index % columns]! += loss;
      chunkSums[index % columns]! += loss;
    });
    return chunkSums;
  }
}
