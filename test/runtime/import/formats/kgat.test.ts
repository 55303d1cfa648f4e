import { join } from "node:path";
import { expect } from "chai";
import { loadDataset } from "../../../../runtime/data/dataset.js";
import { loadKnowledgeGraph } from "../../../../runtime/data/knowledgeGraph.js";
import { temporaryFolder } from "../../temporaryFolder.js";
import { importedLines, importFailure, runImport, writeFiles } from "../importing.js";

/** As amazon-book of KGAT: spaces, trailing ones too, CRLF in a list, a user without test items. */
const files = {
  "book/train.txt": "0 1 0 \n1 2\n2 0 1\n",
  "book/test.txt": "0 2\n1 0 1\n2\n",
  "book/kg_final.txt": "0 0 3\n1 0 3\n2 1 4\n4 1 3\n",
  "book/user_list.txt": "org_id remap_id\nAX 0\nBY 1\nCZ 2\n",
  "book/item_list.txt":
    "org_id remap_id freebase_id\r\n0553092626 0 m.045wq1q\r\n0393316041 1 m.03_28m\r\nB 2 2 m.0h2q1cq\r\n",
  "book/entity_list.txt": "org_id remap_id\nm.045wq1q 0\nm.03_28m 1\nm.0h2q1cq 2\nm.04sv4 3\nm.0ndwt 4\n",
  "book/relation_list.txt": "org_id remap_id\nhttp://rdf/ns/book.author 0\nhttp://rdf/ns/book.genre 1\n",
};

