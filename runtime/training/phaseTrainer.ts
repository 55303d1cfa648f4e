import type { Provider } from "../artifacts/providerFixes.js";
import type { PhaseEntry } from "../artifacts/manifest.js";
import { BATCH_BYTES, batchFeeds, bytesPerStep, stepRanges } from "../data/batchFeeds.js";
import type { HostTensor } from "../data/hostTensor.js";
import type { Sampler } from "../data/sampler.js";
import type { SparseMatrix } from "../data/sparseMatrix.js";
import type { ChunkEvent } from "./engine.js";
import { NonFiniteLossError } from "./nonFiniteLossError.js";
import type { StepExecutor } from "./stepExecutor.js";

/** Steps fused into one run: enough to make the transfers of the state negligible (ORT-FACTS, "K steps per call"). */
export const STEPS_PER_RUN: Record<Provider, number> = { cpu: 32, cuda: 256, webgpu: 32 };

/** How far a phase is in an epoch. */
export interface PhaseProgress {
  /** Steps done. */
  readonly step: number;
  /** Sums of the losses over those steps, in the order of the phase's `losses`. */
  readonly sums: readonly number[];
}

/** What a chunk of steps changed. */
export interface PhaseChunk extends PhaseProgress {
  /** Number of steps of the chunk. */
  readonly taken: number;
  /** Updated parameters and moments. */
  readonly updated: ReadonlyMap<string, HostTensor>;
}

/** Runs the epochs of one phase. */
export class PhaseTrainer {
  private readonly stepsPerRun: number;

  /**
   * @param stepsPerRun most steps in one run; fewer where their batches are large
   * @param matrix contents of a sparse buffer that is made once
   */
  constructor(
    readonly entry: PhaseEntry,
    private readonly sampler: Sampler,
    private readonly executor: StepExecutor,
    stepsPerRun: number,
    private readonly matrix: (buffer: string) => SparseMatrix,
    private readonly report: (event: ChunkEvent) => void,
  ) {
    const bytes = Math.max(1, bytesPerStep(entry.batch, sampler.batchSize, matrix));
    this.stepsPerRun = Math.max(1, Math.min(stepsPerRun, Math.floor(BATCH_BYTES / bytes)));
  }

  get stepsPerEpoch(): number {
    return this.sampler.stepsPerEpoch;
  }

  /** Whether the phase has work in an epoch (0-based). */
  runsIn(epoch: number): boolean {
    const { from, until } = this.entry.epochs;
    return this.stepsPerEpoch > 0 && epoch >= from && (until === null || epoch < until);
  }

  /**
   * Trains an epoch from a step on, chunk by chunk; the caller keeps what each chunk changed.
   *
   * @param epoch 0-based
   * @param progress steps done before
   * @param stepsTaken optimizer steps before, of all epochs
   * @param standing everything the chunk's graph reads besides its batches, asked for before each chunk
   * @throws NonFiniteLossError, GraphRunError
   */
  async *chunks(
    epoch: number,
    learningRate: number,
    progress: PhaseProgress | null,
    stepsTaken: number,
    standing: () => ReadonlyMap<string, HostTensor>,
  ): AsyncGenerator<PhaseChunk> {
    const sample = this.sampler.epoch(epoch);
    const start = progress?.step ?? 0;
    const sums = Float64Array.from(progress?.sums ?? this.entry.losses.map(() => 0));
    try {
      for (const range of stepRanges(sample, this.stepsPerRun, start)) {
        const started = performance.now();
        const { updated, losses } = await this.executor.run({
          count: range.count,
          firstStep: stepsTaken + 1 + range.first - start,
          learningRate,
          batch: batchFeeds(sample, this.entry.batch, range, this.matrix),
          standing: standing(),
        });
        const chunkSums = this.add(losses, epoch, range.first, sums);
        const step = range.first + range.count;
        this.report({
          kind: "chunk",
          phase: this.entry.name,
          epoch,
          step,
          steps: sample.steps,
          losses: this.named(chunkSums.map((sum) => sum / range.count)),
          stepsPerSecond: (1000 * range.count) / Math.max(performance.now() - started, 1e-3),
        });
        yield { step, sums: [...sums], taken: range.count, updated };
      }
    } finally {
      await this.executor.rest?.();
    }
  }

  /** Means of the losses over an epoch. */
  means({ sums }: PhaseProgress): Readonly<Record<string, number>> {
    return this.named(sums.map((sum) => sum / this.stepsPerEpoch));
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
