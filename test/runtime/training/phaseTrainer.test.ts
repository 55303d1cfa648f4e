import { expect } from "chai";
import type { PhaseEntry } from "../../../runtime/artifacts/manifest.js";
import type { Sampler } from "../../../runtime/data/sampler.js";
import type { ChunkEvent } from "../../../runtime/training/engine.js";
import { NonFiniteLossError } from "../../../runtime/training/nonFiniteLossError.js";
import { PhaseTrainer } from "../../../runtime/training/phaseTrainer.js";
import type { StepChunk, StepExecutor } from "../../../runtime/training/stepExecutor.js";
import { exampleManifest } from "../artifacts/exampleArtifacts.js";
import { rejection } from "../rejection.js";

/** An executor whose loss at step s is s (bpr: 2 s), and that remembers its chunks. */
class CountingExecutor implements StepExecutor {
  readonly chunks: { count: number; firstStep: number; batchSize: number }[] = [];

  constructor(private readonly divergesAt = Infinity) {}

  run({ count, firstStep, batch }: StepChunk): ReturnType<StepExecutor["run"]> {
    this.chunks.push({ count, firstStep, batchSize: batch.get("users")!.dims[1]! });
    const losses = new Float32Array(2 * count);
    for (let index = 0; index < count; index++) {
      const step = firstStep + index;
      losses[2 * index] = step === this.divergesAt ? Infinity : step;
      losses[2 * index + 1] = 2 * step;
    }
    return Promise.resolve({ updated: new Map(), losses });
  }
}

/** An epoch of `triples` triples. */
function sampler(triples: number, batchSize: number): Sampler {
  const steps = Math.ceil(triples / batchSize);
  const ids = new Int32Array(triples);
  return {
    stepsPerEpoch: steps,
    batchSize,
    lastBatchSize: triples - (steps - 1) * batchSize,
    epoch: (epoch) => ({ epoch, steps, batchSize, users: ids, positives: ids, negatives: ids }),
  };
}

const phase: PhaseEntry = exampleManifest().phases[0]!;

describe("an epoch of a phase", () => {
  function run(
    executor: StepExecutor,
    settings: {
      triples: number;
      batchSize: number;
      stepsPerRun: number;
      cancelAt?: number;
      report?: (event: ChunkEvent) => void;
    },
  ): ReturnType<PhaseTrainer["runEpoch"]> {
    let chunks = 0;
    const hooks = {
      report: (event: { kind: string }) => settings.report?.(event as ChunkEvent),
      isCancelled: () => ++chunks === settings.cancelAt,
    };
    const drawn = sampler(settings.triples, settings.batchSize);
    const trainer = new PhaseTrainer(phase, drawn, executor, settings.stepsPerRun, hooks);
    return trainer.runEpoch(2, 0.1, 11, new Map(), new Map());
  }

  it("is cut into runs of some steps each, and a short last batch for itself", async () => {
    const executor = new CountingExecutor();
    const events: ChunkEvent[] = [];
    const report = (event: ChunkEvent): number => events.push(event);
    const means = await run(executor, { triples: 23, batchSize: 4, stepsPerRun: 3, report });
    expect(executor.chunks).to.deep.equal([
      { count: 3, firstStep: 11, batchSize: 4 },
      { count: 2, firstStep: 14, batchSize: 4 },
      { count: 1, firstStep: 16, batchSize: 3 },
    ]);
    expect(means).to.deep.equal({ total: 13.5, bpr: 27 });
    expect(events.map(({ step, steps, losses }) => [step, steps, losses["total"]])).to.deep.equal([
      [3, 6, 12],
      [5, 6, 14.5],
      [6, 6, 16],
    ]);
  });

  it("feeds no more than 16 MiB of batches in one run", async () => {
    const executor = new CountingExecutor();
    await run(executor, { triples: 6_000_000, batchSize: 1_000_000, stepsPerRun: 32 });
    expect(executor.chunks.map(({ count }) => count)).to.deep.equal([4, 2]);
  });

  it("stops after the run during which it was interrupted", async () => {
    const executor = new CountingExecutor();
    expect(await run(executor, { triples: 40, batchSize: 4, stepsPerRun: 3, cancelAt: 2 })).to.equal(null);
    expect(executor.chunks).to.have.length(2);
  });

  it("stops at a loss that is not finite, naming the step of the epoch and every term", async () => {
    const executor = new CountingExecutor(15);
    const running = run(executor, { triples: 40, batchSize: 4, stepsPerRun: 3 });
    const error = await rejection(running, NonFiniteLossError);
    expect(error).to.deep.include({ phase: "main", epoch: 2, step: 4, losses: { total: Infinity, bpr: 30 } });
    expect(executor.chunks).to.have.length(2);
  });
});
