import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { loadDataset, requireModality, type Dataset } from "../../../runtime/data/dataset.js";
import { hostTensor, type HostTensor } from "../../../runtime/data/hostTensor.js";
import { encodeSafetensors } from "../../../runtime/training/safetensors.js";
import { DatasetError } from "../../../runtime/data/datasetError.js";
import type { InteractionLists } from "../../../runtime/data/interactions.js";
import { writeNpy } from "../../../runtime/data/npy.js";
import { rejection } from "./rejection.js";
import { withFolder } from "./temporaryFolder.js";

type Files = Readonly<Record<string, string>>;
type Features = Readonly<Record<string, readonly (readonly number[])[]>>;

const good = "user_id\titem_id\tsplit\n0\t2\ttrain\n0\t0\ttrain\n1\t1\ttrain\n0\t1\tvalid\n1\t3\ttest\n";

async function withDataset<Result>(
  files: Files,
  features: Features,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  return withFolder(files, async (folder) => {
    for (const [name, matrix] of Object.entries(features)) {
      const shape = [matrix.length, matrix[0]!.length];
      const data = Float32Array.from(matrix.flat());
      await writeNpy(join(folder, `${name}.npy`), { dtype: "float32", shape, data });
    }
    return use(folder);
  });
}

function load(files: Files, features: Features = {}): Promise<Dataset> {
  return withDataset(files, features, loadDataset);
}

async function errorOf(files: Files, features: Features = {}): Promise<DatasetError> {
  return withDataset(files, features, async (folder) => {
    const error = await rejection(DatasetError, () => loadDataset(folder));
    expect(error.message).to.equal(
      `${error.file}${error.line === null ? "" : `:${error.line}`}: ${error.problem}. ${error.fix}.`,
    );
    return error;
  });
}

function lists({ rowStart, itemIds }: InteractionLists): number[][] {
  return Array.from({ length: rowStart.length - 1 }, (_, user) => [
    ...itemIds.subarray(rowStart[user], rowStart[user + 1]),
  ]);
}

const fourRows = [
  [1, 2],
  [3, 4],
  [0, 0],
  [5, -6],
];

