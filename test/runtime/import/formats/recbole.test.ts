import { join } from "node:path";
import { expect } from "chai";
import { temporaryFolder } from "../../temporaryFolder.js";
import { importedLines, importFailure, runImport, writeFiles } from "../importing.js";

const files = {
  "ml/ml.inter":
    "user_id:token\titem_id:token\trating:float\ttimestamp:float\nu9\ti5\t3\t881250949\nu9\ti7\t4.5\t881250950\nu2\ti5\t1\t881250951\n",
  "ml/ml.item":
    'item_id:token\tmovie_title:token_seq\trelease year:float\nunused\tNobody saw it\t1990\ni7\tThe "Quoted" One\t1995\ni5\tToy Story\t1996\n',
  "ml/ml.user": "user_id:token\tage:float\nu2\t24\nu9\t53\n",
  "ml/ml.kg":
    "head_id:token\trelation_id:token\ttail_id:token\nm.5\tfilm.actor\tm.x\nm.9\tfilm.actor\tm.7\nm.x\tfilm.sequel\tm.9\n",
  "ml/ml.link": "item_id:token\tentity_id:token\ni5\tm.5\ni7\tm.7\nunused\tm.9\n",
};

describe("importing RecBole's atomic files", () => {
  const folder = temporaryFolder();

  it("numbers users and items by appearance and keeps keys, texts and the knowledge graph", async () => {
    await writeFiles(folder.path, files);
    const report = await runImport(folder.path, "ml", { split: { method: "leave-one-out" } });
    expect(report).to.deep.include({ format: "recbole", users: 2, items: 2 });
    expect(report.reason).to.equal("ml.inter has a header with types (user_id:token)");
    expect(report.graph).to.deep.equal({ triples: 3, entities: 4, linkedItems: 2 });
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal([
      "user_id\titem_id\tsplit\ttimestamp\trating",
      "0\t0\ttrain\t881250949\t3",
      "0\t1\ttrain\t881250950\t4.5",
      "1\t0\ttrain\t881250951\t1",
    ]);
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal([
      "item_id\tkey\tmovie_title\trelease_year",
      "0\ti5\tToy Story\t1996",
      '1\ti7\tThe "Quoted" One\t1995',
    ]);
    expect(await importedLines(folder.path, "users.tsv")).to.deep.equal([
      "user_id\tkey\tage",
      "0\tu9\t53",
      "1\tu2\t24",
    ]);
    expect(await importedLines(folder.path, "kg_entities.tsv")).to.deep.equal([
      "entity_id\tkind\tname",
      ...["0\titem\tm.5", "1\titem\tm.7", "2\tentity\tm.x", "3\tentity\tm.9"],
    ]);
    expect(await importedLines(folder.path, "kg_relations.tsv")).to.deep.equal([
      "relation_id\tname",
      ...["0\tfilm.actor", "1\tfilm.sequel"],
    ]);
    expect(await importedLines(folder.path, "kg_triples.tsv")).to.deep.equal([
      "head\trelation\ttail",
      ...["0\t0\t2", "3\t0\t1", "2\t1\t3"],
    ]);
  });

  it("takes a split that the names of the files state", async () => {
    const header = "user_id:token\titem_id:token\n";
    await writeFiles(folder.path, {
      "b/b.train.inter": `${header}a\tx\nb\ty\n`,
      "b/b.valid.inter": `${header}a\ty\n`,
      "b/b.test.inter": `${header}b\tx\na\tx\n`,
    });
    const report = await runImport(folder.path, "b");
    expect(report.split).to.equal("given");
    expect(report.leakage.pairs.trainTest).to.equal(1);
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal([
      "user_id\titem_id\tsplit",
      ...["0\t0\ttrain", "1\t1\ttrain", "0\t1\tvalid", "0\t0\ttest", "1\t0\ttest"],
    ]);
  });

  it("takes other names of fields", async () => {
    const text = "session:token\tproduct:token\tmoment:float\ns1\tp1\t1\ns1\tp2\t2\n";
    const mapping = { user: "session", item: "product", time: "moment" };
    await writeFiles(folder.path, { "o/o.inter": text });
    await runImport(folder.path, "o", { read: { mapping } });
    expect(await importedLines(folder.path, "users.tsv")).to.deep.equal(["user_id\tkey", "0\ts1"]);
  });

  const bad: readonly (readonly [
    what: string,
    name: string,
    text: string,
    line: number | null,
    problem: string,
  ])[] = [
    [
      "a short line",
      "ml.inter",
      files["ml/ml.inter"].replace("\t881250951", ""),
      4,
      "the line has 3 fields, expected 4",
    ],
    [
      "a rating that is none",
      "ml.inter",
      files["ml/ml.inter"].replace("4.5", "x"),
      3,
      'rating "x" is not a number',
    ],
    ["an empty user", "ml.inter", files["ml/ml.inter"].replace("u2\t", "\t"), 4, 'user_id "" is empty'],
    [
      "a rating that is no float",
      "ml.inter",
      files["ml/ml.inter"].replace("rating:float", "rating:token"),
      1,
      "has the type token",
    ],
    [
      "a field without a type",
      "ml.item",
      files["ml/ml.item"].replace("item_id:token", "item_id"),
      1,
      'the field "item_id"',
    ],
    [
      "an item that comes twice",
      "ml.item",
      files["ml/ml.item"].replace("unused\tNobody", "i5\tNobody"),
      4,
      '"i5" comes for the second time',
    ],
    [
      "a user file without users",
      "ml.user",
      "uid:token\tage:float\nu2\t24\n",
      1,
      'there is no column "user_id"',
    ],
    [
      "an item with two entities",
      "ml.link",
      `${files["ml/ml.link"]}i5\tm.y\n`,
      5,
      '"i5" comes for the second time',
    ],
    [
      "triples with other fields",
      "ml.kg",
      "head:token\trelation_id:token\ttail_id:token\n",
      1,
      'there is no column "head_id"',
    ],
  ];
  for (const [what, name, text, line, problem] of bad) {
    it(`names file and line of ${what}`, async () => {
      const error = await importFailure(
        folder.path,
        { ...files, [`ml/${name}`]: text },
        { from: "ml", format: "recbole" },
      );
      expect([error.file, error.line, error.problem]).to.satisfy(
        ([file, at, found]: [string, number | null, string]) =>
          file === join(folder.path, "ml", name) && at === line && found.includes(problem),
        error.message,
      );
    });
  }

  it("asks for links where there are triples", async () => {
    await writeFiles(folder.path, { "k/k.inter": files["ml/ml.inter"], "k/k.kg": files["ml/ml.kg"] });
    const error = await importFailure(folder.path, {}, { from: "k" });
    expect(error.problem).to.contain("no .link file says which items are which entities");
  });

  it("leaves incomplete rows out where that was asked for", async () => {
    const text = files["ml/ml.inter"].replace("u2\t", "\t").replace("881250950", "");
    await writeFiles(folder.path, { "s/s.inter": text });
    const report = await runImport(folder.path, "s", { read: { skipIncomplete: true } });
    expect(report.read).to.equal(1);
    expect(report.notes).to.deep.equal(["2 rows of s.inter without user, item or time were left out"]);
  });
});