describe("importing a KGAT folder", () => {
  const folder = temporaryFolder();

  it("keeps numbers, split, knowledge graph and the owner's keys", async () => {
    await writeFiles(folder.path, files);
    const report = await runImport(folder.path, "book");
    expect(report).to.deep.include({ format: "kgat", users: 3, items: 3, split: "given" });
    expect(report.graph).to.deep.equal({ triples: 4, entities: 5, linkedItems: 3 });
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal([
      "user_id\titem_id\tsplit",
      ...["0\t1\ttrain", "0\t0\ttrain", "1\t2\ttrain", "2\t0\ttrain", "2\t1\ttrain"],
      ...["0\t2\ttest", "1\t0\ttest", "1\t1\ttest"],
    ]);
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal([
      "item_id\tkey\tfreebase_id",
      "0\t0553092626\tm.045wq1q",
      "1\t0393316041\tm.03_28m",
      "2\tB 2\tm.0h2q1cq",
    ]);
    const dataset = await loadDataset(join(folder.path, "data"));
    const graph = await loadKnowledgeGraph(dataset);
    expect([...graph.heads]).to.deep.equal([0, 1, 2, 4]);
    expect([...graph.relationIds]).to.deep.equal([0, 0, 1, 1]);
    expect([...graph.tails]).to.deep.equal([3, 3, 4, 3]);
    expect(graph.entities).to.equal(5);
    expect(graph.entityTable!.text("name", 4)).to.equal("m.0ndwt");
    expect([0, 2, 3].map((id) => graph.entityTable!.text("kind", id))).to.deep.equal([
      "item",
      "item",
      "entity",
    ]);
    expect(graph.relationTable!.text("name", 1)).to.equal("http://rdf/ns/book.genre");
    expect(dataset.keys.users!.keys()).to.deep.equal(["AX", "BY", "CZ"]);
  });

  it("renumbers the graph with the items when a k-core leaves some out", async () => {
    await writeFiles(folder.path, files);
    const report = await runImport(folder.path, "book", { kCore: 2, split: { method: "mmrec" } });
    // Item 2 keeps two interactions (users 0 and 1); all users have two; nothing goes. With 3, item 2 goes.
    expect(report.items).to.equal(3);
    const smaller = await runImport(folder.path, "book", { kCore: 3, force: true, duplicates: "exact" }).then(
      () => null,
      (error: unknown) => (error as Error).message,
    );
    expect(smaller).to.equal("no interaction is left after --k-core 3. Choose lower limits.");
  });

  it("numbers an item that a k-core leaves out among the other entities", async () => {
    await writeFiles(folder.path, {
      ...files,
      "book/train.txt": "0 1 2\n1 1 2\n2 0 1 2\n",
      "book/test.txt": "0\n",
    });
    await runImport(folder.path, "book", { kCore: 2 });
    expect(await importedLines(folder.path, "items.tsv")).to.have.length(3);
    expect(await importedLines(folder.path, "kg_entities.tsv")).to.deep.equal([
      "entity_id\tkind\tname",
      "0\titem\tm.03_28m",
      "1\titem\tm.0h2q1cq",
      "2\tentity\tm.045wq1q",
      "3\tentity\tm.04sv4",
      "4\tentity\tm.0ndwt",
    ]);
    expect(await importedLines(folder.path, "kg_triples.tsv")).to.deep.equal([
      "head\trelation\ttail",
      ...["2\t0\t3", "0\t0\t3", "1\t1\t4", "4\t1\t3"],
    ]);
  });

  it("merges items that a line repeats and reports pairs that are in train and in test", async () => {
    await writeFiles(folder.path, {
      ...files,
      "book/train.txt": "0 1 1 0\n1 2\n2 0\n",
      "book/test.txt": "0 1\n2 1\n",
    });
    const report = await runImport(folder.path, "book");
    expect(report.removed.duplicates).to.equal(1);
    expect(report.leakage.pairs).to.deep.equal({ trainValid: 0, trainTest: 1, validTest: 0 });
    expect(report.leakage.warnings).to.deep.equal([
      "1 pairs of user and item are in both train and test; they count as training only",
    ]);
  });

  const bad: readonly (readonly [
    what: string,
    name: string,
    text: string,
    line: number | null,
    problem: string,
  ])[] = [
    ["an item that is no number", "train.txt", "0 1\n1 two\n", 2, '"two" is not an integer'],
    ["an id with a point", "test.txt", "0 1.5\n", 1, '"1.5" is not an integer'],
    ["a triple of two fields", "kg_final.txt", "0 0 3\n1 0\n", 2, "the line has 2 fields, expected 3"],
    ["a triple with a name", "kg_final.txt", "0 author 3\n", 1, '"author" is not an integer'],
    [
      "a list without a header",
      "item_list.txt",
      "0553092626 0 m.045wq1q\n",
      1,
      "the header does not name a key",
    ],
    [
      "a list with a short line",
      "user_list.txt",
      "org_id remap_id\nAX 0\nBY\n",
      3,
      "the line has 1 fields, expected 2",
    ],
    [
      "a number twice",
      "user_list.txt",
      "org_id remap_id\nAX 0\nBY 0\n",
      3,
      "the id 0 stands on line 2 already",
    ],
    [
      "a key twice",
      "entity_list.txt",
      "org_id remap_id\nm.1 0\nm.1 1\n",
      3,
      'the key "m.1" stands on line 2 already',
    ],
    ["a gap in a list", "item_list.txt", "org_id remap_id\nA 0\nB 2\n", null, "item 1 has no line"],
  ];
  for (const [what, name, text, line, problem] of bad) {
    it(`names file and line of ${what}`, async () => {
      const error = await importFailure(folder.path, { ...files, [`book/${name}`]: text }, { from: "book" });
      expect([error.file, error.line]).to.deep.equal([join(folder.path, "book", name), line]);
      expect(error.problem).to.contain(problem);
    });
  }

  it("names the line that is not UTF-8 text", async () => {
    const broken = Buffer.concat([
      Buffer.from("org_id remap_id\nAX 0\n"),
      Buffer.from([0x42, 0xe9, 0x20, 0x31, 0x0a]),
    ]);
    const error = await importFailure(
      folder.path,
      { ...files, "book/user_list.txt": broken },
      { from: "book" },
    );
    expect([error.line, error.problem]).to.deep.equal([3, "the line is not UTF-8 text"]);
  });
});
