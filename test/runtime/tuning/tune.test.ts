import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { buildArtifacts } from "../../../exports/artifacts.js";
import { modelSearchSpace } from "../../../exports/searchSpace.js";
import { models } from "../../../graphs/registry.js";
import { DatasetError } from "../../../runtime/data/datasetError.js";
import { NonFiniteScoresError } from "../../../runtime/ranking/nonFiniteScoresError.js";
import { parseSpace, parseSpaceWords } from "../../../runtime/tuning/parseSpace.js";
import { pointKey, SearchSpaceError, type Point } from "../../../runtime/tuning/searchSpace.js";
import { StudyFolderError } from "../../../runtime/tuning/studyFiles.js";
import type { TrialRecord } from "../../../runtime/tuning/trialRecord.js";
import { tune, type TuningResults } from "../../../runtime/tuning/tune.js";
import {
  resolveTuning,
  TuningOptionsError,
  type CompiledModel,
  type TuneOptions,
  type TuningEvent,
} from "../../../runtime/tuning/tuneOptions.js";
import { LocalEngine } from "../../../runtime/training/localEngine.js";
import { RunFolderError } from "../../../runtime/training/runFolder.js";
import { RunLock } from "../../../runtime/training/runLock.js";
import type { OpenEngine } from "../../../runtime/training/trainer.js";
import { writeTinyDataset } from "../../cli/tinyDataset.js";
import { folderContents } from "../../cli/folderContents.js";
import { rejection } from "../data/rejection.js";
import { exampleBuild, objectiveEngine } from "./scriptedStudy.js";

const mf = models.get("mf")!;

const compiled = new Map<string, CompiledModel>();

/** Equal hyper-parameters are compiled once. */
function buildMf(hyperparameters: Point): CompiledModel {
  const key = pointKey(hyperparameters);
  const found = compiled.get(key) ?? buildArtifacts(mf, hyperparameters);
  compiled.set(key, found);
  return found;
}

/** Engines in this thread open faster than those in threads of their own. */
const openHere: OpenEngine = (options, report) =>
  LocalEngine.open(options, { report, isCancelled: () => false });

