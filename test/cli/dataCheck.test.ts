import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { DatasetCheck } from "../../runtime/data/check/checkDataset.js";
import { writeNpy } from "../../runtime/data/npy.js";
import { mmkit } from "./capture.js";
import { writeTinyDataset } from "./tinyDataset.js";

describe("mmkit data check", () => {
  let root = "";
  const at = (name: string): string => join(root, name);
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "mmkit-check-"));
    await writeTinyDataset(at("tiny"));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it("prints one page: findings, then counts and features", async () => {
    const { code, stdout, stderr } = await mmkit("data", "check", at("tiny"), "--threads", "1");
    expect(code, stderr).to.equal(0);
    expect(stderr).to.equal("reading the dataset\ncounting interactions\nmeasuring text features\n");
    expect(stdout).to.match(
      /^tiny \(.*tiny\), checksum [0-9a-f]{12}…\n\nWhat to know: \d serious, \d moderate, \d notes\n/,
    );
    expect(stdout).to.contain(
      "\n  40 users, 30 items, density 23.3%\n  interactions: train 280, valid 40, test 40\n",
    );
    expect(stdout).to.match(/\n {2}train per user +7 +7 +7 +7 +7 +7 +7\n/);
    expect(stdout).to.match(/\n {2}items with features +30 \(100%\)\n/);
    expect(stdout).not.to.contain("Knowledge graph");
    for (const line of stdout.split("\n")) expect(line.length).to.be.below(112);
  });

  it("writes a page for browsers with --html", async () => {
    const { code, stdout, stderr } = await mmkit("data", "check", at("tiny"), "--html", at("check.html"));
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain("What to know");
    expect(await readFile(at("check.html"), "utf8")).to.match(
      /^<!doctype html>[\s\S]*<h1>tiny <span>dataset<\/span><\/h1>/,
    );
  });

  it("replaces its own page, and no other file", async () => {
    await writeFile(at("other.html"), "notes");
    const other = await mmkit("data", "check", at("tiny"), "--html", at("other.html"));
    expect(other.code).to.equal(1);
    expect(other.stderr).to.contain("this is no page that mmkit wrote, so it is not overwritten");
    expect(await readFile(at("other.html"), "utf8")).to.equal("notes");
    const again = await mmkit("data", "check", at("tiny"), "--html", at("check.html"));
    expect(again.code, again.stderr).to.equal(0);
  });

  it("gives the same for machines", async () => {
    const { code, stdout } = await mmkit("data", "check", at("tiny"), "--json", "--threads", "1");
    expect(code).to.equal(0);
    const check = JSON.parse(stdout) as DatasetCheck;
    expect(check.interactions.counts).to.deep.equal({ train: 280, valid: 40, test: 40 });
    expect(check.features.map(({ modality, size }) => [modality, size])).to.deep.equal([["text", 4]]);
    expect(check.knowledge).to.equal(null);
    // Random features know nothing; users of two kinds with no item in common make two parts.
    expect(check.features[0]!.homophily!.ratio).to.be.within(0.7, 1.3);
    const serious = check.findings.filter(({ severity }) => severity === "serious");
    expect(serious.map(({ topic }) => topic)).to.deep.equal(["text", "interactions"]);
  });

  it("names every file at fault where the folder cannot be loaded", async () => {
    await writeTinyDataset(at("broken"));
    const bad = Float32Array.from({ length: 120 }, (_, at) => ([5, 50, 51].includes(at) ? NaN : 1));
    await writeNpy(join(at("broken"), "text.npy"), { dtype: "float32", shape: [30, 4], data: bad });
    await writeFile(join(at("broken"), "items.tsv"), "item_id\ttitle\n0\n");
    await writeFile(join(at("broken"), "users.tsv"), "user\tname\n0\tx\n");
    const { code, stdout, stderr } = await mmkit("data", "check", at("broken"), "--json");
    expect(code).to.equal(1);
    expect(stderr).to.contain("cannot be loaded, for 3 reasons:\n");
    const { problems } = JSON.parse(stdout) as {
      problems: { file: string; line: number | null; problem: string }[];
    };
    expect(
      problems.map(({ file, line, problem }) => [file.slice(root.length + 8), line, problem]),
    ).to.deep.equal([
      [
        "text.npy",
        null,
        "the feature in row 1, column 1 is NaN, and 1 more of 30 rows hold values that are not finite",
      ],
      ["items.tsv", 2, "the line has 1 fields, the header 2"],
      ["users.tsv", 1, 'the header has no column "user_id" (it has user, name)'],
    ]);
  });

  it("refuses a senseless number of threads", async () => {
    const { code, stdout, stderr } = await mmkit("data", "check", at("tiny"), "--threads", "0");
    expect([code, stdout]).to.deep.equal([2, ""]);
    expect(stderr).to.contain("--threads must be a whole number from 1, found 0");
  });

  it("says what a single problem is, and that a folder is none", async () => {
    await writeTinyDataset(at("single"));
    await writeFile(join(at("single"), "kg_triples.tsv"), "head\trelation\ttail\n0\t0\tx\n");
    const single = await mmkit("data", "check", at("single"));
    expect([single.code, single.stdout]).to.deep.equal([1, ""]);
    expect(single.stderr).to.match(/kg_triples\.tsv:2: tail "x" is not a number/);
    const none = await mmkit("data", "check", at("nowhere"));
    expect([none.code, none.stdout]).to.deep.equal([1, ""]);
    expect(none.stderr).to.match(/nowhere: this is not a folder that can be read\./);
  });

  describe("of the real datasets", function () {
    const data = process.env["MMKIT_DATA"] ?? join(process.cwd(), "..", "shared", "data");
    before(function () {
      if (existsSync(join(data, "tiktok"))) return;
      console.log(`      (no data sets in ${data}; set MMKIT_DATA to test with them)`);
      this.skip();
    });
    const checked = async (name: string): Promise<DatasetCheck> => {
      const { code, stdout, stderr } = await mmkit("data", "check", join(data, name), "--json");
      expect(code, stderr).to.equal(0);
      return JSON.parse(stdout) as DatasetCheck;
    };

    it("sees that tiktok's graph says the same of every item and that its features are weak", async () => {
      const { findings, knowledge } = await checked("tiktok");
      expect(findings[0]!.message).to.equal(
        "all 6,710 items have the same triples: the graph does not tell them apart",
      );
      expect(knowledge!.relations.map(({ tails }) => tails)).to.deep.equal([1, 1, 1]);
      const weak = findings.filter(({ message }) => message.includes("say little of taste"));
      expect(weak.map(({ topic }) => topic)).to.deep.equal(["audio", "image"]);
    });

    it("sees that lastfm-mini is sound and its text is good", async () => {
      const { findings, features } = await checked("lastfm-mini");
      expect(findings.filter(({ severity }) => severity !== "note")).to.deep.equal([]);
      expect(features.find(({ modality }) => modality === "text")!.homophily!.ratio).to.be.within(3.5, 4.5);
    });
  });
});
