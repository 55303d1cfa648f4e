import { expect } from "chai";
import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactError } from "../../../runtime/artifacts/artifactError.js";
import { CheckpointError, loadCheckpoint } from "../../../runtime/training/checkpoint.js";
import type { Environment } from "../../../runtime/training/environment.js";
import { NonFiniteLossError } from "../../../runtime/training/nonFiniteLossError.js";
import { RunFolderError } from "../../../runtime/training/runFolder.js";
import { train, type TrainOptions } from "../../../runtime/training/trainer.js";
import type { TrainingEvent } from "../../../runtime/training/trainingEvent.js";
import { TrainingSettingsError } from "../../../runtime/training/trainingOptions.js";
import type { TrainingResults } from "../../../runtime/training/trainingResults.js";
import type { TrainOutcome } from "../../../runtime/training/trainingRun.js";
import { writeExampleArtifacts } from "../artifacts/exampleArtifacts.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { scripted, type Script } from "./scriptedEngine.js";

describe("training", () => {
  const temporary = temporaryFolder();
  const run = (): string => join(temporary.path, "run");

  beforeEach(async () => {
    await writeExampleArtifacts(join(temporary.path, "artifacts"));
  });

  function options(changes: Partial<TrainOptions> = {}): TrainOptions {
    return {
      artifacts: join(temporary.path, "artifacts"),
      dataset: join(temporary.path, "dataset"),
      run: run(),
      epochs: 6,
      patience: 2,
      ...changes,
    };
  }

  function follow(script: Script, changes: Partial<TrainOptions> = {}): Promise<TrainOutcome> {
    return train(options(changes), scripted(script).open);
  }

  async function finished(script: Script, changes: Partial<TrainOptions> = {}): Promise<TrainingResults> {
    const outcome = await follow(script, changes);
    if (outcome.status !== "finished")
      throw new Error(`expected a finished run, but it was ${outcome.status}`);
    return outcome.results;
  }

  async function json(...path: string[]): Promise<Record<string, unknown>> {
    return JSON.parse(await readFile(join(run(), ...path), "utf8")) as Record<string, unknown>;
  }

  /** Epochs in metrics.jsonl. */
  async function loggedEpochs(): Promise<number[]> {
    const lines = (await readFile(join(run(), "metrics.jsonl"), "utf8")).trimEnd().split("\n");
    return lines.map((line) => (JSON.parse(line) as { epoch: number }).epoch);
  }

  /** The value of the parameters in a checkpoint, n (n + 1) / 2 after n epochs. */
  async function savedValue(name: "last" | "best"): Promise<number> {
    const { state } = await loadCheckpoint(join(run(), "checkpoints", name));
    return (state.get("user_embedding")!.data as Float32Array)[0]!;
  }

  describe("to its end", () => {
    it("trains all epochs and reports the best one on the test split", async () => {
      const { open, engines } = scripted({ metrics: [0.1, 0.2, 0.4, 0.3, 0.3, 0.2] });
      const outcome = await train(options(), open);
      if (outcome.status !== "finished") throw new Error("expected a finished run");
      expect(outcome.results).to.deep.include({
        stopReason: "earlyStopping",
        epochs: 6,
        bestEpoch: 2,
        selectedOn: "valid",
        selectionUsedTest: false,
      });
      expect(outcome.results.test!.metrics["Recall@20"]).to.be.closeTo(0.04, 1e-12);
      expect(outcome.results.test!.rounded["Recall@20"]).to.equal("0.0400");
      expect(engines[0]!.value).to.equal(6);
      expect(engines[0]!.isClosed).to.equal(true);
    });

    it("says that all epochs were trained when patience was not used up", async () => {
      const results = await finished({ metrics: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6] });
      expect(results.stopReason).to.equal("completed");
      expect(results.bestEpoch).to.equal(5);
    });

    it("stops early, after one more evaluation without improvement than the patience", async () => {
      const { open, engines } = scripted({ metrics: [0.1, 0.3, 0.2] });
      await train(options({ epochs: 50 }), open);
      expect(engines[0]!.trained).to.deep.equal([0, 1, 2, 3, 4]);
    });

    it("ignores gains that vanish when rounded, unless told otherwise", async () => {
      const metrics = [0.30001, 0.30002, 0.30003, 0.30006, 0.30007, 0.30008];
      expect((await finished({ metrics }, { epochs: 6, patience: 9 })).bestEpoch).to.equal(3);
      const exact = await finished({ metrics }, { patience: 9, monitorDecimals: null, force: true });
      expect(exact.bestEpoch).to.equal(5);
    });

    it("scores the test split once and only at the end", async () => {
      const { open, engines } = scripted({ metrics: [0.1] });
      await train(options({ epochs: 2 }), open);
      const asked = engines[0]!.requests.map(({ split, ranker }) => `${split} ${ranker}`);
      expect(asked).to.deep.equal([
        "valid model",
        "valid model",
        "valid model",
        "test model",
        "test popularity",
      ]);
    });

    it("evaluates every few epochs and after the last one", async () => {
      const { open, engines } = scripted({ metrics: [0.1] });
      await train(options({ epochs: 5, evaluateEvery: 2 }), open);
      expect(engines[0]!.requests.map(({ epoch }) => epoch).slice(0, 3)).to.deep.equal([2, 4, 5]);
    });

    it("adds the monitored cutoff to those evaluated", async () => {
      const { open, engines } = scripted({ metrics: [0.1] });
      await train(options({ epochs: 1, cutoffs: [50, 10] }), open);
      expect(engines[0]!.requests[0]!.cutoffs).to.deep.equal([10, 20, 50]);
    });

    it("may be chosen by AUC, which has no cutoff and is measured every time only then", async () => {
      const { open, engines } = scripted({ metrics: [0.1, 0.7, 0.5] });
      await train(options({ epochs: 3, cutoffs: [20], monitor: "AUC" }), open);
      const asked = engines[0]!.requests.map(({ split, auc, cutoffs }) => [split, auc, cutoffs]);
      expect(asked[0]).to.deep.equal(["valid", true, [20]]);
      const { bestEpoch } = JSON.parse(
        await readFile(join(run(), "results.json"), "utf8"),
      ) as TrainingResults;
      expect(bestEpoch).to.equal(1);
      const usual = scripted({ metrics: [0.1] });
      await train(options({ epochs: 1, force: true }), usual.open);
      const given = usual.engines[0]!.requests.map(({ split, auc }) => `${split} ${auc === true}`);
      expect(given).to.deep.equal(["valid false", "valid false", "test true", "test true"]);
    });

    it("never stops early with a patience of null", async () => {
      const results = await finished({ metrics: [0.5, 0.4] }, { epochs: 30, patience: null });
      expect(results).to.deep.include({ epochs: 30, bestEpoch: 0, stopReason: "completed" });
    });

    it("feeds the scheduled learning rate", async () => {
      const { open, engines } = scripted({ metrics: [0.1] });
      await train(options({ epochs: 2 }), open);
      expect(engines[0]!.rates[0]).to.equal(0.001);
      expect(engines[0]!.rates[1]).to.be.closeTo(0.001 * 0.96 ** (1 / 50), 1e-15);
    });

    it("reports the last epoch when there is no validation split, and selects by nothing", async () => {
      const counts = { train: 8, valid: 0, test: 2 };
      const results = await finished({ metrics: [0.5, 0.4, 0.3], counts }, { epochs: 3 });
      expect(results).to.deep.include({
        bestEpoch: 2,
        selectedOn: null,
        selectionUsedTest: false,
        valid: null,
      });
      expect(results.test!.metrics["Recall@20"]).to.be.closeTo(0.03, 1e-12);
      expect(existsSync(join(run(), "checkpoints", "best"))).to.equal(false);
    });

    it("says so when the test split selected the epoch", async () => {
      const results = await finished({ metrics: [0.1, 0.3, 0.2] }, { epochs: 3, selectOn: "test" });
      expect(results).to.deep.include({ bestEpoch: 1, selectedOn: "test", selectionUsedTest: true });
    });

    it("reports items without training interactions separately where there are any", async () => {
      const results = await finished({ metrics: [0.1], itemsWithoutTraining: 1 }, { epochs: 1 });
      expect(results.coldTest!.users).to.equal(2);
      expect((await finished({ metrics: [0.1] }, { epochs: 1, force: true })).coldTest).to.equal(null);
    });

    it("tells what it does", async () => {
      const events: TrainingEvent[] = [];
      await follow({ metrics: [0.1] }, { epochs: 1, onProgress: (event) => events.push(event) });
      expect(events.map(({ kind }) => kind)).to.deep.equal(["ready", "chunk", "epoch", "evaluation"]);
    });
  });

  describe("leaves a run folder", () => {
    it("with flat numbers per epoch that any reader of JSON lines can plot", async () => {
      await finished({ metrics: [0.1, 0.4] }, { epochs: 2 });
      const lines = (await readFile(join(run(), "metrics.jsonl"), "utf8")).trimEnd().split("\n");
      const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      for (const line of parsed) for (const value of Object.values(line)) expect(value).to.be.a("number");
      expect(parsed[1]).to.include({ epoch: 1, "valid/Recall@20": 0.4 });
      expect(parsed[0]).to.include.keys("learning_rate/main");
      expect(parsed[1]).to.include.keys("loss/main/total", "seconds", "time", "seconds/training/main");
      expect(parsed[1]).to.include.keys("seconds/evaluation", "seconds/checkpoints");
    });

    it("with a checkpoint after some minutes, however many epochs there are between checkpoints", async () => {
      for (const [checkpointMinutes, saved] of [
        [1e-9, 2],
        [1000, 0],
        [null, 0],
      ] as const) {
        const { open, engines } = scripted({ metrics: [0.3, 0.2, 0.1] });
        const changes = {
          ...{ checkpointMinutes, checkpointEvery: 100, force: true },
          onProgress: (event: TrainingEvent): void => {
            if (event.kind === "epoch" && event.epoch === 2) throw new RangeError("killed");
          },
        };
        await rejection(train(options(changes), open), RangeError);
        expect(engines[0]!.trained).to.deep.equal([0, 1, 2]);
        const isSaved = existsSync(join(run(), "checkpoints", "last"));
        expect(
          isSaved ? (await loadCheckpoint(join(run(), "checkpoints", "last"))).record.epoch : 0,
        ).to.equal(saved);
      }
    });

    it("with a line on the environment of every process that trained", async () => {
      await follow({ metrics: [0.1], afterChunk: (epoch) => epoch === 2 }, { seed: 7, threads: 1 });
      await finished({ metrics: [0.1] }, { resume: true, seed: 7, epochs: 4, threads: 2 });
      const lines = (await readFile(join(run(), "environment.jsonl"), "utf8")).trimEnd().split("\n");
      const [first, second] = lines.map((line) => JSON.parse(line) as Environment);
      expect([first!.epoch, first!.threads, second!.epoch, second!.threads]).to.deep.equal([0, 1, 2, 2]);
      expect(first!.seed).to.equal(7);
      expect(first!.versions.node).to.equal(process.versions.node);
      expect(first!.versions.onnxruntime).to.match(/^1\.\d+/);
      expect(first!.versions.mmkit).to.match(/^\d+\.\d+\.\d+/);
      expect(first!.memoryBytes).to.be.above(2 ** 20);
      expect(lines).to.have.length(2);
    });

    it("with configuration, a line per epoch, two checkpoints and results", async () => {
      const results = await finished({ metrics: [0.1, 0.4, 0.3] }, { epochs: 3, seed: 7 });
      expect((await readdir(run())).sort()).to.deep.equal([
        "checkpoints",
        "config.json",
        "environment.jsonl",
        "metrics.jsonl",
        "results.json",
        "users",
      ]);
      expect(await json("config.json")).to.deep.include({
        model: "example",
        seed: 7,
        epochs: 3,
        datasetChecksum: "abc",
      });
      expect(await json("results.json")).to.deep.equal(JSON.parse(JSON.stringify(results)));
      expect(await loggedEpochs()).to.deep.equal([0, 1, 2]);
      expect(await savedValue("best")).to.equal(3);
      expect(await savedValue("last")).to.equal(6);
    });

    it("and keeps the history of losses and metrics in its checkpoints", async () => {
      await follow({ metrics: [0.1, 0.4] }, { epochs: 2 });
      const { record } = await loadCheckpoint(join(run(), "checkpoints", "last"));
      expect(record.history.map(({ epoch, losses }) => [epoch, losses["main"]!["bpr"]])).to.deep.equal([
        [0, 1],
        [1, 0.5],
      ]);
      expect(record.steps).to.deep.equal({ main: 4 });
      expect(record.stopping).to.deep.equal({ best: { metric: 0.4, epoch: 1 }, withoutImprovement: 0 });
    });

    it("that a second run does not overwrite", async () => {
      await follow({ metrics: [0.1] }, { epochs: 1 });
      const before = await readFile(join(run(), "results.json"), "utf8");
      const error = await rejection(follow({ metrics: [0.9] }, { epochs: 1 }), RunFolderError);
      expect(error.problem).to.equal("the folder already holds a training run");
      expect(error.fix).to.include("--resume").and.to.include("--force");
      expect(await readFile(join(run(), "results.json"), "utf8")).to.equal(before);
    });

    it("that a second run replaces when forced", async () => {
      await follow({ metrics: [0.1] }, { epochs: 3 });
      await writeFile(join(run(), "report.html"), "of the first run");
      await follow({ metrics: [0.9] }, { epochs: 1, force: true });
      expect(existsSync(join(run(), "report.html"))).to.equal(false);
      expect(await loggedEpochs()).to.deep.equal([0]);
      expect(await savedValue("last")).to.equal(1);
    });

    it("that stays as it was when a forced run cannot start", async () => {
      await follow({ metrics: [0.1] }, { epochs: 2 });
      const broken = train(options({ force: true }), () => Promise.reject(new Error("no such dataset")));
      expect((await rejection(broken, Error)).message).to.equal("no such dataset");
      expect(await loggedEpochs()).to.deep.equal([0, 1]);
      expect(existsSync(join(run(), "results.json"))).to.equal(true);
    });

    it("that nobody else may replace or resume while it is trained", async () => {
      const { open } = scripted({ metrics: [0.1, 0.2, 0.3] });
      const refused: Promise<RunFolderError>[] = [];
      const onProgress = ({ kind }: TrainingEvent): void => {
        if (kind !== "ready") return;
        for (const how of [{ force: true }, { resume: true }]) {
          refused.push(rejection(follow({ metrics: [0.9] }, how), RunFolderError));
        }
      };
      await train(options({ epochs: 3, onProgress }), open);
      expect(refused).to.have.length(2);
      for (const { problem } of await Promise.all(refused)) {
        expect(problem).to.match(/^the folder is being trained by process \d+ on /);
      }
      expect(await loggedEpochs()).to.deep.equal([0, 1, 2]);
      expect(existsSync(join(run(), "training.lock"))).to.equal(false);
    });

    it("that may hold the artifacts from the start", async () => {
      const artifacts = join(run(), "artifacts");
      await writeExampleArtifacts(artifacts);
      await follow({ metrics: [0.1] }, { epochs: 1, artifacts });
      await follow({ metrics: [0.1] }, { epochs: 1, artifacts, force: true });
      expect(await readdir(run())).to.include.members(["artifacts", "config.json", "results.json"]);
    });

    it("but never in a folder with other files, even when forced", async () => {
      await mkdir(run());
      await writeFile(join(run(), "thesis.tex"), "");
      const error = await rejection(follow({ metrics: [0.1] }, { force: true }), RunFolderError);
      expect(error.problem).to.equal("the folder holds other files than a training run's (thesis.tex)");
      await rm(run(), { recursive: true });
      await writeFile(run(), "");
      expect((await rejection(follow({ metrics: [0.1] }), RunFolderError)).problem).to.equal(
        "a file is in the place of the run folder",
      );
    });
  });

  describe("interrupted", () => {
    it("saves the last complete epoch and stops", async () => {
      const interrupt = new AbortController();
      const afterChunk = (epoch: number): boolean => {
        if (epoch === 3) interrupt.abort();
        return interrupt.signal.aborted;
      };
      const outcome = await follow(
        { metrics: [0.1, 0.2], afterChunk },
        { signal: interrupt.signal, evaluateEvery: 2 },
      );
      expect(outcome).to.deep.equal({ status: "aborted", epochs: 3 });
      expect(await savedValue("last")).to.equal(6);
      expect(existsSync(join(run(), "results.json"))).to.equal(false);
    });

    it("during the last epoch's evaluation saves that epoch, whenever the last checkpoint was", async () => {
      const interrupt = new AbortController();
      const onProgress = (event: TrainingEvent): void => {
        if (event.kind === "evaluation" && event.epoch === 4) interrupt.abort();
      };
      const changes = { epochs: 5, checkpointEvery: 3, signal: interrupt.signal, onProgress };
      const outcome = await follow({ metrics: [0.1, 0.2, 0.3, 0.4, 0.5] }, changes);
      expect(outcome).to.deep.equal({ status: "aborted", epochs: 5 });
      expect(await savedValue("last")).to.equal(15);
    });

    it("goes on to the same end as a run that was not", async () => {
      const script: Script = { metrics: [0.1, 0.2, 0.5, 0.3, 0.4, 0.2, 0.1] };
      const whole = await finished(script, { run: join(temporary.path, "whole") });
      await follow({ ...script, afterChunk: (epoch) => epoch === 4 });
      const { open, engines } = scripted(script);
      const outcome = await train(options({ resume: true }), open);
      expect(engines[0]!.trained).to.deep.equal([4, 5]);
      if (outcome.status !== "finished") throw new Error("expected a finished run");
      const { timing: _timing, ...resumed } = outcome.results;
      expect(whole).to.deep.include(resumed);
      expect(_timing.secondsPerEpoch).to.be.a("number");
      expect(await loggedEpochs()).to.deep.equal([0, 1, 2, 3, 4, 5]);
      const [last, wholeLast] = await Promise.all([
        loadCheckpoint(join(run(), "checkpoints", "last")),
        loadCheckpoint(join(temporary.path, "whole", "checkpoints", "last")),
      ]);
      expect(last).to.deep.equal(wholeLast);
    });

    it("forgets the lines of epochs after the checkpoint, and half a line", async () => {
      await follow({ metrics: [0.1], afterChunk: (epoch) => epoch === 2 });
      const file = join(run(), "metrics.jsonl");
      await appendFile(file, `${JSON.stringify({ epoch: 2 })}\n{"epo`);
      await follow({ metrics: [0.1] }, { resume: true, epochs: 4 });
      expect(await loggedEpochs()).to.deep.equal([0, 1, 2, 3]);
    });

    it("is not resumed over metrics that cannot be read", async () => {
      await follow({ metrics: [0.1], afterChunk: (epoch) => epoch === 2 });
      const file = join(run(), "metrics.jsonl");
      await rm(file);
      await mkdir(file);
      const error = await rejection(follow({ metrics: [0.1] }, { resume: true }), Error);
      expect(error).to.have.property("code", "EISDIR");
    });

    it("before anything was loaded leaves nothing behind", async () => {
      const outcome = await follow({ metrics: [0.1] }, { signal: AbortSignal.abort() });
      expect(outcome).to.deep.equal({ status: "aborted", epochs: null });
      expect(existsSync(run())).to.equal(false);
    });

    it("in its first epoch resumes from the initial parameters", async () => {
      await follow({ metrics: [0.1], afterChunk: () => true });
      expect(await savedValue("last")).to.equal(0);
      const results = await finished({ metrics: [0.1] }, { resume: true, epochs: 2 });
      expect(results.epochs).to.equal(2);
      expect(await savedValue("last")).to.equal(3);
    });

    it("while a checkpoint was being replaced resumes from the previous one", async () => {
      await follow({ metrics: [0.1], afterChunk: (epoch) => epoch === 2 });
      const last = join(run(), "checkpoints", "last");
      await rename(last, `${last}.previous`);
      expect((await finished({ metrics: [0.1] }, { resume: true, epochs: 3 })).epochs).to.equal(3);
    });
  });

  describe("resumed", () => {
    it("after its end reports the same results again", async () => {
      const { timing: first, ...before } = await finished({ metrics: [0.1, 0.3, 0.2] }, { epochs: 3 });
      const { timing: second, ...after } = await finished(
        { metrics: [0.1, 0.3, 0.2] },
        { epochs: 3, resume: true },
      );
      expect(after).to.deep.equal(before);
      expect(first.secondsPerEpoch).to.be.a("number");
      expect(second.secondsPerEpoch).to.equal(null);
    });

    it("with more epochs has no results until its new end", async () => {
      const metrics = [0.1, 0.2, 0.3, 0.4];
      await follow({ metrics }, { epochs: 2 });
      const interrupted = { metrics, afterChunk: (epoch: number) => epoch === 2 };
      await follow(interrupted, { epochs: 5, resume: true });
      expect((await json("results.json"))["epochs"]).to.equal(2);
      await follow({ ...interrupted, afterChunk: (epoch) => epoch === 3 }, { epochs: 5, resume: true });
      expect(existsSync(join(run(), "results.json"))).to.equal(false);
      expect(existsSync(join(run(), "users"))).to.equal(false);
      expect((await finished({ metrics }, { epochs: 5, resume: true })).epochs).to.equal(5);
    });

    it("with more epochs goes on", async () => {
      await follow({ metrics: [0.1, 0.2, 0.3, 0.4] }, { epochs: 2 });
      const results = await finished({ metrics: [0.1, 0.2, 0.3, 0.4] }, { epochs: 4, resume: true });
      expect(results.bestEpoch).to.equal(3);
      expect((await json("config.json"))["epochs"]).to.equal(4);
    });

    it("with more epochs is refused where the learning rate depends on their number", async () => {
      await writeExampleArtifacts(join(temporary.path, "artifacts"), (manifest) => {
        const [phase] = manifest.phases;
        const rate = { base: 0.001, schedule: { kind: "cosine", floor: 0 }, warmup: 0 };
        return { ...manifest, phases: [{ ...phase, learningRate: rate }] };
      });
      await follow({ metrics: [0.1] }, { epochs: 2 });
      const error = await rejection(follow({ metrics: [0.1] }, { epochs: 4, resume: true }), RunFolderError);
      expect(error.problem).to.include("epochs was 2, now 4");
    });

    it("with other settings, data or artifacts is refused, naming every difference", async () => {
      await follow({ metrics: [0.1] }, { epochs: 2 });
      const config = await readFile(join(run(), "config.json"), "utf8");
      await writeExampleArtifacts(join(temporary.path, "artifacts"), (manifest) => ({
        ...manifest,
        hyperparameters: { dim: 8, layers: 3 },
      }));
      const changed = follow({ metrics: [0.1], checksum: "def" }, { epochs: 2, seed: 5, resume: true });
      const { problem, message } = await rejection(changed, RunFolderError);
      expect(problem).to.include("seed was 999, now 5");
      expect(problem).to.include('datasetChecksum was "abc", now "def"');
      expect(problem).to.include("hyper-parameter layers was 2, now 3");
      // The hyper-parameters explain why the artifacts differ.
      expect(problem).to.not.match(/manifestSha256|dim|model was/);
      expect(message)
        .to.match(/now 3\n(.*\n)*Resume with the same/)
        .and.to.not.match(/^\./m);
      expect(await readFile(join(run(), "config.json"), "utf8")).to.equal(config);
    });

    it("where there is no run says so", async () => {
      const absent = await rejection(follow({ metrics: [0.1] }, { resume: true }), RunFolderError);
      expect(absent.problem).to.equal("there is no run to resume: the folder does not exist");
    });

    it("before its first checkpoint starts from the beginning, and removes what was left half-written", async () => {
      const untimed = (results: TrainingResults) => ({ ...results, timing: null });
      const whole = untimed(await finished({ metrics: [0.1, 0.3] }, { epochs: 2 }));
      for (const name of ["checkpoints", "results.json"]) await rm(join(run(), name), { recursive: true });
      const abandoned = join(run(), "checkpoints", "last.writing-1234-00ff00ff");
      await mkdir(abandoned, { recursive: true });
      await writeFile(join(run(), "config.json.writing-77-0123abcd"), "{");
      const again = await finished({ metrics: [0.1, 0.3] }, { epochs: 2, resume: true });
      expect(untimed(again)).to.deep.equal(whole);
      const left = [...(await readdir(run())), ...(await readdir(join(run(), "checkpoints")))];
      expect(left.filter((name) => name.includes("writing"))).to.deep.equal([]);
    });

    it("from a checkpoint of other parameters is refused", async () => {
      await follow({ metrics: [0.1] }, { epochs: 1 });
      const file = join(run(), "checkpoints", "last", "checkpoint.json");
      await writeFile(file, (await readFile(file, "utf8")).replace('"model": "example"', '"model": "other"'));
      const error = await rejection(follow({ metrics: [0.1] }, { epochs: 1, resume: true }), CheckpointError);
      expect(error.problem).to.match(/^the checkpoint belongs to model "other"/);
    });

    it("with the best checkpoint of another moment is refused instead of reporting it", async () => {
      await follow({ metrics: [0.1, 0.2] }, { epochs: 2 });
      const checkpoints = join(run(), "checkpoints");
      await follow({ metrics: [0.1] }, { epochs: 1, run: join(temporary.path, "other") });
      await rm(join(checkpoints, "best"), { recursive: true });
      await cp(join(temporary.path, "other", "checkpoints", "best"), join(checkpoints, "best"), {
        recursive: true,
      });
      const error = await rejection(follow({ metrics: [0.1] }, { epochs: 2, resume: true }), CheckpointError);
      expect(error.problem).to.equal("the best epoch is 1, but this checkpoint was saved after epoch 0");
    });
  });

  describe("that diverges", () => {
    it("stops with the epoch, the step and every loss term, and keeps the last good state", async () => {
      const { open, engines } = scripted({ metrics: [0.1], divergesIn: 3 });
      const error = await rejection(train(options({ evaluateEvery: 2 }), open), NonFiniteLossError);
      expect(error).to.deep.include({ phase: "main", epoch: 3, step: 1 });
      expect(error.message).to.include("epoch 4, step 2").and.to.include("total = NaN, bpr = 0.5");
      expect(await savedValue("last")).to.equal(6);
      expect(engines[0]!.isClosed).to.equal(true);
    });
  });

  describe("with wrong arguments", () => {
    it("lists all of them before touching anything", async () => {
      const wrong = { seed: 0.5, epochs: 0, monitor: "recall@20", cutoffs: [], device: "gpu" } as never;
      const error = await rejection(follow({ metrics: [0.1] }, wrong), TrainingSettingsError);
      expect(error.problems).to.deep.equal([
        "seed must be a whole number, found 0.5",
        "epochs must be a whole number from 1, found 0",
        "cutoffs must be a list of whole numbers from 1, found []",
        'monitor must be AUC, or a metric and a cutoff such as Recall@20 (metrics: Recall, Precision, NDCG, MAP, HR, MRR), found "recall@20"',
        'device must be one of auto, cpu, cuda, cuda:<number>, webgpu, found "gpu"',
      ]);
      expect(existsSync(run())).to.equal(false);
    });

    it("refuses a metric without a proper cutoff", async () => {
      for (const monitor of ["Recall", "Recall@", "Recall@0", "Recall@20@10", "Recall@2.5"]) {
        const error = await rejection(follow({ metrics: [0.1] }, { monitor }), TrainingSettingsError);
        expect(error.problems).to.have.length(1);
      }
    });

    it("names the artifact folder that is none", async () => {
      const error = await rejection(follow({ metrics: [0.1] }, { artifacts: temporary.path }), ArtifactError);
      expect(error.file).to.equal(temporary.path);
      expect(existsSync(run())).to.equal(false);
    });
  });
});
