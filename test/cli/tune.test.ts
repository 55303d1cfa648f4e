import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { mmkit, type Captured } from "./capture.js";
import { folderContents } from "./folderContents.js";
import { startProgram } from "./program.js";
import { writeTinyDataset } from "./tinyDataset.js";

interface Found {
  readonly best: {
    readonly trial: number;
    readonly run: string;
    readonly hyperparameters: Readonly<Record<string, unknown>>;
  };
  readonly trials: readonly { readonly trial: number; readonly score: number; readonly seconds: number }[];
  readonly final: { readonly trial: number } | null;
}

describe("mmkit tune", function () {
  this.timeout(120_000);
  let root = "";
  const at = (...parts: readonly string[]): string => join(root, ...parts);
  const space = ["--space", "learningRate=1e-3..0.3:log", "--space", "dim=4,8"];
  const brief = ["--set", "batchSize=64", "--epochs", "2", "--cutoffs", "5", "--monitor", "Recall@5"];
  const words = (out: string): string[] => [
    ...["tune", "mf", "--data", at("data"), "--out", at(out)],
    ...["--seed", "3", "--threads", "1", "--trials", "3", ...space, ...brief],
  ];
  const found = ({ stdout }: Captured): Found => JSON.parse(stdout) as Found;
  let tuned: Captured;
  let records: unknown;
  let best: string;
  /** The lines of trials.jsonl without times, which differ. */
  const readTrials = async (out: string): Promise<unknown> => {
    const lines = (await readFile(at(out, "trials.jsonl"), "utf8")).trimEnd().split("\n");
    return lines.map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }));
  };

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await writeTinyDataset(at("data"));
    tuned = await mmkit(...words("tuned"));
    records = await readTrials("tuned");
    best = await readFile(at("tuned", "best.json"), "utf8");
  });
  after(() => rm(root, { recursive: true, force: true }));

  it("prints the best trials, and what it does on the way", () => {
    expect(tuned.code, tuned.stderr).to.equal(0);
    expect(tuned.stdout).to.match(
      /^mf: 3 trials; scores are Recall@5 on validation\n +trial +Recall@5 +epoch +learn/,
    );
    expect(tuned.stdout.match(/\n +\d\. +[123] +0\.\d{4} +[12] +[\d.e-]+ +[48]\n/g)).not.to.equal(null);
    expect(tuned.stdout).to.match(/\nbest: .*best\.json, run .*trials\/000[123]\n$/);
    expect(tuned.stderr).to.contain("\n  batchSize    = 64 (--set)\n");
    expect(tuned.stderr).to.contain(
      '\n  learningRate: {"from":0.001,"to":0.3,"scale":"log"}\n  dim: [4,8]\n',
    );
    expect(tuned.stderr).to.match(/\ntrial 1 of 3: learningRate=[\d.]+ dim=[48]\n/);
    expect(tuned.stderr).to.match(
      /\ntrial 1 of 3 ended: valid Recall@5 0\.\d{4} in epoch [12] of 2, 0:\d\d, the best so/,
    );
    expect(tuned.stdout).not.to.contain(" on test");
  });

  it("writes hyper-parameters that build and train take, and runs that can be measured", async () => {
    const built = await mmkit(
      "build",
      "mf",
      "--out",
      at("built"),
      "--config",
      at("tuned", "best.json"),
      "--json",
    );
    expect(built.code, built.stderr).to.equal(0);
    const chosen = JSON.parse(best) as object;
    expect(chosen).to.have.all.keys("batchSize", "learningRate", "dim");
    expect((JSON.parse(built.stdout) as { hyperparameters: object }).hyperparameters).to.deep.include(chosen);
    const measured = await mmkit("evaluate", at("tuned", "trials", "0001"));
    expect(measured.code, measured.stderr).to.equal(0);
  });

  it("goes on with the settings it was started with, and scores the best on test once if asked", async () => {
    const longer = await mmkit(
      "tune",
      "mf",
      "--out",
      at("tuned"),
      "--resume",
      "--trials",
      "4",
      "--final",
      "--json",
    );
    expect(longer.code, longer.stderr).to.equal(0);
    expect(longer.stderr).to.contain("continuing after 3 trials\n");
    expect(found(longer).trials).to.have.length(4);
    expect(found(longer).final!.trial).to.equal(found(longer).best.trial);
    const text = await readFile(at("tuned", "final.json"), "utf8");
    expect(JSON.parse(text)).to.deep.equal(found(longer).final);
    const final = JSON.parse(text) as { measurement: { model: { users: number } } };
    final.measurement.model.users = 41;
    await writeFile(at("tuned", "final.json"), JSON.stringify(final));
    const again = await mmkit("tune", "mf", "--out", at("tuned"), "--resume", "--final");
    expect(again.stdout).to.contain(`trial ${found(longer).best.trial} on test, 41 users\n`);
    expect(again.stdout).to.match(/\n +mf +popularity\n +Recall@5 +0\.\d{4} +0\.\d{4}\n/);
    await writeFile(at("tuned", "final.json"), text.replace(/"trial": \d+/, '"trial": 99'));
    const second = await mmkit("tune", "mf", "--out", at("tuned"), "--resume", "--final");
    expect(second.stderr).to.contain(
      "note: the test split was scored before, with trial 99; this second time makes",
    );
  });

  it("can be killed at any moment and continued to the same result", async () => {
    let kills = 0;
    for (const sign of ["trial 1 of 3:", "trial 2 of 3 ended"]) {
      const given =
        kills === 0 ? words("killed") : ["tune", "mf", "--out", at("killed"), "--resume", "--threads", "1"];
      const { child, ended } = startProgram(root, ...given);
      let heard = "";
      child.stderr!.on("data", (chunk: Buffer) => {
        heard += chunk.toString();
        if (heard.includes(sign)) child.kill("SIGKILL");
      });
      const { code } = await ended;
      expect(code).to.equal(-1);
      kills++;
    }
    const continued = await mmkit("tune", "mf", "--out", at("killed"), "--resume", "--threads", "1");
    expect(continued.code, continued.stderr).to.equal(0);
    expect(await readTrials("killed")).to.deep.equal(records);
    expect(await readFile(at("killed", "best.json"), "utf8")).to.equal(best);
  });

  it("evaluates its trials by a protocol, options before it", async () => {
    const given = ["--space", "dim=4", "--method", "grid", "--protocol", "lattice", "--patience", "3"];
    const done = await mmkit("tune", "mf", "--data", at("data"), "--out", at("lattice"), ...brief, ...given);
    expect(done.code, done.stderr).to.equal(0);
    const study = JSON.parse(await readFile(at("lattice", "study.json"), "utf8")) as {
      identity: { training: object };
    };
    const decided = { evaluateEvery: 5, ndcgIdeal: "hits", monitorDecimals: null, selectOn: "valid" };
    expect(study.identity.training).to.deep.include({ ...decided, patience: 3, monitor: "Recall@5" });
  });

  it("has no best hyper-parameters if all trials diverge", async () => {
    const rates = ["--space", "learningRate=1e30,1e31", "--method", "grid", "--final"];
    const lost = await mmkit("tune", "mf", "--data", at("data"), "--out", at("lost"), ...brief, ...rates);
    expect(lost.code, lost.stderr).to.equal(0);
    expect(lost.stdout).to.equal(
      "mf: 2 trials, 2 of which diverged; scores are Recall@5 on validation\n" +
        `no trial has a score\nsaved in ${at("lost")}\n`,
    );
    expect(lost.stderr).to.match(
      /\ntrial 2 of 2 ended: diverged\. Training stopped in epoch \d, step \d of phase/,
    );
    expect(existsSync(at("lost", "best.json"))).to.equal(false);
  });

  it("saves on Ctrl-C and says how to continue", async () => {
    const long = ["--trials", "2", "--epochs", "100000", "--patience", "100000", "--memory", "3GB"];
    const given = words("stopped").filter(
      (word, index, all) =>
        !["--trials", "--epochs"].includes(word) && !["--trials", "--epochs"].includes(all[index - 1]!),
    );
    const { child, ended } = startProgram(root, ...given, ...long);
    const first = at("stopped", "trials", "0001", "checkpoints", "last");
    while (!existsSync(first) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    expect(code).to.equal(1);
    expect(stdout).to.equal("");
    expect(stderr).to.contain("\nstopping all trials; a second Ctrl-C does not wait\n");
    expect(stderr).to.contain(
      "mmkit: the search was interrupted after 0 trials; those and the complete epochs",
    );
    expect(stderr.trimEnd().split("\n").at(-1)!.trim()).to.equal(
      `mmkit tune mf --out ${at("stopped")} --threads 1 --memory 3GB --resume`,
    );
    const other = await mmkit("tune", "mf", "--out", at("stopped"), "--resume", "--epochs", "5");
    expect(other.code).to.equal(1);
    expect(other.stderr).to.contain("training.epochs was 100000, now 5\n");
  });

  const refusals: readonly (readonly [
    what: string,
    words: readonly string[],
    code: number,
    message: string,
  ])[] = [
    ["no space", [], 2, "--space is missing. Write for instance"],
    [
      "unknown names and values out of range, all at once",
      ["--space", "learningRat=1e-4..1e-2", "--space", "dim=0,8"],
      2,
      'wrong --space for mf: learningRat: unknown; did you mean "learningRate"?; dim: must be >= 1, found 0. `mmkit models',
    ],
    ["a space of another form", ["--space", "dim="], 2, 'wrong --space for mf: "dim=" is not name=low..high'],
    ["a name twice", ["--space", "dim=4,8", "--space", "wide.json"], 2, "dim is given twice"],
    [
      "a space file that is not there",
      ["--space", "no.json"],
      2,
      "no.json is neither name=… nor a file that can be",
    ],
    ["a space file that is not JSON", ["--space", "broken.json"], 2, "broken.json is not JSON ("],
    [
      "a space file with a list",
      ["--space", "list.json"],
      2,
      "list.json must hold a JSON object by hyper-parameter",
    ],
    [
      "a grid over a range",
      ["--space", "l2=0..1", "--method", "grid"],
      2,
      "l2: grid search needs the number of points",
    ],
    ["a misspelt method", [...space, "--method", "grud"], 2, '--method cannot be "grud". Did you mean grid?'],
    ["what is searched and set", [...space, "--set", "dim=4"], 2, "dim is both searched and set"],
    [
      "no trials",
      [...space, "--trials", "0"],
      2,
      "trials must be a whole number from 1, found 0. `mmkit tune",
    ],
    ["to select on test", [...space, "--select-on", "test"], 2, "mmkit tune has no option --select-on"],
    [
      "a protocol that selects on test",
      [...space, "--protocol", "kgat"],
      2,
      '--protocol cannot be "kgat". Known are mmrec, lattice.',
    ],
    [
      "senseless training settings",
      [...space, "--epochs", "0"],
      2,
      "epochs must be a whole number from 1, found 0",
    ],
    ["to continue what is not there", [...space, "--resume"], 1, "there is no study to continue"],
    ["a missing dataset", [...space, "--data", "/nowhere"], 1, "this is not a folder that can be read"],
  ];
  for (const [what, given, code, message] of refusals) {
    it(`refuses ${what} and writes nothing`, async () => {
      await writeFile(at("wide.json"), '{ "dim": [4, 8] }');
      await writeFile(at("broken.json"), "{");
      await writeFile(at("list.json"), "[]");
      const placed = given.map((word) => (/^(wide|broken|list|no)\.json$/.test(word) ? at(word) : word));
      const data = given.includes("--data") ? [] : ["--data", at("data")];
      const refused = await mmkit("tune", "mf", "--out", at("refused"), ...data, ...placed);
      expect(refused.stderr).to.contain(message);
      expect(refused.code).to.equal(code);
      expect(refused.stdout).to.equal("");
      expect(existsSync(at("refused"))).to.equal(false);
    });
  }

  it("refuses a folder with a search, another model's search, and a missing --data", async () => {
    const before = await folderContents(at("tuned"));
    const there = await mmkit(...words("tuned"));
    expect(there.code).to.equal(1);
    expect(there.stderr).to.contain("the folder already holds a study. Continue it (--resume)");
    const other = await mmkit("tune", "ksi", "--out", at("tuned"), "--resume");
    expect(other.code).to.equal(1);
    expect(other.stderr).to.contain("the search is for mf, not ksi. Continue it with its own model");
    const bare = await mmkit("tune", "mf", "--out", at("bare"), ...space);
    expect(bare.code).to.equal(2);
    expect(bare.stderr).to.contain("--data is missing");
    expect(await folderContents(at("tuned"))).to.deep.equal(before);
  });

  it("says before searching that there is no test split to score the best on", async () => {
    await writeTinyDataset(at("no test"));
    const file = at("no test", "interactions.tsv");
    await writeFile(file, (await readFile(file, "utf8")).replaceAll(/.*\ttest\n/g, ""));
    const refused = await mmkit(
      "tune",
      "mf",
      "--data",
      at("no test"),
      "--out",
      at("refused"),
      ...space,
      "--final",
    );
    expect(refused.code).to.equal(2);
    expect(refused.stderr).to.contain(
      'dataset "tiny" has no test split to score the best trial on. Leave --final out.',
    );
    expect(existsSync(at("refused"))).to.equal(false);
  });

  it("takes the dataset's modalities, unless they are searched", async () => {
    const shared = await mmkit(
      "tune",
      "ksi",
      "--data",
      at("data"),
      "--out",
      at("refused"),
      "--space",
      "dim=4,8",
      "--trials",
      "0",
    );
    expect(shared.stderr).to.match(/\n {2}modalities += \["text"\] \(dataset\)\n/);
    const searched = await mmkit(
      ...["tune", "ksi", "--data", at("data"), "--out", at("refused"), "--trials", "0"],
      ...["--space", 'modalities=["text"],[]'],
    );
    expect(searched.stderr)
      .to.contain('  modalities: [["text"],[]]\n')
      .and.not.to.contain("is both searched and set");
  });
});