describe("a dataset folder", () => {
  it("gives lists per user, counts, features and tables", async () => {
    const files = {
      "interactions.tsv": good,
      "items.tsv": "item_id\tname\ttags\n3\tThree\ta,b\n0\tZero\t\n",
      "users.tsv": "user_id\tsource\n1\tx9\n",
      "README.md": "not data",
    };
    const dataset = await load(files, { text: fourRows, audio_vggish: [[1], [2], [3], [4]] });
    expect([dataset.users, dataset.items]).to.deep.equal([2, 4]);
    expect(lists(dataset.train)).to.deep.equal([[0, 2], [1]]);
    expect(lists(dataset.valid)).to.deep.equal([[1], []]);
    expect(lists(dataset.test)).to.deep.equal([[], [3]]);
    expect(dataset.counts).to.deep.equal({ train: 3, valid: 1, test: 1 });
    expect([...dataset.modalities.keys()].sort()).to.deep.equal(["audio_vggish", "text"]);
    const text = requireModality(dataset, "text");
    expect([text.rows, text.size, ...text.data]).to.deep.equal([4, 2, ...fourRows.flat()]);
    expect(dataset.itemTable?.columns).to.deep.equal(["name", "tags"]);
    expect(dataset.itemTable?.text("name", 3)).to.equal("Three");
    expect(dataset.itemTable?.text("tags", 0)).to.equal("");
    expect(dataset.itemTable?.text("name", 1)).to.equal(null);
    expect(dataset.itemTable?.text("year", 3)).to.equal(null);
    expect(dataset.userTable?.text("source", 1)).to.equal("x9");
    expect(Object.keys(dataset.files)).to.deep.equal([
      "audio_vggish.npy",
      "interactions.tsv",
      "items.tsv",
      "text.npy",
      "users.tsv",
    ]);
  });

  it("has a name, sizes and modalities from dataset.json where it states them", async () => {
    const description = { name: "toy", users: 5, items: 4, modalities: ["text"], groups: { cold: [3] } };
    const files = { "interactions.tsv": good, "dataset.json": JSON.stringify(description) };
    const dataset = await load(files, { text: fourRows, unused: [[1]] });
    expect([dataset.name, dataset.users, dataset.items]).to.deep.equal(["toy", 5, 4]);
    expect([...dataset.modalities.keys()]).to.deep.equal(["text"]);
    expect(dataset.groups).to.deep.equal({ cold: [3] });
    expect(dataset.train.rowStart).to.have.length(6);
  });

  it("has as many users and items as ids, feature rows and table rows require", async () => {
    const five = [...fourRows, [1, 1]];
    expect((await load({ "interactions.tsv": good }, { text: five })).items).to.equal(5);
    const tables = { "items.tsv": "item_id\n6\n", "users.tsv": "user_id\n3\n" };
    const dataset = await load({ "interactions.tsv": good, ...tables });
    expect([dataset.users, dataset.items]).to.deep.equal([4, 7]);
  });

  it("has a checksum that changes with the data and not with the place", async () => {
    const first = await load({ "interactions.tsv": good }, { text: fourRows });
    const same = await load({ "interactions.tsv": good, "notes.txt": "x" }, { text: fourRows });
    expect(same.checksum)
      .to.equal(first.checksum)
      .and.to.match(/^[0-9a-f]{64}$/);
    const otherRows = await load({ "interactions.tsv": `${good}1\t2\ttest\n` }, { text: fourRows });
    const otherFeatures = await load(
      { "interactions.tsv": good },
      { text: [...fourRows.slice(0, 3), [5, -7]] },
    );
    const otherGraph = await load({ "interactions.tsv": good, "kg_triples.tsv": "" }, { text: fourRows });
    const all = [first, otherRows, otherFeatures, otherGraph].map(({ checksum }) => checksum);
    expect(new Set(all).size).to.equal(4);
    // sha256 of the file as any other tool computes it.
    expect(first.files["interactions.tsv"]).to.equal(
      "50110b0de510cc82be0f2dc368e397454139b676c859b572ec38f2febbbc8254",
    );
  });

  it("without remarkable data has no notes", async () => {
    const dataset = await load({ "interactions.tsv": "user_id\titem_id\tsplit\n0\t0\ttrain\n1\t1\ttrain\n" });
    expect(dataset.notes).to.deep.equal([]);
  });

  it("merges interactions repeated within a split and counts them", async () => {
    const dataset = await load({ "interactions.tsv": `${good}0\t0\ttrain\n0\t0\ttrain\n1\t3\ttest\n` });
    expect(dataset.counts).to.deep.equal({ train: 3, valid: 1, test: 1 });
    const notes = dataset.notes.filter(({ kind }) => kind === "duplicateInteraction");
    expect(notes.map(({ count, message }) => [count, message])).to.deep.equal([
      [2, "2 repeated interactions in train were merged"],
      [1, "1 repeated interactions in test were merged"],
    ]);
  });

  it("drops from valid and test what is in train, too", async () => {
    const dataset = await load({ "interactions.tsv": `${good}0\t2\tvalid\n1\t1\ttest\n0\t0\ttest\n` });
    expect([lists(dataset.valid), lists(dataset.test)]).to.deep.equal([
      [[1], []],
      [[], [3]],
    ]);
    const notes = dataset.notes.filter(({ kind }) => kind === "heldOutInTrain");
    expect(notes.map(({ count }) => count)).to.deep.equal([1, 2]);
  });

  it("keeps and reports what is in both valid and test", async () => {
    const dataset = await load({ "interactions.tsv": `${good}1\t3\tvalid\n` });
    expect(lists(dataset.valid)[1]).to.deep.equal([3]);
    expect(lists(dataset.test)[1]).to.deep.equal([3]);
    expect(dataset.notes.find(({ kind }) => kind === "validAndTest")?.count).to.equal(1);
  });

  it("keeps users without training items, but not in valid and test", async () => {
    const dataset = await load({ "interactions.tsv": `${good}3\t0\tvalid\n3\t1\ttest\n3\t2\ttest\n` });
    expect(dataset.users).to.equal(4);
    expect(dataset.counts).to.deep.equal({ train: 3, valid: 1, test: 1 });
    const note = dataset.notes.find(({ kind }) => kind === "userWithoutTrain");
    expect(note?.count).to.equal(2);
    expect(note?.message).to.include("3 valid and test interactions dropped");
  });

  it("keeps items without training interactions and items without features, and reports them", async () => {
    const dataset = await load({ "interactions.tsv": good }, { text: fourRows });
    expect(dataset.notes.map(({ kind, count }) => [kind, count])).to.deep.equal([
      ["itemWithoutTrain", 1],
      ["missingFeature", 1],
    ]);
    expect([...requireModality(dataset, "text").missing]).to.deep.equal([2]);
  });
});

