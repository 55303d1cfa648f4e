import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { ImportReport } from "../../runtime/import/importDataset.js";
import type { SplitReport } from "../../runtime/import/splitDataset.js";
import { mmkit } from "./capture.js";
import { startProgram } from "./program.js";

describe("mmkit data import and mmkit data split", () => {
  let root = "";
  const at = (...parts: readonly string[]): string => join(root, ...parts);
  const rows = Array.from(
    { length: 240 },
    (_, row) => `${row % 12}::${(row * 7) % 40}::${1 + (row % 5)}::${row}\n`,
  );

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await mkdir(at("ml-1m"));
    await writeFile(at("ml-1m", "ratings.dat"), rows.join(""));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("says which format it found and why, and what came of it", async () => {
    const { code, stdout, stderr } = await mmkit(
      "data",
      "import",
      at("ml-1m"),
      "--out",
      at("data"),
      "--min-rating",
      "2",
      "--k-core",
      "3",
    );
    expect(code, stderr).to.equal(0);
    expect(stderr).to.match(
      /^format movielens, because the ratings are in ratings\.dat, as MovieLens names them\n/,
    );
    expect(stdout).to.match(
      /^ml-1m: 12 users, 32 items, 96 interactions \(density [\d.]+%\)\nread 240 interactions, 48 rated too low/,
    );
    expect(stdout).to.match(
      /\nsplit mmrec: train \d+ \([\d.]+%\), valid \d+ \([\d.]+%\), test \d+ \([\d.]+%\)\nno leakage between/,
    );
    expect(stdout.endsWith(`\n${at("data")}\n`)).to.equal(true);
  });

  it("writes a dataset that other commands read, and splits it anew", async () => {
    const imported = await mmkit(
      "data",
      "import",
      "movielens",
      at("ml-1m"),
      "--out",
      at("data"),
      "--json",
      "--split",
      "leave-one-out",
    );
    const report = JSON.parse(imported.stdout) as ImportReport;
    expect(report).to.deep.include({ format: "movielens", reason: null, read: 240, split: "leave-one-out" });
    const again = await mmkit(
      "data",
      "split",
      at("data"),
      "--split",
      "temporal",
      "--shares",
      "70:15:15",
      "--out",
      at("later"),
      "--json",
    );
    expect(again.code, again.stderr).to.equal(0);
    const split = JSON.parse(again.stdout) as SplitReport;
    const { train, valid, test } = split.interactions;
    expect(train + valid + test).to.equal(240 - report.removed.duplicates);
    expect(split.leakage.warnings).to.deep.equal([]);
    expect((await readdir(at("later"))).sort()).to.deep.equal((await readdir(at("data"))).sort());
    const checked = await mmkit("data", "check", at("later"));
    expect(checked.code, checked.stderr).to.equal(0);
  });

  it("warns of leakage and of a missing validation part", async () => {
    await writeFile(at("train.txt"), "0 1 2\n1 1\n");
    await writeFile(at("test.txt"), "0 1\n");
    const { stdout } = await mmkit("data", "import", "kgat", root, "--out", at("data"));
    expect(stdout).to.contain("\nLEAKAGE: 1 pairs of user and item are in both train and test");
    expect(stdout).to.contain("\nnote: there is no validation part");
  });

  it("replaces a dataset only when told to, and never another folder", async () => {
    await mmkit("data", "import", at("ml-1m"), "--out", at("data"));
    const refused = await mmkit("data", "import", at("ml-1m"), "--out", at("data"));
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain(
      "the folder already holds interactions.tsv. Replace what is there with --force",
    );
    const forced = await mmkit(
      "data",
      "import",
      at("ml-1m"),
      "--out",
      at("data"),
      "--force",
      "--name",
      "films",
    );
    expect(forced.code, forced.stderr).to.equal(0);
    expect(JSON.parse(await readFile(at("data", "dataset.json"), "utf8"))).to.include({ name: "films" });
    const other = await mmkit(
      "data",
      "split",
      at("data"),
      "--split",
      "mmrec",
      "--out",
      at("ml-1m"),
      "--force",
    );
    expect(other.stderr).to.contain("the folder holds other files (ratings.dat), which are not overwritten");
  });

  const wrong: readonly (readonly [words: readonly string[], stderr: string])[] = [
    [["import", "moovielens", "x"], 'there is no format "moovielens". Did you mean movielens?'],
    [["import", "csv"], "the source is missing after the format csv"],
    [["import", "x", "--k-core", "2.5"], "--k-core 2.5 is not an integer of at least 0"],
    [["import", "x", "--seed", "-1"], "--seed -1 is not an integer of at least 0"],
    [
      ["import", "x", "--split", "temporal", "--seed", "1"],
      "--seed means nothing for the split temporal. It belongs to given-test, mmrec",
    ],
    [
      ["import", "x", "--shares", "8:1:1"],
      "--shares means nothing for the split that the source states or mmrec",
    ],
    [["import", "x", "--split", "temporal", "--shares", "1:2"], 'the shares "1:2" are not three numbers'],
    [["import", "x", "--columns", "user,item,user"], '--columns names "user" twice'],
    [["import", "x", "--columns", "user,,item"], "--columns has a name that is empty"],
    [["import", "x", "--memory", "much"], "--memory much is not an amount"],
    [["import", "x", "--threads", "0"], "--threads 0 is not an integer of at least 1"],
    [["import", "x", "--split", "random"], "--split cannot be"],
    [["import", "x", "--duplicates", "all"], "--duplicates cannot be"],
    [["split", "x"], "--split is missing"],
    [["inport", "x"], 'there is no command "data inport"'],
  ];
  for (const [words, stderr] of wrong) {
    it(`takes data ${words.join(" ")} for wrong usage`, async () => {
      const result = await mmkit("data", ...words, "--out", at("data"));
      expect(result.code).to.equal(2);
      expect(result.stderr).to.contain(stderr);
      expect(await readdir(root)).to.deep.equal(["ml-1m"]);
    });
  }

  const failing: readonly (readonly [words: readonly string[], stderr: string])[] = [
    [["--k-core", "500"], "no interaction is left after --k-core 500. Choose lower limits."],
    [
      ["--items", "movies.csv"],
      "the format movielens has no use for --items. It belongs to amazon, csv, json, parquet.",
    ],
    [
      ["--user", "userId"],
      "the format movielens has no use for --user. It belongs to mmrec, recbole, csv, json, parquet.",
    ],
    [
      ["--split-column", "part"],
      "the format movielens has no use for --split-column. It belongs to csv, json, parquet.",
    ],
    [["--delimiter", ";"], "the format movielens has no use for --delimiter. It belongs to csv."],
    [["--split", "given"], 'the split "given" takes what the source states, but it states none'],
  ];
  for (const [words, stderr] of failing) {
    it(`fails with ${words.join(" ")} and writes nothing`, async () => {
      const result = await mmkit("data", "import", at("ml-1m"), "--out", at("data"), ...words);
      expect(result.code).to.equal(1);
      expect(result.stderr).to.contain(stderr);
      expect(await readdir(root)).to.deep.equal(["ml-1m"]);
    });
  }

  it("names file and line of what is wrong", async () => {
    await writeFile(at("ml-1m", "ratings.dat"), "1::2::3::4\n1::two::3::4\n");
    const { code, stderr } = await mmkit("data", "import", at("ml-1m"), "--out", at("data"));
    expect(code).to.equal(1);
    expect(stderr).to.contain(
      `mmkit: ${at("ml-1m", "ratings.dat")}:2: movieId "two" is not an integer from 0 to 2147483646. Correct the field.`,
    );
  });

  it("stops at Ctrl-C and leaves nothing behind", async function () {
    this.timeout(120_000);
    const line = rows.join("");
    await writeFile(at("big.dat"), line.repeat(8000));
    const { child, ended } = startProgram(
      root,
      "data",
      "import",
      "csv",
      "big.dat",
      "--delimiter",
      ":",
      "--user",
      "0",
      "--item",
      "7",
      "--out",
      "data",
    );
    child.stderr!.once("data", () => child.kill("SIGINT"));
    const { code, stderr } = await ended;
    expect(code, stderr).to.equal(1);
    expect(stderr).to.match(/stopping; press Ctrl-C again/);
    expect(await readdir(root)).to.have.members(["ml-1m", "big.dat"]);
  });
});
