import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { DeviceError } from "../../../runtime/artifacts/deviceError.js";
import { DatasetError } from "../../../runtime/data/datasetError.js";
import { loadCheckpoint } from "../../../runtime/training/checkpoint.js";
import { NonFiniteLossError } from "../../../runtime/training/nonFiniteLossError.js";
import { train, type TrainOptions } from "../../../runtime/training/trainer.js";
import type { TrainingEvent } from "../../../runtime/training/trainingEvent.js";
import type { TrainingResults } from "../../../runtime/training/trainingResults.js";
import { parseMetricsLine } from "../../../runtime/training/metricsLine.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { writeTinyDataset } from "./tinyDataset.js";

/** Trains compiled models with onnxruntime in the training thread. */
describe("training a compiled model", () => {
  const temporary = temporaryFolder();
  const at = (...path: string[]): string => join(temporary.path, ...path);

  beforeEach(async () => {
    await writeTinyDataset(at("dataset"));
  });

  async function build(
    model: string,
    hyperparameters: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const settings = { dim: 8, batchSize: 16, learningRate: 0.02, ...hyperparameters };
    await writeArtifacts(buildArtifacts(models.get(model)!, settings), at("artifacts"));
  }

  function options(changes: Partial<TrainOptions> = {}): TrainOptions {
    return {
      artifacts: at("artifacts"),
      dataset: at("dataset"),
      run: at("run"),
      epochs: 6,
      monitor: "Recall@5",
      cutoffs: [2, 5],
      threads: 1,
      ...changes,
    };
  }

  async function finished(changes: Partial<TrainOptions> = {}): Promise<TrainingResults> {
    const outcome = await train(options(changes));
    if (outcome.status !== "finished")
      throw new Error(`expected a finished run, but it was ${outcome.status}`);
    return outcome.results;
  }

  async function losses(run = "run"): Promise<number[]> {
    const lines = (await readFile(at(run, "metrics.jsonl"), "utf8")).trimEnd().split("\n");
    return lines.map((line) => parseMetricsLine(line)!["loss/main/total"]!);
  }

  /** Parameters and moments of a run's last checkpoint. */
  async function state(run: string): Promise<object> {
    const { state: tensors, record } = await loadCheckpoint(at(run, "checkpoints", "last"));
    return { tensors, record };
  }

  it("learns two groups of users until it beats the popularity baseline", async () => {
    await build("lightgcn", { layers: 2, l2: 0 });
    const results = await finished({ epochs: 40, patience: 40 });
    const course = await losses();
    expect(course[0]).to.be.within(0.5, Math.log(2));
    expect(course.at(-1)).to.be.below(0.25);
    expect(results.test!.users).to.equal(24);
    expect(results.popularityTest!.metrics["Recall@5"]).to.be.below(0.6);
    expect(results.test!.metrics["Recall@5"]).to.be.above(0.9);
    // Item 20 is unknown to training, one user has it in test, and no ranking finds it among its first two.
    expect(results.dataset.itemsWithoutTraining).to.equal(1);
    expect(results.coldTest!.users).to.equal(1);
  });

  it("overfits the training pairs with free embeddings", async () => {
    await build("mf", { l2: 0, learningRate: 0.05 });
    await finished({ epochs: 80, patience: 80, evaluateEvery: 80 });
    expect((await losses()).at(-1)).to.be.below(0.02);
  });

  it("makes the buffers of a multimodal model and trains on them", async () => {
    await build("ksi", { modalities: ["text"], dim: 4 });
    const buffers: string[] = [];
    await finished({
      epochs: 8,
      onProgress: (event) => {
        if (event.kind === "buffer") buffers.push(event.buffer);
      },
    });
    const course = await losses();
    expect(course.at(-1)).to.be.below(course[0]!);
    expect(buffers.length).to.be.above(0);
  });

  it("gives the same parameters to the last bit however the steps are grouped into runs", async () => {
    await build("lightgcn", { layers: 1 });
    await finished({ epochs: 2, run: at("many"), stepsPerRun: 32 });
    await finished({ epochs: 2, run: at("few"), stepsPerRun: 3 });
    expect(await state("few")).to.deep.equal(await state("many"));
    // 168 training pairs in batches of 16 are 11 steps an epoch.
    expect((await loadCheckpoint(at("few", "checkpoints", "last"))).record.steps).to.deep.equal({ main: 22 });
  });

  it("gives the same parameters to the last bit when resumed as when never interrupted", async () => {
    await build("ksi", { modalities: ["text"], dim: 4 });
    await finished({ epochs: 4, run: at("whole") });
    await finished({ epochs: 2 });
    const resumed = await finished({ epochs: 4, resume: true });
    expect(await state("run")).to.deep.equal(await state("whole"));
    expect(resumed.epochs).to.equal(4);
    expect(await losses("run")).to.deep.equal(await losses("whole"));
  });

  it("gives the same parameters to the last bit when interrupted within an epoch and resumed", async () => {
    await build("lightgcn", { layers: 1 });
    // Without an evaluation before the interruption, nothing but the interruption saves a checkpoint.
    const whole = await finished({ run: at("whole"), evaluateEvery: 5 });
    const interrupt = new AbortController();
    let steps = 0;
    const onProgress = (event: TrainingEvent): void => {
      if (event.kind !== "chunk" || event.epoch !== 3) return;
      steps = event.step;
      interrupt.abort();
    };
    const aborted = await train(
      options({ stepsPerRun: 2, evaluateEvery: 5, signal: interrupt.signal, onProgress }),
    );
    expect(aborted).to.deep.equal({ status: "aborted", epochs: 3 });
    // The epoch has 11 steps; it was left before its end.
    expect(steps).to.be.within(2, 10);
    expect((await loadCheckpoint(at("run", "checkpoints", "last"))).record.epoch).to.equal(3);
    const resumed = await finished({ resume: true, evaluateEvery: 5 });
    expect(await state("run")).to.deep.equal(await state("whole"));
    expect(resumed.test).to.deep.equal(whole.test);
  });

  it("starts from other parameters and samples with another seed", async () => {
    await build("mf");
    await finished({ epochs: 1, run: at("one"), seed: 1 });
    await finished({ epochs: 1, run: at("two"), seed: 2 });
    expect(await losses("one")).to.not.deep.equal(await losses("two"));
  });

  it("stops at a loss that is not finite and keeps the state before that epoch", async () => {
    await build("mf", { learningRate: 1e30, l2: 0.1 });
    const error = await rejection(train(options()), NonFiniteLossError);
    expect(error.phase).to.equal("main");
    expect(Object.keys(error.losses)).to.deep.equal(["total", "bpr", "l2"]);
    expect(Object.values(error.losses).every((loss) => Number.isFinite(loss))).to.equal(false);
    const { record } = await loadCheckpoint(at("run", "checkpoints", "last"));
    expect(record.epoch).to.equal(error.epoch);
  });

  it("passes on what is wrong with the data, with its class and fields, from the training thread", async () => {
    await build("mf");
    const error = await rejection(train(options({ dataset: at("absent") })), DatasetError);
    expect(error.file).to.equal(at("absent"));
  });

  it("says which device cannot be used, or uses it", async () => {
    await build("mf");
    const outcome = await train(options({ epochs: 1, device: "cuda" })).catch((error: unknown) => error);
    if (outcome instanceof Error)
      expect(outcome).to.be.instanceOf(DeviceError).with.property("device", "cuda");
    else expect(outcome).to.have.property("status", "finished");
    const results = await finished({ epochs: 1, device: "auto", run: at("auto") });
    expect(["cpu", "cuda"]).to.include(results.device);
  });
});
