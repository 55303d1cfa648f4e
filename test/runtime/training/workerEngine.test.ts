import { expect } from "chai";
import { join } from "node:path";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { GraphRunError } from "../../../runtime/artifacts/graphRunError.js";
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { hostTensor } from "../../../runtime/data/hostTensor.js";
import { RankingError } from "../../../runtime/ranking/rankingError.js";
import type { EngineOptions } from "../../../runtime/training/engine.js";
import type { EvaluationRequest } from "../../../runtime/training/evaluateDataset.js";
import { LocalEngine } from "../../../runtime/training/localEngine.js";
import { WorkerEngine, WorkerStoppedError } from "../../../runtime/training/workerEngine.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { writeTinyDataset } from "./tinyDataset.js";

const evaluation: EvaluationRequest = {
  split: "valid",
  cutoffs: [5],
  ndcgIdeal: "targets",
  maskValidationAtTest: false,
  ranker: "model",
};

describe("an engine in a thread of its own", () => {
  const temporary = temporaryFolder();
  const silent = (): void => undefined;
  let options: EngineOptions;

  beforeEach(async () => {
    const artifacts = join(temporary.path, "artifacts");
    const dataset = join(temporary.path, "dataset");
    await writeArtifacts(buildArtifacts(models.get("mf")!, { dim: 4, batchSize: 16 }), artifacts);
    await writeTinyDataset(dataset);
    options = { artifacts: await loadArtifacts(artifacts), dataset, seed: 3, device: "cpu", threads: 1 };
  });

  it("does what an engine in the calling thread does", async () => {
    const worker = (await WorkerEngine.open(options, silent))!;
    const local = await LocalEngine.open(options, { report: silent, isCancelled: () => false });
    // How much memory is in use changes from moment to moment.
    expect({ ...worker.info, memory: null }).to.deep.equal({ ...local.info, memory: null });
    for (const engine of [worker, local]) await engine.runEpoch({ main: 0.01 });
    expect(await worker.readState()).to.deep.equal(await local.readState());
    expect(await worker.evaluate(evaluation)).to.deep.equal(await local.evaluate(evaluation));
    await Promise.all([worker.close(), local.close()]);
  });

  it("is not opened when interrupted before or while it loads", async () => {
    expect(await WorkerEngine.open(options, silent, AbortSignal.abort())).to.equal(null);
    const interrupt = new AbortController();
    const opening = WorkerEngine.open(options, silent, interrupt.signal);
    interrupt.abort();
    expect(await opening).to.equal(null);
  });

  it("refuses to rank with parameters that are not finite", async () => {
    const engine = (await WorkerEngine.open(options, silent))!;
    const state = await engine.readState();
    const broken = hostTensor("float32", [21, 4], new Float32Array(84).fill(NaN));
    await engine.writeState({ ...state, tensors: new Map([...state.tensors, ["item_embedding", broken]]) });
    const error = await rejection(engine.evaluate(evaluation), RankingError);
    expect(error.subject).to.equal("item_vectors");
    await engine.close();
  });

  it("names the declaration at which a run fails", async () => {
    const { manifest } = options.artifacts;
    // The users' table is one row short of the ids in the batches, and the manifest is made to accept it.
    const engine = await LocalEngine.open(options, { report: silent, isCancelled: () => false });
    const state = await engine.readState();
    const names = manifest.phases[0]!.moments.filter(({ parameter }) => parameter === "user_embedding");
    const short = hostTensor("float32", [23, 4], new Float32Array(92));
    const cut = ["user_embedding", ...names.map(({ name }) => name)].map((name) => [name, short] as const);
    await engine.writeState({ ...state, tensors: new Map([...state.tensors, ...cut]) });
    for (const input of manifest.graphs["epoch_model"]!.inputs) {
      if (input.axes[0] === "user") Object.assign(input, { axes: ["short", ...input.axes.slice(1)] });
    }
    const error = await rejection(engine.runEpoch({ main: 0.01 }), GraphRunError);
    expect(error.graph).to.equal("epoch_model");
    expect(error.source).to.match(/^graphs\/mf\/model\.ts:\d+/);
    await engine.close();
  });

  it("answers no more after its end", async () => {
    const engine = (await WorkerEngine.open(options, silent))!;
    await engine.close();
    expect((await rejection(engine.readState(), WorkerStoppedError)).reason).to.match(/^it exited with code/);
  });
});