describe("a search for hyper-parameters", function () {
  this.timeout(120_000);
  let root = "";
  const at = (...parts: readonly string[]): string => join(root, ...parts);

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await writeTinyDataset(at("data"));
  });
  after(() => rm(root, { recursive: true, force: true }));

  const options = (out: string, changes: Partial<TuneOptions> = {}): TuneOptions => ({
    build: buildMf,
    space: modelSearchSpace(mf, parseSpaceWords(["learningRate=1e-3..0.3:log", "dim=4..16"])),
    hyperparameters: { batchSize: 64 },
    method: "random",
    trials: 4,
    training: { epochs: 2, seed: 3, threads: 1, cutoffs: [5], monitor: "Recall@5" },
    dataset: at("data"),
    out: at(out),
    ...changes,
  });
  /** Without times, which differ. */
  const comparable = ({ trials, best }: TuningResults): unknown => ({
    trials: trials.map((record) => ({ ...record, seconds: 0 })),
    best: { ...best, run: "" },
  });
  const record = async (...parts: readonly string[]): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(at(...parts), "utf8")) as Record<string, unknown>;
  let straight: TuningResults;

  it("trains every trial in a run folder of its own and keeps the best hyper-parameters", async () => {
    const events: TuningEvent[] = [];
    straight = await tune(options("straight", { onProgress: (event) => events.push(event) }), openHere);
    expect(straight).to.have.property("status", "finished");
    expect(straight.trials.map(({ trial, status }) => [trial, status])).to.deep.equal(
      [1, 2, 3, 4].map((trial) => [trial, "finished"]),
    );
    const scores = straight.trials.map(({ score }) => score!);
    expect(straight.best!.score).to.equal(Math.max(...scores));
    expect(straight.best!.trial).to.equal(scores.indexOf(Math.max(...scores)) + 1);
    const bestTrial = straight.trials[straight.best!.trial - 1]!;
    expect(await record("straight", "best.json")).to.deep.equal({
      batchSize: 64,
      ...bestTrial.hyperparameters,
    });
    expect(() => buildArtifacts(mf, straight.best!.hyperparameters)).not.to.throw();
    const lines = (await readFile(at("straight", "trials.jsonl"), "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as TrialRecord)).to.deep.equal(straight.trials);
    expect(await readdir(at("straight", "trials"))).to.deep.equal(["0001", "0002", "0003", "0004"]);
    expect(events.filter(({ kind }) => kind === "ended")).to.have.length(4);
    expect(events[0]).to.deep.equal({ kind: "started", trials: 4, finished: 0 });
  });

  it("scores validation only: no trial has seen the test split", async () => {
    for (const name of await readdir(at("straight", "trials"))) {
      const results = await record("straight", "trials", name, "results.json");
      expect(results).to.deep.include({
        test: null,
        coldTest: null,
        popularityTest: null,
        selectedOn: "valid",
      });
      expect(results["dataset"]).to.deep.include({ counts: { train: 280, valid: 40, test: 0 } });
    }
  });

  it("gives the same trials and scores however many run at once", async () => {
    const parallel = await tune(options("parallel", { parallel: 2 }));
    expect(comparable(parallel)).to.deep.equal(comparable(straight));
  });

  for (const [method, trials] of [
    ["random", 6],
    ["tpe", 14],
  ] as const) {
    it(`gives the same ${method} trials when interrupted and continued, and with two at once`, async () => {
      const objective = (point: Point): number =>
        0.9 - Math.abs(Math.log10(point["rate"] as number) + 3) / 10;
      const open = objectiveEngine(objective);
      const changes: Partial<TuneOptions> = {
        build: await exampleBuild(),
        space: parseSpace(parseSpaceWords(["rate=1e-5..1:log", "kind=a,b,c"])),
        hyperparameters: {},
        method,
        trials,
        training: { epochs: 2, monitor: "Recall@20", seed: 3 },
      };
      const whole = await tune(options(`${method}-whole`, changes), open);
      expect(whole.best!.score).to.equal(
        Math.max(...whole.trials.map(({ hyperparameters: point }) => objective(point))),
      );
      const out = `${method}-parts`;
      for (const stopAfter of [2, trials - 2]) {
        const controller = new AbortController();
        const onProgress = (event: TuningEvent): void => {
          if (event.kind === "ended" && event.record.trial === stopAfter) controller.abort();
        };
        const { signal } = controller;
        const aborted = await tune(
          options(out, { ...changes, resume: stopAfter > 2, signal, onProgress }),
          open,
        );
        expect(aborted).to.have.property("status", "aborted");
        expect(aborted.trials).to.have.length(stopAfter);
      }
      const continued = await tune(options(out, { ...changes, resume: true }), open);
      expect(comparable(continued)).to.deep.equal(comparable(whole));
      const order: number[] = [];
      let secondEnded = (): void => undefined;
      const second = new Promise<void>((resolve) => (secondEnded = resolve));
      const onProgress = (event: TuningEvent): void => {
        if (event.kind !== "ended") return;
        order.push(event.record.trial);
        if (event.record.trial === 2) secondEnded();
      };
      const firstPoint = pointKey(whole.trials[0]!.hyperparameters);
      const firstWaits: OpenEngine = async (...parameters) => {
        if (pointKey(parameters[0].artifacts.manifest.hyperparameters) === firstPoint) await second;
        return open(...parameters);
      };
      const atOnce = options(`${method}-parallel`, { ...changes, parallel: 2, onProgress });
      expect(comparable(await tune(atOnce, firstWaits))).to.deep.equal(comparable(whole));
      expect(order[0]).to.equal(2);
    });
  }

  it("continues a trial that was interrupted between two epochs after its last checkpoint", async () => {
    const controller = new AbortController();
    const onProgress = (event: TuningEvent): void => {
      const isSecond = event.kind === "training" && event.trial === 2 && event.event.kind === "evaluation";
      if (isSecond) controller.abort();
    };
    const out = options("halfway", { signal: controller.signal, onProgress });
    const aborted = await tune(out, openHere);
    expect(aborted.trials.map(({ trial }) => trial)).to.deep.equal([1]);
    const events: TuningEvent[] = [];
    const continued = await tune(
      options("halfway", { resume: true, onProgress: (event) => events.push(event) }),
      openHere,
    );
    const begun = events.flatMap((event) => (event.kind === "trial" ? [[event.trial, event.isResumed]] : []));
    expect(begun).to.deep.equal([
      [2, true],
      [3, false],
      [4, false],
    ]);
    expect(comparable(continued)).to.deep.equal(comparable(straight));
  });

  it("adds trials to a study that had ended, whatever decides only how they are computed", async () => {
    await cp(at("straight"), at("longer"), { recursive: true });
    const training = { ...options("").training!, stepsPerRun: 3, memory: 2e9, checkpointEvery: 2 };
    const longer = await tune(options("longer", { resume: true, trials: 5, training }), openHere);
    expect(longer.trials).to.have.length(5);
    expect(longer.trials.slice(0, 4)).to.deep.equal(straight.trials);
  });

  it("tries all of a grid, or as much of it as it may", async () => {
    const space = modelSearchSpace(mf, { dim: [4, 8], learningRate: [0.01, 0.03, 0.1] });
    const short = { space, method: "grid", training: { ...options("").training!, epochs: 1 } } as const;
    const { trials, ...all } = options("grid", short);
    expect(trials).to.equal(4);
    const grid = await tune(all, openHere);
    expect(grid.trials.map(({ hyperparameters }) => hyperparameters)).to.deep.equal([
      { dim: 4, learningRate: 0.01 },
      { dim: 4, learningRate: 0.03 },
      { dim: 4, learningRate: 0.1 },
      { dim: 8, learningRate: 0.01 },
      { dim: 8, learningRate: 0.03 },
      { dim: 8, learningRate: 0.1 },
    ]);
    const part = await tune(options("part of the grid", { ...short, trials: 1 }), openHere);
    expect(part.trials).to.have.length(1);
  });

  it("keeps a trial that diverges as a result without a score", async () => {
    const space = modelSearchSpace(mf, { learningRate: [0.01, 1e30] });
    const found = await tune(options("diverging", { space, method: "grid", trials: 2 }), openHere);
    expect(found.trials.map(({ status }) => status)).to.deep.equal(["finished", "diverged"]);
    expect(found.trials[1]!.problem).to.contain("the loss is not finite");
    expect(found.trials[1]).to.deep.include({ score: null, valid: null, bestEpoch: null });
    expect(found.best!.trial).to.equal(1);
  });

  it("takes vectors that are not finite for divergence, too, though the loss may not show it yet", async () => {
    const space = modelSearchSpace(mf, { learningRate: [0.01, 0.02] });
    let opened = 0;
    const overflowing: OpenEngine = async (...parameters) => {
      const engine = await openHere(...parameters);
      if (engine === null || ++opened === 1) return engine;
      return new Proxy(engine, {
        get(target, name) {
          const failure = new NonFiniteScoresError("user_vectors", "row 0 holds Infinity");
          if (name === "evaluate") return () => Promise.reject(failure);
          const member: unknown = Reflect.get(target, name);
          return typeof member === "function" ? (member.bind(target) as unknown) : member;
        },
      });
    };
    const found = await tune(options("overflowing", { space, method: "grid", trials: 2 }), overflowing);
    expect(found.trials.map(({ status }) => status)).to.deep.equal(["finished", "diverged"]);
    expect(found.trials[1]!.problem).to.contain("The model has diverged");
    expect(found.best!.trial).to.equal(1);
  });

  it("stops all trials at another error, and goes on after it", async () => {
    let opened = 0;
    const failing: OpenEngine = (...parameters) =>
      ++opened === 3 ? Promise.reject(new RangeError("no more memory")) : openHere(...parameters);
    const error = await rejection(RangeError, () => tune(options("failing"), failing));
    expect(error.message).to.equal("no more memory");
    const continued = await tune(options("failing", { resume: true }), openHere);
    expect(comparable(continued)).to.deep.equal(comparable(straight));
  });

  describe("refuses", () => {
    const refused = async (changes: Partial<TuneOptions>): Promise<Error> => {
      const error = await rejection(Error, () => tune(options("straight", changes), openHere));
      return error;
    };
    let before: Record<string, string>;

    beforeEach(async () => {
      before = await folderContents(at("straight"));
    });
    afterEach(async () => {
      expect(await folderContents(at("straight"))).to.deep.equal(before);
    });

    it("a folder with a study, if it is neither to be continued nor replaced", async () => {
      const error = await refused({});
      expect(error).to.be.instanceOf(StudyFolderError);
      expect(error.message).to.contain("already holds a study. Continue it (--resume), replace it (--force)");
    });

    it("to continue with anything that decides the result changed, all of it at once", async () => {
      const error = await refused({
        resume: true,
        space: modelSearchSpace(mf, { dim: [4, 8] }),
        training: { ...options("").training!, seed: 4, epochs: 9 },
      });
      expect(error.message).to.contain("  space.dim was ");
      expect(error.message).to.contain("  space.learningRate was ");
      expect(error.message).to.contain("\n  training.seed was 3, now 4\n");
      expect(error.message).to.contain("\n  training.epochs was 2, now 9\n");
    });

    it("to continue on other data", async () => {
      await writeTinyDataset(at("other data"), 2);
      const error = await refused({ resume: true, dataset: at("other data") });
      expect(error.message).to.match(/\n {2}datasetChecksum was "[0-9a-f]+", now "[0-9a-f]+"\n/);
    });

    it("a model that cannot be built, before anything is written", async () => {
      const build = (): never => {
        throw new RangeError("no such layer");
      };
      expect((await refused({ resume: true, build })).message).to.equal("no such layer");
    });

    it("options that make no sense, all at once", async () => {
      const error = await rejection(TuningOptionsError, () =>
        resolveTuning(
          options("x", {
            method: "tpe",
            trials: 0,
            ahead: 2,
            parallel: 3,
            hyperparameters: { dim: 8 },
            training: { epochs: -1, selectOn: "test" },
          }),
          8,
        ),
      );
      expect(error.problems).to.deep.equal([
        "trials must be a whole number from 1, found 0",
        "parallel is 3, but TPE runs at most ahead = 2 trials at once",
        "selectOn is test, but a search chooses on validation only",
        "dim is both searched and set",
        "epochs must be a whole number from 1, found -1",
      ]);
      const cores = await rejection(TuningOptionsError, () =>
        resolveTuning(options("x", { parallel: 3 }), 2),
      );
      expect(cores.problems).to.deep.equal(["parallel is 3, but the machine has 2 cores"]);
    });
  });

  it("gives every trial that runs at once its share of the cores and of the memory", () => {
    const training = { epochs: 1 };
    const threads = (parallel: number): unknown =>
      resolveTuning(options("x", { parallel, training }), 9).settings.threads;
    expect([1, 2, 4, 9].map(threads)).to.deep.equal([null, 4, 2, 1]);
    const memory = (parallel: number, given: number | null): number | null =>
      resolveTuning(options("x", { parallel, training: { memory: given } }), 9).settings.memory;
    expect(memory(3, 1000)).to.equal(333);
    expect(memory(1, 1000)).to.equal(1000);
    expect(memory(1, null)).to.equal(null);
    expect(memory(4, null)).to.be.greaterThan(0);
  });

  it("refuses a dataset without validation data", async () => {
    await writeTinyDataset(at("no valid"));
    const file = at("no valid", "interactions.tsv");
    await writeFile(file, (await readFile(file, "utf8")).replaceAll("\tvalid\n", "\ttrain\n"));
    const error = await rejection(DatasetError, () =>
      tune(options("none", { dataset: at("no valid") }), openHere),
    );
    expect(error.message).to.contain("no validation split, on which a search chooses");
  });

  it("refuses a folder with other files, a file, and a study that is not there or damaged", async () => {
    const folder = await rejection(StudyFolderError, () => tune(options("data", { force: true }), openHere));
    expect(folder.message).to.contain("holds other files than a study's");
    const file = await rejection(StudyFolderError, () => tune(options("data/dataset.json"), openHere));
    expect(file.message).to.contain("a file is in the place of the folder");
    const missing = await rejection(StudyFolderError, () =>
      tune(options("nowhere", { resume: true }), openHere),
    );
    expect(missing.message).to.contain("there is no study to continue");
    await cp(at("straight"), at("damaged"), { recursive: true });
    const lines = await readFile(at("damaged", "trials.jsonl"), "utf8");
    for (const text of [lines.slice(0, -30), lines.replace(/"dim":\d+/, '"dim":5000')]) {
      await writeFile(at("damaged", "trials.jsonl"), text);
      const error = await rejection(StudyFolderError, () =>
        tune(options("damaged", { resume: true }), openHere),
      );
      expect(error.message).to.contain("trials.jsonl was altered or cut short");
    }
    await writeFile(at("damaged", "study.json"), "{}");
    const config = await rejection(StudyFolderError, () =>
      tune(options("damaged", { resume: true }), openHere),
    );
    expect(config.message).to.contain("study.json was altered or cut short");
  });

  it("refuses a folder in which another search runs", async () => {
    const lock = await RunLock.take(at("busy"));
    try {
      const error = await rejection(RunFolderError, () => tune(options("busy"), openHere));
      expect(error.message).to.contain("the folder is being trained by process");
    } finally {
      await lock.release();
    }
  });
});

