import { existsSync } from "node:fs";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { AblationResults } from "../../runtime/ablation/ablationResults.js";
import { modelTemplate } from "../../src/cli/modelTemplate.js";
import { mmkit, type Captured } from "./capture.js";
import { folderContents } from "./folderContents.js";
import { modelFolder } from "./modelFolder.js";
import { startProgram } from "./program.js";
import { writeTinyDataset } from "./tinyDataset.js";

/** Three tables; the second shares a run with the first, the third's only row is the full model under another name. */
const tables = `
  ablations: [
    {
      table: "I",
      title: "without layers, without L2",
      metrics: ["Recall@5", "Recall@20"],
      groups: [{
        full: { name: "all", settings: {} },
        rows: [
          { name: "w/o layers", settings: { layers: 0 } },
          { name: "w/o L2", settings: { l2: 0 } },
          { name: "w/o any L2", settings: { l2: 0 } },
        ],
      }],
    },
    {
      table: "II",
      title: "layers",
      metrics: [],
      groups: [{
        full: { name: "2 layers", settings: { layers: 2 } },
        rows: [{ name: "1 layer", settings: { layers: 1 } }],
      }],
    },
    {
      table: "III",
      title: "momentum, which Adam does not have",
      metrics: [],
      groups: [{ full: { name: "0", settings: {} }, rows: [{ name: "0.5", settings: { optimizer: "adam" } }] }],
    },
  ],
  // What`;