describe("features of a dataset folder", () => {
  const interactions = { "interactions.tsv": good };

  it("are missing where a row is all NaN, all zeros, or listed, and are zeros then", async () => {
    const matrix = [
      [1, 2],
      [NaN, NaN],
      [0, 0],
      [5, 6],
    ];
    const listed = "item_id\tmodality\n3\ttext\n0\timage\n3\ttext\n";
    const dataset = await load({ ...interactions, "missing.tsv": listed }, { text: matrix, image: fourRows });
    const text = requireModality(dataset, "text");
    expect([...text.missing]).to.deep.equal([1, 2, 3]);
    expect([...text.data]).to.deep.equal([1, 2, 0, 0, 0, 0, 0, 0]);
    expect([...requireModality(dataset, "image").missing]).to.deep.equal([0, 2]);
    expect(
      dataset.notes.filter(({ kind }) => kind === "missingFeature").map(({ message }) => message),
    ).to.deep.equal([
      "2 items have no image features, the first is item 0",
      "3 items have no text features, the first is item 1",
    ]);
    expect(Object.keys(dataset.files)).to.include("missing.tsv");
  });

  it("that dataset.json leaves out may be listed as missing", async () => {
    const listed = "item_id\tmodality\n1\ttext\n0\timage\n";
    const files = { ...interactions, "missing.tsv": listed, "dataset.json": '{"modalities": ["image"]}' };
    const dataset = await load(files, { text: fourRows, image: fourRows });
    expect([...dataset.modalities.keys()]).to.deep.equal(["image"]);
    expect([...requireModality(dataset, "image").missing]).to.deep.equal([0, 2]);
  });

  it("that are listed as missing may hold anything", async () => {
    const matrix = [[1], [Infinity], [NaN], [2]];
    const listed = "item_id\tmodality\n1\ttext\n";
    const dataset = await load({ ...interactions, "missing.tsv": listed }, { text: matrix });
    expect([...requireModality(dataset, "text").missing]).to.deep.equal([1, 2]);
  });

  const badLists = [
    ["item_id\tmodality\n1\timage\n", 2, 'unknown modality "image"'],
    ["item_id\tmodality\n-1\ttext\n", 2, "is negative"],
    ["item_id\tmodality\n4\ttext\n", null, "item 4 is listed without text features, but the ids are 0 to 3"],
    ["item\tmodality\n4\ttext\n", 1, 'no column "item_id"'],
  ] as const;
  for (const [table, line, problem] of badLists) {
    it(`are refused with the missing.tsv ${JSON.stringify(table)}`, async () => {
      const error = await errorOf({ ...interactions, "missing.tsv": table }, { text: fourRows });
      expect(error.file).to.match(/missing\.tsv$/);
      expect([error.line, error.problem.includes(problem)], error.problem).to.deep.equal([line, true]);
    });
  }

  const safetensors = (tensors: Readonly<Record<string, HostTensor>>): Uint8Array =>
    encodeSafetensors({ tensors: new Map(Object.entries(tensors)), metadata: {} });
  const matrixTensor = hostTensor("float32", [4, 2], Float32Array.from(fourRows.flat()));
  const ids = hostTensor("int32", [4], new Int32Array(4));

  it("may lie in a safetensors file, in its only tensor or the one named features or like the modality", async () => {
    for (const tensors of [
      { anything: matrixTensor },
      { features: matrixTensor, ids },
      { image: matrixTensor, ids },
    ]) {
      const files = { ...interactions, "image.safetensors": safetensors(tensors) };
      const dataset = await withFolder(files, loadDataset);
      expect([...requireModality(dataset, "image").data]).to.deep.equal(fourRows.flat());
      expect([...requireModality(dataset, "image").missing]).to.deep.equal([2]);
      expect(Object.keys(dataset.files)).to.include("image.safetensors");
    }
  });

  const badTensors: readonly (readonly [string, Uint8Array, string])[] = [
    ["two tensors of other names", safetensors({ a: matrixTensor, b: ids }), "it holds 2 tensors (a, b)"],
    [
      "ids instead of floats",
      safetensors({ a: ids }),
      "the tensor is int32 [4], expected float16 or float32",
    ],
    ["a tensor of three axes", safetensors({ a: { ...matrixTensor, dims: [2, 2, 2] } }), "[2, 2, 2]"],
    ["a truncated file", safetensors({ a: matrixTensor }).subarray(0, 100), "cut short"],
  ];
  for (const [label, bytes, problem] of badTensors) {
    it(`are refused with ${label}`, async () => {
      const files = { ...interactions, "image.safetensors": bytes };
      const error = await withFolder(files, (folder) => rejection(DatasetError, () => loadDataset(folder)));
      expect(error.file).to.match(/image\.safetensors$/);
      expect(error.problem).to.include(problem);
    });
  }

  it("are refused in two files", async () => {
    await withDataset(interactions, { text: fourRows }, async (folder) => {
      await writeFile(join(folder, "text.safetensors"), safetensors({ text: matrixTensor }));
      const error = await rejection(DatasetError, () => loadDataset(folder));
      expect(error.message).to.match(
        /text\.safetensors: there is text\.npy with features of the same modality/,
      );
      await writeFile(join(folder, "dataset.json"), '{"modalities": []}');
      expect((await loadDataset(folder)).modalities.size).to.equal(0);
    });
  });
});

