import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { DatasetError } from "../../../runtime/data/datasetError.js";
import { writeDataset, type DatasetContents } from "../../../runtime/data/writeDataset.js";
import { rejection } from "./rejection.js";
import { withFolder } from "./temporaryFolder.js";

const contents: DatasetContents = {
  name: "toy",
  users: 3,
  items: 2,
  interactions: {
    train: { userIds: [0, 1], itemIds: [1, 0] },
    valid: { userIds: [0], itemIds: [0] },
    test: { userIds: new Int32Array(0), itemIds: new Int32Array(0) },
  },
  features: {
    text: { size: 2, data: Float32Array.of(1, 2, 3, 4) },
    image: { size: 1, data: Float32Array.of(5, 6) },
  },
  itemColumns: { name: ["Zero", "One"], tags: ["a,b", ""] },
  groups: { warm: [0] },
};

describe("a written dataset", () => {
  it("is what loadDataset reads, and nothing else is left behind", async () => {
    await withFolder({}, async (parent) => {
      const folder = join(parent, "deeper", "toy");
      await writeDataset(folder, contents);
      expect(await readdir(join(parent, "deeper"))).to.deep.equal(["toy"]);
      const dataset = await loadDataset(folder);
      expect([dataset.name, dataset.users, dataset.items]).to.deep.equal(["toy", 3, 2]);
      expect(dataset.counts).to.deep.equal({ train: 2, valid: 1, test: 0 });
      expect([...dataset.train.itemIds]).to.deep.equal([1, 0]);
      expect([...dataset.modalities.get("text")!.data]).to.deep.equal([1, 2, 3, 4]);
      expect(dataset.itemTable?.text("tags", 0)).to.equal("a,b");
      expect(dataset.groups).to.deep.equal({ warm: [0] });
      const again = join(parent, "again");
      await writeDataset(again, contents);
      expect((await loadDataset(again)).checksum).to.equal(dataset.checksum);
    });
  });

  it("needs neither features nor texts", async () => {
    await withFolder({}, async (parent) => {
      const { name, users, items, interactions } = contents;
      await writeDataset(join(parent, "bare"), { name, users, items, interactions });
      expect((await readdir(join(parent, "bare"))).sort()).to.deep.equal([
        "dataset.json",
        "interactions.tsv",
      ]);
      expect((await loadDataset(join(parent, "bare"))).modalities.size).to.equal(0);
    });
  });

  it("replaces an existing folder only with force, and then as a whole", async () => {
    await withFolder({}, async (parent) => {
      const folder = join(parent, "toy");
      await writeDataset(folder, contents);
      await writeFile(join(folder, "stale.npy"), "old");
      const other = { ...contents, name: "other" };
      const error = await rejection(DatasetError, () => writeDataset(folder, other));
      expect([error.file, error.problem]).to.deep.equal([folder, "the folder exists already"]);
      expect(await readFile(join(folder, "stale.npy"), "utf8")).to.equal("old");
      await writeDataset(folder, other, { force: true });
      expect((await loadDataset(folder)).name).to.equal("other");
      expect(await readdir(folder)).not.to.include("stale.npy");
      expect(await readdir(parent)).to.deep.equal(["toy"]);
    });
  });

  const nothing = { userIds: [], itemIds: [] };
  const bad: readonly (readonly [string, Partial<DatasetContents>, string])[] = [
    [
      "without training interactions",
      { interactions: { train: nothing, valid: nothing, test: nothing } },
      "no training",
    ],
    [
      "with a user beyond their number",
      { interactions: { ...contents.interactions, test: { userIds: [3], itemIds: [0] } } },
      "user id 3 is not an integer from 0 to 2",
    ],
    [
      "with an item id that is no integer",
      { interactions: { ...contents.interactions, valid: { userIds: [0], itemIds: [0.5] } } },
      "item id 0.5 is not an integer from 0 to 1",
    ],
    [
      "with lists of different lengths",
      { interactions: { ...contents.interactions, valid: { userIds: [0, 1], itemIds: [0] } } },
      "valid has 2 users but 1 items",
    ],
    [
      "with too few features",
      { features: { text: { size: 2, data: new Float32Array(3) } } },
      "3 values are not 2 items",
    ],
    [
      "with a NaN feature",
      { features: { text: { size: 2, data: Float32Array.of(1, 2, 3, NaN) } } },
      "row 1, column 1 is NaN",
    ],
    [
      "with a modality that is no file stem",
      { features: { "a/b": { size: 1, data: new Float32Array(2) } } },
      "no file stem",
    ],
    ["with too few texts", { itemColumns: { name: ["Zero"] } }, 'column "name" has 1 texts for 2 items'],
    ["with a tab in a text", { itemColumns: { name: ["Zero", "O\tne"] } }, "a tab or a line break"],
  ];
  for (const [label, change, problem] of bad) {
    it(`${label} is refused before anything is written`, async () => {
      await withFolder({}, async (parent) => {
        const error = await rejection(DatasetError, () =>
          writeDataset(join(parent, "toy"), { ...contents, ...change }, { force: true }),
        );
        expect(error.problem).to.include(problem);
        expect(await readdir(parent)).to.deep.equal([]);
      });
    });
  }
});