describe("the search space of a model", () => {
  it("makes ranges of whole numbers of those that are", () => {
    const space = modelSearchSpace(mf, parseSpaceWords(["dim=8..64:log", "learningRate=1e-4..1e-2:log"]));
    expect(space["dim"]).to.have.property("isInteger", true);
    expect(space["learningRate"]).to.have.property("isInteger", false);
  });

  it("is refused with all unknown names and values out of range at once", async () => {
    const { problems } = await rejection(SearchSpaceError, () =>
      modelSearchSpace(
        models.get("ksi")!,
        parseSpaceWords([
          "learningRat=1e-4..1e-2",
          "dim=0..64",
          "backbone=lightgcn,mff",
          "rr=0..1",
          "batchSize=1.5..8",
        ]),
      ),
    );
    expect(problems[0]).to.equal('learningRat: unknown; did you mean "learningRate"?');
    expect(problems[1]).to.match(/^dim: must be >= \d+, found 0$/);
    expect(problems[2]).to.match(/^backbone: must be equal to one of the allowed values: .*, found "mff"$/);
    expect(problems[3]).to.equal('rr: a range needs a number, but it is "boolean"; give a list of values');
    expect(problems[4]).to.equal("batchSize: must be integer, found 1.5");
    expect(problems).to.have.length(5);
  });
});