describe("mmkit ablate", function () {
  this.timeout(120_000);
  let root = "";
  const at = (...parts: readonly string[]): string => join(root, ...parts);
  const brief = [
    ...[
      "--set",
      "batchSize=64",
      "--set",
      "dim=4",
      "--epochs",
      "2",
      "--cutoffs",
      "5",
      "--monitor",
      "Recall@5",
    ],
    ...["--threads", "1"],
  ];
  const words = (out: string, ...more: readonly string[]): string[] => [
    ...["ablate", at("mine.ts"), "--data", at("data"), "--out", at(out), ...brief, ...more],
  ];
  const resumed = (out: string, ...more: readonly string[]): string[] => [
    ...["ablate", at("mine.ts"), "--out", at(out), "--resume", ...more],
  ];
  let done: Captured;
  let results: AblationResults;
  const readResults = async (out: string): Promise<AblationResults> =>
    JSON.parse(await readFile(at(out, "results.json"), "utf8")) as AblationResults;
  /** What does not depend on the machine's speed. */
  const lasting = ({ tables: measured, runs }: AblationResults): unknown => ({
    comparisons: measured.map(({ comparison }) => ({
      tests: comparison?.tests,
      metrics: comparison?.groups.map((group) => [group.label, group.metrics]),
    })),
    runs: runs.map((run) => ({ ...run, seconds: 0 })),
  });

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await modelFolder(root, "module");
    await writeFile(at("mine.ts"), modelTemplate("mine").replace("\n  // What", tables));
    await writeTinyDataset(at("data"));
    done = await mmkit(...words("done", "--seeds", "1,2"));
    results = existsSync(at("done", "results.json")) ? await readResults("done") : results;
  });
  after(() => rm(root, { recursive: true, force: true }));

  it("trains every row with every seed and prints the table", () => {
    expect(done.code, done.stderr).to.equal(0);
    expect(done.stdout).to.match(/^mine: test split of tiny \(checksum [0-9a-f]{12}…\), 2 seeds: 1, 2\n/);
    expect(done.stdout).to.contain("\nTable I: without layers, without L2\n");
    expect(done.stdout).to.match(/\n\| variant +\| Recall@5 +\| difference \| p +\|\n/);
    expect(done.stdout).to.match(/\n\| all +\| 0\.\d{4} ± 0\.\d{4} \| +\| +\|\n/);
    expect(done.stdout).to.match(
      /\n\| w\/o layers +\| 0\.\d{4} ± 0\.\d{4} \| [+−]?0\.\d{4} +\| [\d.]+ +\|\n/,
    );
    expect(done.stdout).to.contain("Differences are to all, over 40 users");
    expect(done.stdout).to.contain("corrected for 2 tests (holm)");
    expect(done.stderr).to.contain("\ntable I: without layers, without L2\n");
    expect(done.stderr).to.contain(
      "\nnote: w/o any L2 computes the same as w/o L2 here, so it is left out\n",
    );
    expect(done.stderr).to.contain("\n6 runs\n");
    expect(done.stderr).to.contain("\nrun 2 of 6: w-o-layers, seed 1\n");
    expect(done.stderr).to.match(/\nrun 6 of 6 ended: w-o-l2, seed 2: best epoch [12] of 2, 0:\d\d\n/);
  });

  it("keeps run folders that can be compared, with the same figures", async () => {
    const folders = ["all", "w-o-layers"].flatMap((variant) =>
      ["seed-1", "seed-2"].map((seed) => at("done", "runs", variant, seed)),
    );
    const compared = await mmkit("compare", ...folders, "--metrics", "Recall@5", "--json");
    expect(compared.code, compared.stderr).to.equal(0);
    const { tests, groups } = JSON.parse(compared.stdout) as NonNullable<
      AblationResults["tables"][number]["comparison"]
    >;
    const { comparison } = results.tables[0]!;
    expect(groups.map((group) => group.metrics["Recall@5"])).to.deep.equal(
      comparison!.groups.slice(0, 2).map((group) => group.metrics["Recall@5"]),
    );
    expect(comparison!.tests[0]!.difference).to.equal(-tests[0]!.difference);
    expect(comparison!.tests.map(({ left, right }) => [left, right])).to.deep.equal([
      ["w/o layers", "all"],
      ["w/o L2", "all"],
    ]);
  });

  it("adds seeds and tables when it goes on, and trains nothing twice", async () => {
    await cp(at("done"), at("more"), { recursive: true });
    const config = await readFile(at("more", "runs", "all", "seed-1", "metrics.jsonl"), "utf8");
    const more = await mmkit(
      ...resumed("more", "--seeds", "1,2,3", "--table", "II", "--threads", "1", "--json"),
    );
    expect(more.code, more.stderr).to.equal(0);
    // Its full model with seeds 1 and 2 is that of table I.
    expect(more.stderr).to.contain("continuing after 2 of 6 runs\n").and.to.contain("\ntable II: layers\n");
    const longer = await readResults("more");
    expect(longer.runs.slice(0, 3).map(({ variant, seed }) => [variant, seed])).to.deep.equal([
      ["all", 1],
      ["1-layer", 1],
      ["all", 2],
    ]);
    expect(longer.runs[0]).to.deep.equal(results.runs[0]);
    expect(longer.tables[0]!.comparison!.groups.map(({ label, runs }) => [label, runs.length])).to.deep.equal(
      [
        ["2 layers", 3],
        ["1 layer", 3],
      ],
    );
    expect(await readFile(at("more", "runs", "all", "seed-1", "metrics.jsonl"), "utf8")).to.equal(config);
    const again = await mmkit(...resumed("more", "--json"));
    expect(again.code, again.stderr).to.equal(0);
    expect(again.stderr).to.contain("continuing after 6 of 6 runs\n").and.not.to.contain("run 1 of");
    expect(JSON.parse(again.stdout)).to.deep.equal(longer);
  });

  it("can be killed at any moment and continued to the same result", async () => {
    let kills = 0;
    for (const sign of ["run 1 of 3:", "run 2 of 3 ended"]) {
      const given = kills === 0 ? words("killed", "--seeds", "1") : resumed("killed", "--threads", "1");
      const { child, ended } = startProgram(root, ...given);
      let heard = "";
      child.stderr!.on("data", (chunk: Buffer) => {
        heard += chunk.toString();
        if (heard.includes(sign)) child.kill("SIGKILL");
      });
      expect((await ended).code).to.equal(-1);
      kills++;
    }
    const continued = await mmkit(...resumed("killed", "--threads", "1"));
    expect(continued.code, continued.stderr).to.equal(0);
    const { runs } = await readResults("killed");
    expect(runs.map((run) => ({ ...run, seconds: 0 }))).to.deep.equal(
      results.runs.filter(({ seed }) => seed === 1).map((run) => ({ ...run, seconds: 0 })),
    );
  });

  it("does not score a run on the test split again that ended without being recorded", async () => {
    await cp(at("done"), at("unrecorded"), { recursive: true });
    const lines = (await readFile(at("unrecorded", "runs.jsonl"), "utf8")).trimEnd().split("\n");
    await writeFile(at("unrecorded", "runs.jsonl"), `${lines.slice(0, -1).join("\n")}\n`);
    const before = await folderContents(at("unrecorded", "runs"));
    const continued = await mmkit(...resumed("unrecorded"));
    expect(continued.code, continued.stderr).to.equal(0);
    expect(await folderContents(at("unrecorded", "runs"))).to.deep.equal(before);
    expect(lasting(await readResults("unrecorded"))).to.deep.equal(lasting(results));
  });

  it("shows rows that diverge, and compares the others", async () => {
    const rates = ["--set", "learningRate=1e30", "--seeds", "1"];
    const lost = await mmkit(...words("lost", ...rates));
    expect(lost.code, lost.stderr).to.equal(0);
    expect(lost.stdout).to.contain("\nall: 1 run diverged.\n");
    expect(lost.stderr).to.match(/\nrun 1 of 3 ended: all, seed 1: diverged\. /);
  });

  it("compares last epochs where there is no validation split", async () => {
    await writeTinyDataset(at("no valid"));
    const file = at("no valid", "interactions.tsv");
    await writeFile(file, (await readFile(file, "utf8")).replaceAll(/.*\tvalid\n/g, ""));
    const given = ["--data", at("no valid"), "--out", at("last"), ...brief, "--seeds", "1", "--table", "II"];
    const last = await mmkit("ablate", at("mine.ts"), ...given, "--json");
    expect(last.code, last.stderr).to.equal(0);
    const { runs, tables: measured } = JSON.parse(last.stdout) as AblationResults;
    expect(runs.map(({ bestEpoch }) => bestEpoch)).to.deep.equal([1, 1]);
    expect(measured[0]!.comparison!.metrics).to.deep.equal(["Recall@5", "NDCG@5"]);
  });

  it("saves on Ctrl-C and says how to continue", async () => {
    const long = ["--epochs", "100000", "--patience", "none", "--memory", "3GB", "--metrics", "AUC"];
    const given = words("stopped").filter(
      (word, index, all) => word !== "--epochs" && all[index - 1] !== "--epochs",
    );
    const { child, ended } = startProgram(root, ...given, ...long);
    const first = at("stopped", "runs", "all", "seed-1", "checkpoints", "last");
    while (!existsSync(first) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    expect(code).to.equal(1);
    expect(stdout).to.equal("");
    expect(stderr).to.contain(
      "mmkit: the ablation was interrupted after 0 runs; those and the complete epochs",
    );
    expect(stderr.trimEnd().split("\n").at(-1)!.trim()).to.equal(
      `mmkit ablate ${at("mine.ts")} --out ${at("stopped")} --threads 1 --memory 3GB --metrics AUC --resume`,
    );
    const other = await mmkit(...resumed("stopped", "--epochs", "5"));
    expect(other.code).to.equal(1);
    expect(other.stderr).to.contain("training.epochs was 100000, now 5\n");
  });

  it("refuses to go on with a model that computes something else", async () => {
    await cp(at("done"), at("changed"), { recursive: true });
    const file = await readFile(at("mine.ts"), "utf8");
    await writeFile(at("mine2.ts"), file.replace("multiply(h.l2,", "multiply(2 * h.l2,"));
    const refused = await mmkit("ablate", at("mine2.ts"), "--out", at("changed"), "--resume");
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain(
      'variant "all" computes something else than its run with seed 1, as the model has changed. Start',
    );
  });

  const refusals: readonly (readonly [
    what: string,
    words: readonly string[],
    code: number,
    message: string,
  ])[] = [
    ["an unknown table", ["--table", "IV"], 2, "mine has no table IV"],
    ["a table in which nothing differs", ["--table", "III"], 2, "no row of table III differs from the full"],
    [
      "seeds that are no numbers",
      ["--seeds", "1,two"],
      2,
      '--seeds takes whole numbers with commas between, found "1,two"',
    ],
    ["a seed twice", ["--seeds", "1,1"], 2, "seed 1 is given twice"],
    ["metrics that are not measured", ["--metrics", "Recall@7"], 2, "metric Recall@7 is not measured"],
    ["senseless training settings", ["--epochs", "0"], 2, "epochs must be a whole number from 1, found 0"],
    ["a seed of one run", ["--seed", "1"], 2, "mmkit ablate has no option --seed. Did you mean --seeds?"],
    ["unknown hyper-parameters", ["--set", "dimm=4"], 2, "did you mean dim?"],
    ["to continue what is not there", ["--resume"], 1, "there is no study to continue"],
    ["a missing dataset", ["--data", "/nowhere"], 1, "this is not a folder that can be read"],
  ];
  for (const [what, given, code, message] of refusals) {
    it(`refuses ${what} and writes nothing`, async () => {
      const data = given.includes("--data") ? [] : ["--data", at("data")];
      const refused = await mmkit("ablate", at("mine.ts"), "--out", at("refused"), ...data, ...given);
      expect(refused.stderr).to.contain(message);
      expect(refused.code).to.equal(code);
      expect(refused.stdout).to.equal("");
      expect(existsSync(at("refused"))).to.equal(false);
    });
  }

  it("refuses a model without tables, another model's folder, a folder with an ablation and data without tests", async () => {
    const none = await mmkit("ablate", "mf", "--data", at("data"), "--out", at("refused"));
    expect([none.code, none.stderr]).to.deep.equal([
      2,
      "mmkit: mf has no ablation tables. `mmkit models` lists those of each model.\n",
    ]);
    const other = await mmkit("ablate", "ksi", "--out", at("done"), "--resume");
    expect(other.stderr).to.contain("the study is of mine, not ksi. Continue it with its own model");
    const there = await mmkit(...words("done"));
    expect(there.stderr).to.contain("the folder already holds a study. Continue it (--resume)");
    await writeTinyDataset(at("no test"));
    const file = at("no test", "interactions.tsv");
    await writeFile(file, (await readFile(file, "utf8")).replaceAll(/.*\ttest\n/g, ""));
    const untested = await mmkit("ablate", at("mine.ts"), "--data", at("no test"), "--out", at("refused"));
    expect(untested.stderr).to.contain("the dataset has no test split, on which the rows are compared");
    expect(existsSync(at("refused"))).to.equal(false);
  });
});