describe("the owner's keys", () => {
  const tables = {
    "interactions.tsv": good,
    "users.tsv": "user_id\tkey\n1\tbob\n0\tann\n",
    "items.tsv": "key\titem_id\nB00\t0\nB01\t1\nB02\t2\nB03\t3\n",
  };

  it("map ids to keys and back", async () => {
    const { keys } = await load(tables);
    expect([0, 1].map((id) => keys.users!.key(id))).to.deep.equal(["ann", "bob"]);
    expect(keys.items!.keys()).to.deep.equal(["B00", "B01", "B02", "B03"]);
    for (let id = 0; id < 4; id++) expect(keys.items!.id(keys.items!.key(id))).to.equal(id);
    expect([keys.users!.id("ann"), keys.users!.id("eve"), keys.users!.size]).to.deep.equal([0, null, 2]);
  });

  it("are absent without the column", async () => {
    const dataset = await load({ "interactions.tsv": good, "users.tsv": "user_id\tname\n0\tann\n" });
    expect(dataset.keys).to.deep.equal({ users: null, items: null });
  });

  const bad = [
    ["user_id\tkey\n0\tann\n1\tann\n", 3, 'user 1 has the key "ann", which is user 0\'s already'],
    ["user_id\tkey\n0\tann\n1\t\n", 3, "user 1 has no key"],
    ["user_id\tkey\n0\tann\n", null, "user 1 has no key"],
  ] as const;
  for (const [table, line, problem] of bad) {
    it(`are refused in the users.tsv ${JSON.stringify(table)}`, async () => {
      const error = await errorOf({ ...tables, "users.tsv": table });
      expect(error.file).to.match(/users\.tsv$/);
      expect([error.line, error.problem]).to.deep.equal([line, problem]);
    });
  }
});

