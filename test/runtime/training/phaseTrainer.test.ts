import { expect } from "chai";
import type { PhaseEntry } from "../../../runtime/artifacts/manifest.js";
import type { Sampler } from "../../../runtime/data/sampler.js";
import type { ChunkEvent } from "../../../runtime/training/engine.js";
import { NonFiniteLossError } from "../../../runtime/training/nonFiniteLossError.js";
import { PhaseTrainer, type PhaseChunk, type PhaseProgress } from "../../../runtime/training/phaseTrainer.js";
import type { StepChunk, StepExecutor } from "../../../runtime/training/stepExecutor.js";
import { exampleManifest } from "../artifacts/exampleArtifacts.js";
import { rejection } from "../rejection.js";

/** An executor whose loss at step s is s (bpr: 2 s), and that remembers its chunks. */
class CountingExecutor implements StepExecutor {
  readonly chunks: { count: number; firstStep: number; batchSize: number }[] = [];
  /** Chunks that had run whenever it rested. */
  readonly rests: number[] = [];

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

  rest(): Promise<void> {
    this.rests.push(this.chunks.length);
    return Promise.resolve();
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
    epoch: (epoch) => ({
      epoch,
      steps,
      batchSize,
      length: triples,
      columns: { user: ids, positive: ids, negative: ids },
    }),
  };
}

const phase: PhaseEntry = exampleManifest().phases[0]!;

describe("an epoch of a phase", () => {
  interface Settings {
    readonly triples: number;
    readonly batchSize: number;
    readonly stepsPerRun: number;
    readonly from?: PhaseProgress;
    readonly report?: (event: ChunkEvent) => void;
  }

  function trainerOf(executor: StepExecutor, settings: Settings): PhaseTrainer {
    const drawn = sampler(settings.triples, settings.batchSize);
    const noMatrix = (): never => {
      throw new Error("no matrix");
    };
    const report = settings.report ?? ((): void => undefined);
    return new PhaseTrainer(phase, drawn, executor, settings.stepsPerRun, noMatrix, report);
  }

  /** The chunks of the epoch, ten optimizer steps having been taken before it. */
  async function run(executor: StepExecutor, settings: Settings): Promise<PhaseChunk[]> {
    const { from } = settings;
    const trainer = trainerOf(executor, settings);
    const taken = 10 + (from?.step ?? 0);
    const chunks: PhaseChunk[] = [];
    for await (const chunk of trainer.chunks(2, 0.1, from ?? null, taken, () => new Map()))
      chunks.push(chunk);
    return chunks;
  }

  it("is cut into runs of some steps each, and a short last batch for itself", async () => {
    const executor = new CountingExecutor();
    const events: ChunkEvent[] = [];
    const report = (event: ChunkEvent): number => events.push(event);
    const settings = { triples: 23, batchSize: 4, stepsPerRun: 3, report };
    const chunks = await run(executor, settings);
    expect(executor.chunks).to.deep.equal([
      { count: 3, firstStep: 11, batchSize: 4 },
      { count: 2, firstStep: 14, batchSize: 4 },
      { count: 1, firstStep: 16, batchSize: 3 },
    ]);
    expect(trainerOf(executor, settings).means(chunks.at(-1)!)).to.deep.equal({ total: 13.5, bpr: 27 });
    expect(chunks.map(({ step, taken }) => [step, taken])).to.deep.equal([
      [3, 3],
      [5, 2],
      [6, 1],
    ]);
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

  it("continues from a step, with the sums of the losses before it", async () => {
    const settings = { triples: 23, batchSize: 4, stepsPerRun: 3 };
    const whole = await run(new CountingExecutor(), settings);
    const executor = new CountingExecutor();
    const rest = await run(executor, { ...settings, stepsPerRun: 1, from: whole[0]! });
    expect(executor.chunks.map(({ firstStep }) => firstStep)).to.deep.equal([14, 15, 16]);
    expect(rest.at(-1)!.sums).to.deep.equal(whole.at(-1)!.sums);
  });

  it("lets the executor rest after the last step, before a pause and after a problem", async () => {
    const settings = { triples: 23, batchSize: 4, stepsPerRun: 3 };
    const whole = new CountingExecutor();
    await run(whole, settings);
    expect(whole.rests).to.deep.equal([3]);
    const paused = new CountingExecutor();
    for await (const { step } of trainerOf(paused, settings).chunks(2, 0.1, null, 10, () => new Map())) {
      expect(step).to.equal(3);
      break;
    }
    expect(paused.rests).to.deep.equal([1]);
    const diverging = new CountingExecutor(14);
    await rejection(run(diverging, settings), NonFiniteLossError);
    expect(diverging.rests).to.deep.equal([2]);
  });

  it("does not run before its first epoch, from its end on, or without steps", () => {
    const settings = { triples: 8, batchSize: 4, stepsPerRun: 1 };
    const limited = { ...phase, epochs: { from: 2, until: 4 } };
    const noMatrix = (): never => {
      throw new Error("no matrix");
    };
    const trainer = (entry: PhaseEntry, triples: number): PhaseTrainer =>
      new PhaseTrainer(entry, sampler(triples, 4), new CountingExecutor(), 1, noMatrix, () => undefined);
    const runs = [0, 1, 2, 3, 4].map((epoch) => trainer(limited, settings.triples).runsIn(epoch));
    expect(runs).to.deep.equal([false, false, true, true, false]);
    expect(trainer(phase, settings.triples).runsIn(1000)).to.equal(true);
    expect(trainer(phase, 0).runsIn(0)).to.equal(false);
  });

  it("stops at a loss that is not finite, naming the step of the epoch and every term", async () => {
    const executor = new CountingExecutor(15);
    const running = run(executor, { triples: 40, batchSize: 4, stepsPerRun: 3 });
    const error = await rejection(running, NonFiniteLossError);
    expect(error).to.deep.include({ phase: "main", epoch: 2, step: 4, losses: { total: Infinity, bpr: 30 } });
    expect(executor.chunks).to.have.length(2);
  });
});
