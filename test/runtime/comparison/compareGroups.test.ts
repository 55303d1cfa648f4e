import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { compareGroups, type GroupComparison } from "../../../runtime/comparison/compareGroups.js";
import { ComparisonError } from "../../../runtime/comparison/comparisonError.js";
import { groupRuns } from "../../../runtime/comparison/groupRuns.js";
import { readMeasuredRun } from "../../../runtime/comparison/measuredRun.js";
import { SafetensorsError } from "../../../runtime/training/safetensorsFormat.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { writeExampleRun, type ExampleRun } from "./exampleRun.js";

describe("a comparison of runs", () => {
  const temporary = temporaryFolder();
  const at = (name: string): string => join(temporary.path, name);

  async function measured(examples: Readonly<Record<string, ExampleRun>>) {
    for (const [name, example] of Object.entries(examples)) await writeExampleRun(at(name), example);
    return Promise.all(Object.keys(examples).map((name) => readMeasuredRun(at(name), "test")));
  }

  async function compared(
    examples: Readonly<Record<string, ExampleRun>>,
    options: Parameters<typeof compareGroups>[1] = {},
  ): Promise<GroupComparison> {
    return compareGroups(groupRuns(await measured(examples)), options);
  }

  /** What is wrong with comparing an example run with another one. */
  async function problemOf(
    example: ExampleRun,
    options?: Parameters<typeof compareGroups>[1],
  ): Promise<ComparisonError> {
    return rejection(compared({ first: {}, other: { seed: 2, ...example } }, options), ComparisonError);
  }

  it("tests the pairs of groups that are asked for, corrected for as many tests", async () => {
    const runs = {
      a: { model: "a", values: { "Recall@20": [0, 1, 0.5] } },
      b: { model: "b", values: { "Recall@20": [1, 1, 1] } },
      c: { model: "c", values: { "Recall@20": [0, 0, 0] } },
    };
    const found = await compared(runs, { pairs: [["b", "a"]] });
    expect(found.tests.map(({ left, right }) => [left, right])).to.deep.equal([["b", "a"]]);
    expect(found.tests[0]!.difference).to.equal(0.5);
    expect(found.tests[0]!.adjusted.wilcoxon).to.equal(found.tests[0]!.wilcoxon.p);
    expect((await compared(runs)).tests).to.have.length(3);
    const error = await rejection(compared(runs, { pairs: [["b", "d"]] }), ComparisonError);
    expect(error.message).to.equal(
      'group "d": it is to be tested, but there is no such group. The groups are a, b, c.',
    );
  });

  it("has mean and deviation over the seeds of a group, and tests over users' means", async () => {
    const found = await compared({
      a1: { model: "a", seed: 1, values: { "Recall@20": [0, 1, 0.5] } },
      b1: { model: "b", seed: 1, values: { "Recall@20": [1, 1, 1] } },
      a2: { model: "a", seed: 2, values: { "Recall@20": [0.5, 1, 1] } },
    });
    expect(found.groups.map(({ label, runs }) => [label, runs.map(({ seed }) => seed)])).to.deep.equal([
      ["a", [1, 2]],
      ["b", [1]],
    ]);
    const [a, b] = found.groups.map(({ metrics }) => metrics["Recall@20"]!);
    expect(a!.values).to.deep.equal([0.5, 2.5 / 3]);
    expect(a!.mean).to.be.closeTo(2 / 3, 1e-15);
    expect(a!.deviation).to.be.closeTo(1 / 3 / Math.SQRT2, 1e-15);
    expect(b).to.deep.equal({ mean: 1, deviation: null, values: [1] });
    // The users' means in a are 0.25, 1, 0.75.
    const [test, ...others] = found.tests;
    expect(others).to.deep.equal([]);
    expect(test).to.deep.include({
      left: "a",
      right: "b",
      metric: "Recall@20",
      users: 3,
      wins: 0,
      ties: 1,
      losses: 2,
    });
    expect(test!.difference).to.be.closeTo(-1 / 3, 1e-15);
    expect(test!.rankBiserial).to.equal(-1);
    expect(found.users).to.equal(3);
  });

  it("corrects over all pairs of groups and metrics", async () => {
    const values = (shift: number) => ({
      "Recall@20": [0, 0.1, 0.2, 0.3].map((value, user) => value + shift * (1 + user)),
      "NDCG@20": [0.1, 0.1, 0.3, 0.2],
    });
    const found = await compared({
      a: { model: "a", values: values(0) },
      b: { model: "b", values: values(0.1) },
      c: { model: "c", values: values(0.125) },
    });
    expect(found.tests.map(({ left, right, metric }) => `${left}${right} ${metric}`)).to.deep.equal([
      "ab Recall@20",
      "ab NDCG@20",
      "ac Recall@20",
      "ac NDCG@20",
      "bc Recall@20",
      "bc NDCG@20",
    ]);
    // Three equal exact p-values of 1/8 among six: 6/8 by Holm for all; the three t-tests that exist are one family.
    expect(found.tests[0]!.wilcoxon.p).to.equal(0.125);
    expect(found.tests.map(({ adjusted }) => adjusted.wilcoxon)).to.deep.equal([0.75, 1, 0.75, 1, 0.75, 1]);
    expect(found.tests[1]!.adjusted.tTest).to.equal(null);
    const t = found.tests[0]!;
    expect(t.adjusted.tTest).to.be.closeTo(3 * t.tTest!.p, 1e-12);
    const bonferroni = await compared(
      { a: { model: "a", values: values(0) }, b: { model: "b", values: values(0.1) } },
      { correction: "bonferroni", metrics: ["Recall@20"] },
    );
    expect(bonferroni.tests.map(({ adjusted }) => adjusted.wilcoxon)).to.deep.equal([0.125]);
  });

  it("names groups of one model by the hyper-parameters in which they differ", async () => {
    const found = await compared({
      one: { hyperparameters: { dim: 64, layers: 1 } },
      two: { hyperparameters: { layers: 2, dim: 64 } },
      again: { hyperparameters: { layers: 1, dim: 64 }, seed: 2 },
      other: { model: "pop" },
    });
    expect(found.groups.map(({ label }) => label)).to.deep.equal(["mf layers=1", "mf layers=2", "pop"]);
    expect(found.groups[0]!.runs).to.have.length(2);
  });

  it("takes Recall and NDCG unless told otherwise, and needs no second group", async () => {
    const found = await compared({ one: {}, two: { seed: 2 } });
    expect(found.metrics).to.deep.equal(["Recall@20", "NDCG@20"]);
    expect(found.tests).to.deep.equal([]);
    expect((await compared({ one: {} }, { metrics: ["AUC"] })).groups[0]!.metrics["AUC"]!.mean).to.equal(
      0.75,
    );
  });

  it("tells of schedules that differ and of selection on the split it compares", async () => {
    const selectOn = { selectOn: "test" };
    const found = await compared({
      one: { config: { ...selectOn, patience: 5 } },
      two: { config: { ...selectOn, patience: null }, seed: 2 },
    });
    expect(found.notes).to.deep.equal([
      "The runs differ in patience: 5, null.",
      "The best epoch was chosen on this very split, so the numbers are optimistic.",
    ]);
    expect((await compared({ one: {} })).notes).to.deep.equal([]);
  });

  it("refuses other data, protocols and users", async () => {
    const data = await problemOf({ checksum: "fedcba9876543210" });
    expect(data.subject).to.equal(at("other"));
    expect(data.problem).to.equal(
      `it was measured on dataset "shop" (checksum fedcba987654), but ${at("first")} on "shop" (0123456789ab)`,
    );
    const changes = [
      ["cutoffs", [10, 20], "[20]"],
      ["ndcgIdeal", "hits", '"targets"'],
      ["maskValidationAtTest", true, "false"],
      ["selectOn", "test", '"valid"'],
      ["monitor", "NDCG@20", '"Recall@20"'],
    ] as const;
    for (const [key, value, usual] of changes) {
      const { problem } = await problemOf({ config: { [key]: value } });
      expect(problem).to.equal(
        `its ${key} is ${JSON.stringify(value)}, but that of ${at("first")} is ${usual}`,
      );
    }
    const values = { "Recall@20": [0, 1], "NDCG@20": [0, 1], AUC: [0, 1] };
    expect((await problemOf({ values })).problem).to.contain("metrics of 2 users, not of the same 3");
    expect((await problemOf({ userIds: [0, 1, 5] })).problem).to.contain(
      "metrics of 3 users, not of the same 3",
    );
  });

  it("refuses unknown metrics with the nearest one", async () => {
    const error = await problemOf({}, { metrics: ["Recal@20"] });
    expect(error.message).to.equal(
      'metric "Recal@20": the runs have Recall@20, NDCG@20, AUC. Did you mean Recall@20?',
    );
  });

  it("refuses no run, a run given twice, equal seeds in a group and equal names", async () => {
    expect(() => compareGroups([])).to.throw(ComparisonError, "there are no runs");
    const [one, two] = await measured({ one: {}, two: {} });
    expect(() => groupRuns([one!, one!])).to.throw(ComparisonError, "the run is given twice");
    expect(() => groupRuns([one!, two!])).to.throw(
      ComparisonError,
      `group "mf": ${at("one")} and ${at("two")} have the same seed 1`,
    );
    expect(() => groupRuns([one!], new Map([["mf", [two!]]]))).to.throw(
      ComparisonError,
      'group "mf": there are two groups of this name',
    );
    const groups = groupRuns(
      [],
      new Map([
        ["a", [one!]],
        ["b", [two!]],
      ]),
    );
    expect(groups.map(({ label }) => label)).to.deep.equal(["a", "b"]);
  });

  describe("reads a run and", () => {
    it("refuses folders that hold none, or an unfinished or damaged one", async () => {
      const none = await rejection(readMeasuredRun(at("nowhere"), "test"), ComparisonError);
      expect(none.message).to.equal(
        `${at("nowhere")}: there is no training run. Give folders that \`mmkit train … --out <folder>\` wrote.`,
      );
      await writeExampleRun(at("run"));
      await rm(join(at("run"), "results.json"));
      const unfinished = await rejection(readMeasuredRun(at("run"), "test"), ComparisonError);
      expect(unfinished.problem).to.equal("the run is not finished: it has no results.json");
      for (const text of ["{", "[]", "null"]) {
        await writeFile(join(at("run"), "results.json"), text);
        const damaged = await rejection(readMeasuredRun(at("run"), "test"), ComparisonError);
        expect(damaged.problem).to.contain("results.json is not a JSON object");
      }
      await rm(join(at("run"), "results.json"));
      await mkdir(join(at("run"), "results.json"));
      const unreadable = await rejection(readMeasuredRun(at("run"), "test"), ComparisonError);
      expect(unreadable.problem).to.equal("results.json cannot be read (EISDIR)");
    });

    it("refuses a split without interactions", async () => {
      await writeExampleRun(at("run"));
      const error = await rejection(readMeasuredRun(at("run"), "valid"), ComparisonError);
      expect(error.problem).to.equal('dataset "shop" has no interactions in its valid split');
      expect(error.fix).to.equal("Compare on the test split.");
    });

    it("refuses metrics of users that are missing or of another run", async () => {
      await writeExampleRun(at("run"));
      await writeExampleRun(at("other"), { results: { test: { metrics: { "Recall@20": 0.6 } } } });
      const other = await rejection(readMeasuredRun(at("other"), "test"), ComparisonError);
      expect(other.problem).to.equal("the users' Recall@20 averages 0.500000, but results.json says 0.6");
      await rm(join(at("run"), "users"), { recursive: true });
      expect((await rejection(readMeasuredRun(at("run"), "test"), SafetensorsError)).problem).to.equal(
        "the file is missing",
      );
    });
  });
});