describe("a dataset folder is refused", () => {
  it("if it is no folder or lacks interactions.tsv", async () => {
    const missing = await rejection(DatasetError, () => loadDataset("/nowhere/data"));
    expect([missing.file, missing.problem]).to.deep.equal([
      "/nowhere/data",
      "this is not a folder that can be read",
    ]);
    const error = await errorOf({ "items.tsv": "item_id\n" });
    expect(error.file).to.match(/interactions\.tsv$/);
    expect(error.problem).to.equal("the file does not exist");
  });

  it("with an id that is no integer or negative", async () => {
    for (const id of ["-3", "1.0", "x", ""]) {
      const error = await errorOf({ "interactions.tsv": `${good}${id}\t0\ttrain\n` });
      expect(error.line).to.equal(7);
      expect(error.problem).to.include(`user_id "${id}"`);
    }
  });

  it("with an id beyond the stated size", async () => {
    const sizes = JSON.stringify({ users: 2, items: 3 });
    const error = await errorOf({ "interactions.tsv": good, "dataset.json": sizes });
    expect([error.line, error.problem]).to.deep.equal([
      6,
      "item id 3 is out of range: there are 3 items, with ids 0 to 2",
    ]);
    const users = JSON.stringify({ users: 1, items: 4 });
    expect((await errorOf({ "interactions.tsv": good, "dataset.json": users })).problem).to.include(
      "user id 1",
    );
  });

  it("with an id far beyond the number of rows, unless the size is stated", async () => {
    const error = await errorOf({ "interactions.tsv": `${good}2000000000\t0\ttrain\n` });
    expect(error.problem).to.equal("the largest id makes 2000000001 users of only 6 interactions");
    expect(error.fix).to.include("dataset.json");
  });

  it("with an unknown split", async () => {
    const error = await errorOf({ "interactions.tsv": `${good}0\t0\ttrian\n` });
    expect([error.line, error.problem]).to.deep.equal([7, 'unknown split "trian"']);
    expect(error.fix).to.include("nearest is train");
  });

  it("without training rows", async () => {
    const error = await errorOf({ "interactions.tsv": "user_id\titem_id\tsplit\n0\t0\ttest\n" });
    expect(error.problem).to.equal("no row belongs to the split train");
    expect((await errorOf({ "interactions.tsv": "user_id\titem_id\tsplit\n" })).problem).to.include("train");
  });

  it("with features of fewer rows than items", async () => {
    const error = await errorOf({ "interactions.tsv": good }, { text: fourRows.slice(0, 3) });
    expect(error.file).to.match(/interactions\.tsv$/);
    expect(error.line).to.equal(good.split("\n").findIndex((line) => line.split("\t")[1] === "3") + 1);
    expect(error.problem).to.equal(
      "item id 3 is the largest, but text.npy has only 3 rows, for the items 0 to 2",
    );
  });

  it("with features of other than the stated number of items", async () => {
    const stated = { "interactions.tsv": good, "dataset.json": '{"items": 4}' };
    const error = await errorOf(stated, { text: fourRows.slice(0, 3) });
    expect(error.file).to.match(/text\.npy$/);
    expect(error.problem).to.equal("the features have 3 rows, but there are 4 items");
  });

  it("with NaN or an infinity among the features", async () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const error = await errorOf(
        { "interactions.tsv": good },
        {
          text: [
            [1, 2],
            [3, 4],
            [5, bad],
            [7, 8],
          ],
        },
      );
      expect(error.file).to.match(/text\.npy$/);
      expect(error.problem).to.equal(`the feature in row 2, column 1 is ${bad}`);
    }
  });

  it("with features that are truncated, no matrix, or empty", async () => {
    await withDataset({ "interactions.tsv": good }, { text: fourRows }, async (folder) => {
      const file = join(folder, "text.npy");
      const bytes = await readFile(file);
      await writeFile(file, bytes.subarray(0, bytes.length - 4));
      expect((await rejection(DatasetError, () => loadDataset(folder))).problem).to.include("truncated");
      await writeNpy(file, { dtype: "float32", shape: [4], data: new Float32Array(4) });
      expect((await rejection(DatasetError, () => loadDataset(folder))).problem).to.include(
        "the shape is [4]",
      );
      await writeNpy(file, { dtype: "float32", shape: [4, 0], data: new Float32Array(0) });
      expect((await rejection(DatasetError, () => loadDataset(folder))).problem).to.include("is empty");
      await writeNpy(file, { dtype: "int32", shape: [4, 1], data: new Int32Array(4) });
      expect((await rejection(DatasetError, () => loadDataset(folder))).problem).to.include(
        "the elements are <i4",
      );
    });
  });

  it("without a feature file that dataset.json names or the model needs", async () => {
    const stated = { "interactions.tsv": good, "dataset.json": JSON.stringify({ modalities: ["image"] }) };
    const error = await errorOf(stated);
    expect(error.file).to.match(/image\.npy$/);
    expect(error.problem).to.equal("the file does not exist");

    const dataset = await load({ "interactions.tsv": good }, { text: fourRows });
    const needed = await rejection(DatasetError, () => requireModality(dataset, "texts"));
    expect(needed.file).to.match(/texts\.npy$/);
    expect(needed.problem).to.equal('the model needs "texts" features, but the dataset has text');
    expect(needed.fix).to.include('"text"');
    const bare = await load({ "interactions.tsv": good });
    expect((await rejection(DatasetError, () => requireModality(bare, "text"))).problem).to.include(
      "has none",
    );
  });

  const badDescriptions = [
    ["{", "this is not JSON"],
    ["[]", "dataset.json must be of type object, found []"],
    ["null", "dataset.json must be of type object, found null"],
    ['{"user": 3}', 'dataset.json has an unknown key "user" (the nearest is "users")'],
    ['{"users": 0}', '"users" must be >= 1, found 0'],
    ['{"items": 2.5}', '"items" must be of type integer, found 2.5'],
    ['{"items": "4"}', '"items" must be of type integer, found "4"'],
    ['{"items": 2147483648}', '"items" must be <= 2147483647'],
    ['{"name": ""}', '"name" must NOT have fewer than 1 characters'],
    ['{"format": "mmkit"}', '"format" must be "mmkit-dataset", found "mmkit"'],
    ['{"version": "1"}', '"version" must be 1, found "1"'],
    ['{"version": 2}', "version 2 of the dataset format, this mmkit reads version 1"],
    ['{"modalities": "text"}', '"modalities" must be of type array, found "text"'],
    ['{"modalities": ["../text"]}', '"modalities[0]" must match pattern'],
    ['{"modalities": ["text", "text"]}', '"modalities" must NOT have duplicate items'],
    ['{"users": 0, "nme": "x"}', '(the nearest is "name"); "users" must be >= 1'],
  ] as const;
  for (const [text, problem] of badDescriptions) {
    it(`with the dataset.json ${text}`, async () => {
      const error = await errorOf({ "interactions.tsv": good, "dataset.json": text });
      expect(error.file).to.match(/dataset\.json$/);
      expect(error.problem).to.include(problem);
    });
  }

  const badTables = [
    ["name\n", 1, 'no column "item_id"'],
    ["item_id\tname\n0\n", 2, "the line has 1 fields, the header 2"],
    ["item_id\tname\n0\ta\nx\tb\n", 3, 'item_id "x" is not an id'],
    ["item_id\tname\n0\ta\n1\tb\n0\tc\n", 4, "item_id 0 stands on line 2 already"],
    ["item_id\tname\n9\ta\n", 2, "item_id 9 is out of range"],
  ] as const;
  for (const [table, line, problem] of badTables) {
    it(`with the items.tsv ${JSON.stringify(table)}`, async () => {
      const sizes = JSON.stringify({ items: 4 });
      const error = await errorOf({ "interactions.tsv": good, "dataset.json": sizes, "items.tsv": table });
      expect(error.file).to.match(/items\.tsv$/);
      expect(error.line).to.equal(line);
      expect(error.problem).to.include(problem);
    });
  }
});

