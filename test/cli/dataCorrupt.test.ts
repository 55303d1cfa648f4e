import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { loadDataset } from "../../runtime/data/dataset.js";
import { loadKnowledgeGraph } from "../../runtime/data/knowledgeGraph.js";
import { mmkit } from "./capture.js";
import { folderContents } from "./folderContents.js";
import { writeTinyDataset } from "./tinyDataset.js";

describe("mmkit data corrupt", () => {
  let root = "";
  const at = (...parts: readonly string[]): string => join(root, ...parts);

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await writeTinyDataset(at("data"));
    await writeTinyDataset(at("plain"));
    const triples = Array.from({ length: 60 }, (_, row) => `${row % 30}\t${row % 2}\t${30 + (row % 7)}`);
    await writeFile(at("data", "kg_triples.tsv"), ["head\trelation\ttail", ...triples, ""].join("\n"));
    await writeFile(at("data", "notes.txt"), "by hand\n");
  });
  after(() => rm(root, { recursive: true, force: true }));

  const all = ["--interactions", "0.1", "--knowledge", "0.2", "--missing", "text=0.3", "--seed", "4"];

  it("writes a dataset that loads, with the same test split, and states what was done", async () => {
    const made = await mmkit("data", "corrupt", at("data"), "--out", at("noisy"), ...all);
    expect(made.code, made.stderr).to.equal(0);
    expect(made.stdout).to.equal(
      "tiny (interactions 0.1, knowledge 0.2, missing text 0.3), seed 4\n" +
        "  items replaced in 32 of 320 pairs of train and valid\n" +
        "  tails replaced in 12 of 60 triples\n" +
        "  text features deleted of 9 of 30 items\n" +
        `${at("noisy")}\n`,
    );
    expect(made.stderr).to.equal("note: copied as they are, whatever they were made from: notes.txt\n");
    const source = await loadDataset(at("data"));
    const noisy = await loadDataset(at("noisy"));
    expect(noisy.test).to.deep.equal(source.test);
    expect(noisy.counts).to.deep.equal(source.counts);
    expect(noisy.train.rowStart).to.deep.equal(source.train.rowStart);
    expect(noisy.train.itemIds).not.to.deep.equal(source.train.itemIds);
    expect(noisy.modalities.get("text")!.missing.length).to.equal(9);
    const graph = await loadKnowledgeGraph(noisy);
    expect(graph.entities).to.equal((await loadKnowledgeGraph(source)).entities);
    const description = JSON.parse(await readFile(at("noisy", "dataset.json"), "utf8")) as {
      readonly source: unknown;
    };
    expect(description.source).to.deep.equal({
      transform: "corrupt",
      seed: 4,
      of: { name: "tiny", checksum: source.checksum },
      interactions: { rate: 0.1, changed: 32, of: 320 },
      knowledge: { rate: 0.2, changed: 12, of: 60 },
      missing: { text: { rate: 0.3, changed: 9, of: 30 } },
    });
  });

  it("leaves what has no rate as it is, and keeps what was done before", async () => {
    await mmkit("data", "corrupt", at("data"), "--out", at("once"), "--interactions", "0.1");
    const made = await mmkit(
      "data",
      "corrupt",
      at("once"),
      "--out",
      at("twice"),
      "--missing",
      "text=0.5",
      "--json",
    );
    const result = JSON.parse(made.stdout) as Readonly<Record<string, unknown>>;
    const [source, noisy] = [await loadDataset(at("once")), await loadDataset(at("twice"))];
    expect(noisy.files["interactions.tsv"]).to.equal(source.files["interactions.tsv"]);
    expect(noisy.files["kg_triples.tsv"]).to.equal(source.files["kg_triples.tsv"]);
    expect(result).to.deep.include({
      folder: at("twice"),
      name: "tiny (interactions 0.1) (missing text 0.5)",
      checksum: noisy.checksum,
      missing: { text: { rate: 0.5, changed: 15, of: 30 } },
    });
    const description = JSON.parse(await readFile(at("twice", "dataset.json"), "utf8")) as {
      readonly source: { readonly source: object };
    };
    expect(description.source.source).to.have.property("seed", 1);
  });

  it("gives the same bytes again, and each corruption whatever the others", async () => {
    await mmkit("data", "corrupt", at("data"), "--out", at("first"), ...all);
    await mmkit("data", "corrupt", at("data"), "--out", at("second"), ...all);
    expect(await folderContents(at("second"))).to.deep.equal(await folderContents(at("first")));
    await mmkit("data", "corrupt", at("data"), "--out", at("alone"), "--knowledge", "0.2", "--seed", "4");
    expect(await readFile(at("alone", "kg_triples.tsv"), "utf8")).to.equal(
      await readFile(at("first", "kg_triples.tsv"), "utf8"),
    );
  });

  it("keeps other columns of the rows it changes", async () => {
    const file = at("plain", "interactions.tsv");
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
    const dated = lines.map((line, row) => `${row === 0 ? "time" : row}\t${line}`);
    await writeFile(at("plain", "interactions.tsv"), `${dated.join("\n")}\n`);
    await mmkit("data", "corrupt", at("plain"), "--out", at("dated"), "--interactions", "0.5");
    const written = (await readFile(at("dated", "interactions.tsv"), "utf8")).trimEnd().split("\n");
    const withoutItem = (line: string): string => line.split("\t").toSpliced(2, 1).join("\t");
    expect(written.map(withoutItem)).to.deep.equal(dated.map(withoutItem));
    expect(written).not.to.deep.equal(dated);
  });

  it("replaces a dataset only with --force", async () => {
    await mmkit("data", "corrupt", at("data"), "--out", at("kept"), ...all);
    const before = await folderContents(at("kept"));
    const refused = await mmkit("data", "corrupt", at("data"), "--out", at("kept"), "--knowledge", "1");
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain(
      "the folder already holds dataset.json. Replace what is there with --force",
    );
    expect(await folderContents(at("kept"))).to.deep.equal(before);
    const forced = await mmkit(
      "data",
      "corrupt",
      at("data"),
      "--out",
      at("kept"),
      "--knowledge",
      "1",
      "--force",
    );
    expect(forced.code, forced.stderr).to.equal(0);
    expect(await folderContents(at("kept"))).not.to.deep.equal(before);
  });

  const refusals: readonly (readonly [
    what: string,
    words: readonly string[],
    code: number,
    message: string,
  ])[] = [
    [
      "no rate",
      [],
      2,
      "no rate is given: state one of interactions, knowledge and missing. `mmkit data corrupt",
    ],
    [
      "rates outside 0 to 1, all at once",
      ["--interactions", "1.5", "--knowledge=-0.1", "--missing", "text=2"],
      2,
      "the rate of interactions must be from 0 to 1, found 1.5; the rate of knowledge must be from 0 to 1, " +
        "found -0.1; the rate of missing text must be from 0 to 1, found 2",
    ],
    [
      "a rate that is no number",
      ["--missing", "text=much"],
      2,
      '--missing takes modality=rate, found "text=much"',
    ],
    ["a modality without a rate", ["--missing", "text"], 2, '--missing takes modality=rate, found "text"'],
    ["a modality twice", ["--missing", "text=0", "--missing", "text=1"], 2, "--missing text is given twice"],
    ["a seed that is not whole", ["--knowledge", "0", "--seed", "0.5"], 2, "the seed must be a whole number"],
    [
      "a modality there is not",
      ["--missing", "tex=0.1"],
      1,
      'no features of modality "tex"; it has text. Did you mean "text"',
    ],
  ];
  for (const [what, words, code, message] of refusals) {
    it(`refuses ${what} and writes nothing`, async () => {
      const refused = await mmkit("data", "corrupt", at("data"), "--out", at("refused"), ...words);
      expect(refused.stderr).to.contain(message);
      expect(refused.code).to.equal(code);
      expect(refused.stdout).to.equal("");
      expect(existsSync(at("refused"))).to.equal(false);
    });
  }

  it("refuses knowledge noise without a knowledge graph", async () => {
    await writeTinyDataset(at("no graph"));
    const refused = await mmkit(
      "data",
      "corrupt",
      at("no graph"),
      "--out",
      at("refused"),
      "--knowledge",
      "0.1",
    );
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain("kg_triples.tsv: the dataset has no knowledge graph");
  });

  it("refuses to write into, over or around the dataset that it reads", async () => {
    const before = await folderContents(at("data"));
    for (const out of [at("data"), at("data", "inner")]) {
      const refused = await mmkit(
        "data",
        "corrupt",
        at("data"),
        "--out",
        out,
        "--knowledge",
        "0.1",
        "--force",
      );
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.contain("the folder is, holds or lies in the dataset that is read");
    }
    expect(await folderContents(at("data"))).to.deep.equal(before);
  });

  it("names the dataset that is not there", async () => {
    const refused = await mmkit(
      "data",
      "corrupt",
      at("nowhere"),
      "--out",
      at("refused"),
      "--knowledge",
      "0.1",
    );
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain("this is not a folder that can be read");
  });
});
