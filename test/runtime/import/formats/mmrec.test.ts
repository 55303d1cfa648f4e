import { join } from "node:path";
import { expect } from "chai";
import { loadDataset } from "../../../../runtime/data/dataset.js";
import { writeNpy } from "../../../../runtime/data/npy.js";
import { temporaryFolder } from "../../temporaryFolder.js";
import { importedLines, importFailure, runImport, writeFiles } from "../importing.js";

const inter = [
  "userID\titemID\trating\ttimestamp\tx_label",
  "0\t2\t5.0\t1390176000\t0",
  "0\t1\t4.0\t1390176001\t1",
  "1\t2\t3.0\t1390176002\t0",
  "1\t0\t2.5\t1390176003\t2",
  "",
].join("\n");

describe("importing an MMRec folder", () => {
  const folder = temporaryFolder();

  const writeBaby = async (): Promise<void> => {
    await writeFiles(folder.path, {
      "baby/baby.inter": inter,
      "baby/u_id_mapping.csv": "user_id\tuserID\nA1\t0\nA2\t1\n",
      "baby/i_id_mapping.csv": "asin\titemID\nB00\t0\nB01\t1\nB02\t2\nB03\t3\n",
    });
    const data = Float32Array.of(1, 2, 3, 4, NaN, NaN, 7, 8);
    await writeNpy(join(folder.path, "baby", "image_feat.npy"), { dtype: "float32", shape: [4, 2], data });
  };

  it("keeps numbers, split, features and keys, and says how it knew the format", async () => {
    await writeBaby();
    const report = await runImport(folder.path, "baby");
    expect(report).to.deep.include({ format: "mmrec", split: "given", users: 2, items: 4, name: "baby" });
    expect(report.reason).to.equal("baby.inter has a column x_label");
    expect(report.interactions).to.deep.equal({ train: 2, valid: 1, test: 1 });
    expect(await importedLines(folder.path, "interactions.tsv")).to.deep.equal([
      "user_id\titem_id\tsplit\ttimestamp\trating",
      "0\t2\ttrain\t1390176000\t5",
      "1\t2\ttrain\t1390176002\t3",
      "0\t1\tvalid\t1390176001\t4",
      "1\t0\ttest\t1390176003\t2.5",
    ]);
    const dataset = await loadDataset(join(folder.path, "data"));
    expect(dataset.keys.users!.keys()).to.deep.equal(["A1", "A2"]);
    expect(dataset.keys.items!.keys()).to.deep.equal(["B00", "B01", "B02", "B03"]);
    const image = dataset.modalities.get("image")!;
    expect([...image.data.subarray(0, 4), ...image.data.subarray(6)]).to.deep.equal([1, 2, 3, 4, 7, 8]);
    expect([...image.missing]).to.deep.equal([2]);
    expect(dataset.source).to.deep.equal({
      imported: { format: "mmrec", from: "baby" },
      filters: { minimumRating: null, duplicates: "first", kCore: 0 },
      split: { method: "given", seed: 0, shares: [0.8, 0.1, 0.1] },
    });
  });

  it("takes the rows of features along when a k-core leaves items out", async () => {
    await writeBaby();
    const pairs = ["0\t0", "0\t1", "0\t3", "1\t2", "1\t3", "1\t1", "1\t2"];
    const rows = pairs.map((pair) => `${pair}\t1.0\t${pair.length}\t0`);
    await writeFiles(folder.path, { "baby/baby.inter": [inter.split("\n")[0]!, ...rows, ""].join("\n") });
    const report = await runImport(folder.path, "baby", { kCore: 2 });
    expect(report).to.deep.include({ users: 2, items: 2, modalities: ["image"] });
    expect(report.removed).to.deep.equal({ rating: 0, duplicates: 1, kCore: { rounds: 1, removed: 2 } });
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal(["item_id\tkey", "0\tB01", "1\tB03"]);
    const dataset = await loadDataset(join(folder.path, "data"));
    expect([...dataset.modalities.get("image")!.data]).to.deep.equal([3, 4, 7, 8]);
  });

  it("goes by the numbers where there are no maps", async () => {
    await writeFiles(folder.path, { "x/x.inter": inter });
    await runImport(folder.path, "x");
    expect(await importedLines(folder.path, "items.tsv")).to.deep.equal([
      "item_id\tkey",
      "0\t0",
      "1\t1",
      "2\t2",
    ]);
  });

  const line = (text: string): string => inter.replace("1\t2\t3.0\t1390176002\t0", text);
  const bad: readonly (readonly [
    what: string,
    files: Readonly<Record<string, string>>,
    where: string,
    problem: string,
  ])[] = [
    [
      "a wrong number of fields",
      { "b.inter": line("1\t2\t3.0") },
      "b.inter:4",
      "the line has 3 fields, expected 5",
    ],
    [
      "an id that is a word",
      { "b.inter": line("one\t2\t3.0\t9\t0") },
      "b.inter:4",
      'userID "one" is not an integer',
    ],
    ["a negative id", { "b.inter": line("1\t-2\t3.0\t9\t0") }, "b.inter:4", 'itemID "-2" is not an integer'],
    [
      "an id beyond 32 bits",
      { "b.inter": line("1\t2147483647\t3\t9\t0") },
      "b.inter:4",
      "is not an integer from 0 to",
    ],
    ["an unknown split", { "b.inter": line("1\t2\t3.0\t9\t3") }, "b.inter:4", 'x_label "3" is not 0 (train)'],
    [
      "a rating that is a word",
      { "b.inter": line("1\t2\tgood\t9\t0") },
      "b.inter:4",
      'rating "good" is not a number',
    ],
    [
      "a time that is none",
      { "b.inter": line("1\t2\t3\tsoon\t0") },
      "b.inter:4",
      'timestamp "soon" is neither',
    ],
    [
      "a column twice",
      { "b.inter": inter.replace("rating", "userID") },
      "b.inter:1",
      'the column "userID" twice',
    ],
    [
      "a number twice in a map",
      { "b.inter": inter, "u_id_mapping.csv": "user_id,userID\nA,0\nB,0\n" },
      "u_id_mapping.csv:3",
      "the id 0 stands on line 2 already",
    ],
    [
      "a key twice in a map",
      { "b.inter": inter, "u_id_mapping.csv": "user_id,userID\nA,0\nA,1\n" },
      "u_id_mapping.csv:3",
      'the key "A" stands on line 2 already',
    ],
    [
      "a user without a line in the map",
      { "b.inter": inter, "u_id_mapping.csv": "user_id\tuserID\nA\t0\n" },
      "u_id_mapping.csv",
      "user 1 has no line, but there are 2 users",
    ],
    [
      "a map without its column",
      { "b.inter": inter, "u_id_mapping.csv": "user_id,number\nA,0\n" },
      "u_id_mapping.csv:1",
      'the header has no column "userID"',
    ],
    [
      "a map with three fields",
      { "b.inter": inter, "i_id_mapping.csv": "asin,itemID\nA,0,x\n" },
      "i_id_mapping.csv:2",
      "the line has 3 fields, expected 2",
    ],
  ];
  for (const [what, files, where, problem] of bad) {
    it(`names file and line of ${what}`, async () => {
      const inFolder = Object.fromEntries(Object.entries(files).map(([name, text]) => [`b/${name}`, text]));
      const error = await importFailure(folder.path, inFolder, { from: "b" });
      expect(error.message).to.match(new RegExp(`^${join(folder.path, "b", where)}: `));
      expect(error.problem).to.contain(problem);
    });
  }

  it("names the feature file with fewer rows than items", async () => {
    await writeFiles(folder.path, { "b/b.inter": inter });
    const data = new Float32Array(4).fill(1);
    await writeNpy(join(folder.path, "b", "text_feat.npy"), { dtype: "float32", shape: [2, 2], data });
    const error = await importFailure(folder.path, {}, { from: "b" });
    expect(error.file).to.equal(join(folder.path, "b", "text_feat.npy"));
    expect(error.problem).to.equal("the features have 2 rows, but the interactions have items up to 2");
  });

  it("says which column is missing when the format was named", async () => {
    const text = inter.replace("x_label", "label");
    const error = await importFailure(folder.path, { "b/b.inter": text }, { from: "b", format: "mmrec" });
    expect(error.problem).to.match(/^there is no column "x_label" \(there are userID, .*label\)$/);
    expect(error.fix).to.contain('is "label" meant');
  });
});