describe("the real datasets", function () {
  const root = process.env["MMKIT_DATA"] ?? join(process.cwd(), "..", "shared", "data");
  before(function () {
    if (existsSync(join(root, "lastfm-mini"))) return;
    console.log(`      (no data sets in ${root}; set MMKIT_DATA to test with them)`);
    this.skip();
  });

  it("lastfm-mini has the counts of its description", async () => {
    const dataset = await loadDataset(join(root, "lastfm-mini"));
    expect([dataset.users, dataset.items, dataset.name]).to.deep.equal([400, 500, "lastfm-mini"]);
    expect(dataset.counts).to.deep.equal({ train: 8756, valid: 985, test: 1381 });
    expect(requireModality(dataset, "text").size).to.equal(384);
    expect(requireModality(dataset, "audio_vggish").size).to.equal(128);
    expect(dataset.itemTable?.text("name", 0)).to.equal("New Order");
    expect(dataset.itemTable?.columns).to.include("tags");
  });

  it("every folder with interactions loads", async () => {
    const folders = (await readdir(root, { recursive: true }))
      .filter((name) => name.endsWith("interactions.tsv"))
      .map((name) => join(root, name, ".."));
    expect(folders.length).to.be.greaterThan(0);
    for (const folder of folders) {
      const dataset = await loadDataset(folder);
      expect(dataset.counts.train, folder).to.be.greaterThan(0);
    }
  });
});

describe("a folder name", () => {
  it("is the dataset's name where none is stated", async () => {
    await withFolder({}, async (folder) => {
      const inner = join(folder, "my-set");
      await mkdir(inner);
      await writeFile(join(inner, "interactions.tsv"), good);
      expect((await loadDataset(inner)).name).to.equal("my-set");
    });
  });
});
