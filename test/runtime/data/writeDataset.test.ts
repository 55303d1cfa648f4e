import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { DatasetError } from "../../../runtime/data/datasetError.js";
import type { DatasetContents } from "../../../runtime/data/datasetContents.js";
import { writeDataset } from "../../../runtime/data/writeDataset.js";
import { loadKnowledgeGraph } from "../../../runtime/data/knowledgeGraph.js";
import { writeNpy } from "../../../runtime/data/npy.js";
import { Random } from "../../../runtime/data/random.js";
import { rejection } from "./rejection.js";
import { withFolder } from "./temporaryFolder.js";

const contents = {
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
} satisfies DatasetContents;

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

  it("holds keys, further columns, a knowledge graph, missing features, half precision and further files", async () => {
    await withFolder({}, async (parent) => {
      const folder = join(parent, "rich");
      await writeDataset(folder, {
        ...contents,
        interactions: {
          train: { userIds: [0, 1], itemIds: [1, 0], columns: { timestamp: [10, 20] } },
          valid: { userIds: [0], itemIds: [0], columns: { timestamp: [30] } },
          test: { userIds: [], itemIds: [], columns: { timestamp: [] } },
        },
        features: {
          text: { size: 2, data: Float32Array.of(NaN, 2, 0.1, 4), missing: [0], precision: "float16" },
        },
        userKeys: ["ann", "bob", "eve"],
        itemKeys: ["B7", "B9"],
        knowledgeGraph: {
          heads: [0, 1],
          relations: [0, 0],
          tails: [2, 0],
          entityColumns: { kind: ["item", "item", "brand"] },
          relationColumns: { name: ["made_by"] },
        },
        source: { from: "a test" },
        files: {
          "image.npy": (path) =>
            writeNpy(path, { dtype: "float32", shape: [2, 1], data: Float32Array.of(7, 8) }),
        },
      });
      expect(await readFile(join(folder, "interactions.tsv"), "utf8")).to.equal(
        "user_id\titem_id\tsplit\ttimestamp\n0\t1\ttrain\t10\n1\t0\ttrain\t20\n0\t0\tvalid\t30\n",
      );
      expect(await readFile(join(folder, "missing.tsv"), "utf8")).to.equal("item_id\tmodality\n0\ttext\n");
      const dataset = await loadDataset(folder);
      const text = dataset.modalities.get("text")!;
      expect([[...text.missing], [...text.data]]).to.deep.equal([[0], [0, 0, 0.0999755859375, 4]]);
      expect([...dataset.modalities.get("image")!.data]).to.deep.equal([7, 8]);
      expect(dataset.keys.users!.keys()).to.deep.equal(["ann", "bob", "eve"]);
      expect([dataset.keys.items!.key(1), dataset.itemTable!.text("name", 1)]).to.deep.equal(["B9", "One"]);
      expect(dataset.source).to.deep.equal({ from: "a test" });
      const graph = await loadKnowledgeGraph(dataset);
      expect([graph.entities, graph.relations, [...graph.tails]]).to.deep.equal([3, 1, [2, 0]]);
      expect(graph.entityTable!.text("kind", 2)).to.equal("brand");
    });
  });

  it("is what was written, whatever the sizes, splits and missing items", async () => {
    const random = new Random(5, "round trip");
    await withFolder({}, async (parent) => {
      for (let trial = 0; trial < 20; trial++) {
        const users = 1 + random.below(9);
        const items = 1 + random.below(9);
        const pairs = (least: number): { userIds: number[]; itemIds: number[] } => {
          const cells = Array.from({ length: users * items }, (_, cell) => cell);
          const chosen = cells.filter(() => random.below(10) < 4).concat(least > 0 ? [0] : []);
          const cellsOnce = [...new Set(chosen)].sort((left, right) => left - right);
          return {
            userIds: cellsOnce.map((cell) => Math.floor(cell / items)),
            itemIds: cellsOnce.map((cell) => cell % items),
          };
        };
        const size = 1 + random.below(4);
        const missing = Array.from({ length: items }, (_, item) => item).filter(() => random.below(10) < 3);
        const data = Float32Array.from({ length: items * size }, () => random.normal());
        const written: DatasetContents = {
          name: `trial ${trial}`,
          users,
          items,
          interactions: { train: pairs(1), valid: pairs(0), test: pairs(0) },
          features: { text: { size, data, missing } },
          itemKeys: Array.from({ length: items }, (_, item) => `key ${random.below(1000)}/${item}`),
        };
        const folder = join(parent, String(trial));
        await writeDataset(folder, written);
        const read = await loadDataset(folder);
        expect([read.name, read.users, read.items]).to.deep.equal([written.name, users, items]);
        expect([...read.train.itemIds]).to.deep.equal(written.interactions!.train.itemIds);
        expect(read.keys.items!.keys()).to.deep.equal(written.itemKeys);
        const text = read.modalities.get("text")!;
        expect([...text.missing]).to.deep.equal(missing);
        expect([...text.data]).to.deep.equal(
          [...data].map((value, at) => (missing.includes(Math.floor(at / size)) ? 0 : value)),
        );
      }
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
    [
      "with columns of interactions in one split only",
      {
        interactions: {
          ...contents.interactions,
          train: { userIds: [0], itemIds: [0], columns: { rating: [5] } },
        },
      },
      "valid has the columns [], train has [rating]",
    ],
    [
      "with too few values in a column of interactions",
      {
        interactions: {
          train: { userIds: [0], itemIds: [0], columns: { rating: [] } },
          valid: { ...nothing, columns: { rating: [] } },
          test: { ...nothing, columns: { rating: [] } },
        },
      },
      'column "rating" of train has 0 values for 1 interactions',
    ],
    ["with a key twice", { itemKeys: ["B7", "B7"] }, 'item 1 has the key "B7", which is item 0\'s already'],
    ["with an empty key", { userKeys: ["ann", "", "eve"] }, "user 1 has no key"],
    ["with too few keys", { userKeys: ["ann"] }, 'column "key" has 1 texts for 3 users'],
    [
      "with a missing item beyond their number",
      { features: { text: { size: 1, data: new Float32Array(2), missing: [2] } } },
      "item id 2 is not an integer from 0 to 1",
    ],
    [
      "with triples of different lengths",
      { knowledgeGraph: { heads: [0], relations: [], tails: [1] } },
      "there are 1 heads, 0 relations and 1 tails",
    ],
    [
      "with a triple of an unknown entity",
      {
        knowledgeGraph: { heads: [0], relations: [0], tails: [2], entityColumns: { kind: ["item", "item"] } },
      },
      "entity id 2 is not an integer from 0 to 1",
    ],
    [
      "with a further file that the contents make",
      { files: { "interactions.tsv": () => Promise.resolve() } },
      "make a interactions.tsv already",
    ],
    ["with a further file elsewhere", { files: { "../x": () => Promise.resolve() } }, "is no file name"],
    ["with a tab in a text", { itemColumns: { name: ["Zero", "O\tne"] } }, "a tab or a line break"],
  ];
  it("without interactions is refused", async () => {
    const error = await rejection(DatasetError, () =>
      writeDataset("/nowhere/toy", { name: "toy", users: 1, items: 1 }),
    );
    expect(error.problem).to.equal("there are no interactions");
  });

  it("with values too large for float16 is refused, and nothing is left behind", async () => {
    await withFolder({}, async (parent) => {
      const features = { text: { size: 1, data: Float32Array.of(1, 7e4), precision: "float16" } } as const;
      const error = await rejection(DatasetError, () =>
        writeDataset(join(parent, "toy"), { ...contents, features }),
      );
      expect(error.problem).to.equal("element 1 is 70000, float16 ends at 65504");
      expect(await readdir(parent)).to.deep.equal([]);
    });
  });

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
