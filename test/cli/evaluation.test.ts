import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { GroupReport } from "../../runtime/ranking/groups.js";
import type { TrainingResults } from "../../runtime/training/trainingResults.js";
import { mmkit } from "./capture.js";
import { writeTinyDataset } from "./tinyDataset.js";

interface Measured {
  readonly model: NonNullable<TrainingResults["test"]>;
  readonly popularity: NonNullable<TrainingResults["test"]>;
}

describe("evaluation on the command line", function () {
  const folder = mkdtempSync(join(tmpdir(), "mmkit-test-"));
  const at = (name: string): string => join(folder, name);
  let trained: Awaited<ReturnType<typeof mmkit>>;

  before(async () => {
    await writeTinyDataset(at("data"));
    const words = ["--data", at("data"), "--out", at("run"), "--threads", "1", "--set", "dim=8"];
    trained = await mmkit(
      "train",
      "mf",
      ...words,
      "--protocol",
      "kgat",
      "--epochs",
      "12",
      "--evaluate-every",
      "4",
    );
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function evaluated(...words: readonly string[]): Promise<Measured> {
    const { code, stdout, stderr } = await mmkit("evaluate", at("run"), "--threads", "1", "--json", ...words);
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout) as Measured;
  }

  it("trains by a protocol, options before it, and says that the test split selects", () => {
    expect(trained.code, trained.stderr).to.equal(0);
    expect(trained.stderr).to.contain("training, protocol kgat\n");
    expect(trained.stderr).to.match(/ evaluateEvery += 4 \(option\)\n/);
    expect(trained.stderr).to.match(/ patience += 9 \(protocol\)\n/);
    expect(trained.stderr).to.match(/ ndcgIdeal += "hits" \(protocol\)\n/);
    expect(trained.stderr).to.match(/ seed += 999 \(default\)\n/);
    expect(trained.stderr).to.contain(
      "note: the test split chooses the best epoch, so its metrics will be optimistic\n",
    );
    expect(trained.stdout).to.contain("chosen on the test split, so these are optimistic\n");
    const config = JSON.parse(readFileSync(join(at("run"), "config.json"), "utf8")) as object;
    expect(config).to.deep.include({ patience: 9, evaluateEvery: 4, selectOn: "test", ndcgIdeal: "hits" });
  });

  it("prints a compact table after training, AUC in it", () => {
    const table = trained.stdout.split("\n").filter((line) => line.startsWith("  "));
    expect(table).to.have.length(1 + 9);
    expect(table.at(-1)).to.match(/^ {2}AUC +[01]\.\d{4} +[01]\.\d{4} +[01]\.\d{4}$/);
  });

  it("never stops early when told so", async () => {
    const words = ["--data", at("data"), "--out", at("long"), "--threads", "1", "--set", "learningRate=1e-9"];
    const { code, stdout } = await mmkit("train", "mf", ...words, "--epochs", "4", "--patience", "none");
    expect(code).to.equal(0);
    expect(stdout).to.contain("mf on tiny: 4 epochs, complete;");
    const stopped = await mmkit("train", "mf", ...words, "--epochs", "4", "--patience", "1", "--force");
    expect(stopped.stdout).to.contain("3 epochs, stopped early;");
  });

  it("measures the run again by its own settings", async () => {
    const results = JSON.parse(readFileSync(join(at("run"), "results.json"), "utf8")) as TrainingResults;
    expect((await evaluated()).model).to.deep.equal(results.test);
  });

  it("changes cutoffs, NDCG, masking and groups on demand", async () => {
    const { model } = await evaluated(
      "--cutoffs",
      "3",
      "--no-auc",
      "--cold-users",
      "9",
      "--activity-groups",
      "1",
    );
    expect(Object.keys(model.metrics)).to.deep.equal([
      "Recall@3",
      "Precision@3",
      "NDCG@3",
      "MAP@3",
      "HR@3",
      "MRR@3",
    ]);
    const kinds = model.groups.map(({ group, users }: GroupReport) => [group.kind, users]);
    expect(kinds).to.deep.equal([
      ["coldItems", 1],
      ["coldUsers", 40],
      ["activity", 40],
    ]);
    const masked = await evaluated("--mask-validation-at-test");
    const usual = await evaluated("--protocol", "mmrec");
    expect(masked.popularity.metrics["MRR@50"]).to.be.above(usual.popularity.metrics["MRR@50"]!);
    // One target per user: NDCG is the same by both ideals.
    expect(usual.model.metrics["NDCG@20"]).to.equal((await evaluated()).model.metrics["NDCG@20"]);
  });

  it("prints what else there is at one cutoff, and groups", async () => {
    const { stdout } = await mmkit("evaluate", at("run"), "--threads", "1", "--cutoffs", "3,7");
    expect(stdout).to.match(/\n {2}AUC +[\d.]{6} +[\d.]{6}\nLists of 7: other metrics; /);
    for (const name of ["Precision", "MAP", "HR", "MRR", "Coverage", "Gini", "Novelty", "Popularity"]) {
      expect(stdout).to.match(new RegExp(`\\n {2}${name}@7 +[\\d.]{6,} +[\\d.]{6,}\\n`));
    }
    expect(stdout).to.match(
      /\nBy group, .*\n +users +targets +mf Recall@7 +mf NDCG@7 +popularity Recall@7 +popularity NDCG@7\n {2}new items +1 +1 /,
    );
    expect(stdout).to.match(/\n {2}users of 7 interactions +40 +40 /);
  });

  it("keeps to the memory it may use, or says what does not fit", async () => {
    const free = await evaluated();
    expect(await evaluated("--memory", "none")).to.deep.equal(free);
    const { code, stderr } = await mmkit("evaluate", at("run"), "--memory", "10MB");
    expect(stderr).to.match(/: Ranking needs about .* but 10\.0 MB may be used \(--memory\)/);
    expect(code).to.equal(1);
  });

  it("refuses what makes no sense", async () => {
    const cases = [
      [["--cutoffs", "0"], "cutoffs must be whole numbers from 1"],
      [["--cutoffs", "a"], '--cutoffs takes whole numbers with commas between, found "a"'],
      [["--cold-users", "0"], "--cold-users takes a whole number from 1, found 0"],
      [["--activity-groups", "1.5"], "--activity-groups takes a whole number from 1, found 1.5"],
      [["--protocol", "kgta"], "protocol"],
    ] as const;
    for (const [words, message] of cases) {
      const { code, stderr } = await mmkit("evaluate", at("run"), ...words);
      expect(stderr).to.contain(message);
      expect(code).to.equal(2);
    }
    const words = ["train", "mf", "--data", at("data"), "--out", at("other")];
    const patience = await mmkit(...words, "--patience", "some");
    expect(patience.stderr).to.contain('--patience takes a whole number or none, found "some"');
    expect(patience.code).to.equal(2);
    const protocol = await mmkit(...words, "--protocol", "recbole");
    expect(protocol.code).to.equal(2);
  });
});
