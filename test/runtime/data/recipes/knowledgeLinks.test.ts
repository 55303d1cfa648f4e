import { expect } from "chai";
import { DatasetError } from "../../../../runtime/data/datasetError.js";
import type { Dataset } from "../../../../runtime/data/dataset.js";
import { RecipeError } from "../../../../runtime/data/recipe.js";
import { entryRows, type SparseMatrix } from "../../../../runtime/data/sparseMatrix.js";
import type { TextTable } from "../../../../runtime/data/textTable.js";
import { withKnowledge, type TripleOfIds } from "../knowledgeDataset.js";
import { denseEntry, makeDense, makeSparse, sparseEntry } from "../recipeContext.js";
import { rejection } from "../rejection.js";
import { datasetOf, featuresOf } from "../smallDataset.js";

type Arguments = Readonly<Record<string, string | number | boolean | readonly string[]>>;

const linksEntry = (given: Arguments, row = "item"): ReturnType<typeof sparseEntry> =>
  sparseEntry({ kind: "knowledgeLinks", source: "file", ...given }, row, "entity");

const pairsOf = (matrix: SparseMatrix): number[][] =>
  [...entryRows(matrix)].map((row, entry) => [row, matrix.columnIds[entry]!]);

async function relationsOf(dataset: Dataset, given: Arguments, heads = "item"): Promise<number[]> {
  const call = { kind: "linkRelations", source: "file", heads, ...given };
  const { data, dims } = await makeDense(denseEntry(call, ["graph_entry", "relation"]), dataset);
  return Array.from({ length: dims[0]! }, (_, link) => {
    const row = (data as Float32Array).subarray(link * dims[1]!, (link + 1) * dims[1]!);
    expect([...row].sort()).to.deep.equal([...new Array<number>(dims[1]! - 1).fill(0), 1]);
    return row.indexOf(1);
  });
}

/** Items 0 to 2; things 3 to 6, of which 4 stands in no triple of an item. The first triple is there twice. */
const triples: readonly TripleOfIds[] = [
  [2, 0, 6],
  [0, 1, 3],
  [0, 0, 3],
  [1, 0, 3],
  [0, 1, 2],
  [2, 0, 6],
  [4, 1, 0],
];

describe("the recipe knowledgeLinks", () => {
  it("links items to entities with ids of their own, triples of two relations apart", async () => {
    await withKnowledge(triples, async (dataset) => {
      const made = await makeSparse(linksEntry({}), dataset);
      // Entities are 2 (an item as a tail), 3 and 6, in this order.
      expect([made.rows, made.columns]).to.deep.equal([3, 3]);
      const pairs = [
        [0, 0],
        [0, 1],
        [0, 1],
        [1, 1],
        [2, 2],
      ];
      expect(pairsOf(made)).to.deep.equal(pairs);
      expect([...made.values]).to.deep.equal([1, 1, 1, 1, 1]);
      expect(await relationsOf(dataset, {})).to.deep.equal([1, 0, 1, 0, 0]);
    });
  });

  it("numbers items as the first entities where asked to", async () => {
    await withKnowledge(triples, async (dataset) => {
      const made = await makeSparse(linksEntry({ withItems: true }), dataset);
      expect(made.columns).to.equal(5);
      expect(pairsOf(made).map(([, tail]) => tail)).to.deep.equal([2, 3, 3, 3, 4]);
    });
  });

  it("links entities both ways, with one relation per pair and the inverse ones after the others", async () => {
    await withKnowledge(triples, async (dataset) => {
      const made = await makeSparse(linksEntry({}, "entity"), dataset);
      // Of thing 5, which stands in no triple, there is no entity: 6 becomes 5.
      expect([made.rows, made.columns]).to.deep.equal([6, 6]);
      const expected: readonly TripleOfIds[] = [
        [0, 1, 2],
        [0, 0, 3],
        [0, 3, 4],
        [1, 0, 3],
        [2, 3, 0],
        [2, 0, 5],
        [3, 2, 0],
        [3, 2, 1],
        [4, 1, 0],
        [5, 2, 2],
      ];
      expect(pairsOf(made)).to.deep.equal(expected.map(([head, , tail]) => [head, tail]));
      expect(await relationsOf(dataset, {}, "entity")).to.deep.equal(
        expected.map(([, relation]) => relation),
      );
    });
  });

  it("leaves out things that too few items are linked to, but no items", async () => {
    await withKnowledge(triples, async (dataset) => {
      const made = await makeSparse(linksEntry({ minItems: 2 }), dataset);
      expect(pairsOf(made)).to.deep.equal([
        [0, 0],
        [0, 1],
        [0, 1],
        [1, 1],
      ]);
      const error = await rejection(DatasetError, () =>
        withKnowledge([[0, 0, 3]], (one) => makeSparse(linksEntry({ minItems: 3 }), one)),
      );
      expect(error.problem).to.equal("no item is linked to anything: of 1 triples none is left");
      expect(error.fix).to.include("lower minItems");
    });
  });

  it("draws at most so many links of a head, once and with the seed", async () => {
    const many = Array.from({ length: 20 }, (_, tail): TripleOfIds => [0, tail % 2, 3 + tail]);
    await withKnowledge([...many, [1, 0, 3]], async (dataset) => {
      const draw = async (seed: number): Promise<number[][]> =>
        pairsOf(await makeSparse(linksEntry({ perHead: 4 }), dataset, { seed }));
      const drawn = await draw(1);
      expect(drawn.map(([item]) => item)).to.deep.equal([0, 0, 0, 0, 1]);
      expect(await draw(1)).to.deep.equal(drawn);
      expect(await draw(2)).to.not.deep.equal(drawn);
      const all = await makeSparse(linksEntry({}), dataset);
      for (const pair of drawn) expect(pairsOf(all)).to.deep.include(pair);
    });
  });

  it("links all items to one thing per modality from source hub", async () => {
    const dataset = datasetOf({ users: 1, items: 3 }, { train: [[0, 0]] });
    const hub = { source: "hub", modalities: ["image", "text"] };
    expect(pairsOf(await makeSparse(linksEntry(hub), dataset))).to.deep.equal(
      [0, 1, 2].flatMap((item) => [
        [item, 0],
        [item, 1],
      ]),
    );
    expect(await relationsOf(dataset, hub)).to.deep.equal([0, 1, 0, 1, 0, 1]);
    const error = await rejection(DatasetError, () => makeSparse(linksEntry({ source: "hub" }), dataset));
    expect(error.problem).to.equal('knowledge from "hub" is made of modalities, but none are named');
  });

  it("links items to clusters of their features, items without features to none", async () => {
    const dataset = datasetOf({ users: 1, items: 5 }, { train: [[0, 0]] }, [
      featuresOf("image", [
        [9, 9],
        [1, 0],
        [9, 8],
        [0, 0],
        [1, 1],
      ]),
      featuresOf("text", [[1], [1], [1], [1], [2]]),
    ]);
    const given = { source: "clusters", modalities: ["image", "text"], clusters: 2 };
    const pairs = pairsOf(await makeSparse(linksEntry(given), dataset));
    const ofItem = (item: number): number[] =>
      pairs.filter(([head]) => head === item).map(([, tail]) => tail!);
    expect(ofItem(0)).to.deep.equal(ofItem(2));
    expect(ofItem(1)[0]).to.equal(ofItem(4)[0]).and.not.equal(ofItem(0)[0]);
    expect(ofItem(3)).to.deep.equal([ofItem(0)[1]]);
    expect(ofItem(4)[1]).to.not.equal(ofItem(0)[1]);
    const unknown = { ...given, modalities: ["audio"] };
    expect(
      (await rejection(DatasetError, () => makeSparse(linksEntry(unknown), dataset))).problem,
    ).to.include('needs "audio" features');
  });

  it("links items to the entries of columns of items.tsv", async () => {
    const rows = [
      ["Acme", "red, blue,red"],
      ["Bolt", ""],
      ["Acme", "blue"],
    ];
    const itemTable: TextTable = {
      file: "items.tsv",
      columns: ["brand", "colours"],
      size: 3,
      text: (column, id) => rows[id]?.[["brand", "colours"].indexOf(column)] ?? null,
      line: (id) => id + 2,
      checkSize: () => undefined,
    };
    const dataset = { ...datasetOf({ users: 1, items: 3 }, { train: [[0, 0]] }), itemTable };
    const given = { source: "metadata", columns: ["brand", "colours"] };
    // Acme 0, Bolt 1, red 2, blue 3.
    expect(pairsOf(await makeSparse(linksEntry(given), dataset))).to.deep.equal([
      [0, 0],
      [0, 2],
      [0, 3],
      [1, 1],
      [2, 0],
      [2, 3],
    ]);
    expect(await relationsOf(dataset, given)).to.deep.equal([0, 1, 1, 0, 0, 1]);
    const wrong = linksEntry({ source: "metadata", columns: ["colors"] });
    const error = await rejection(DatasetError, () => makeSparse(wrong, dataset));
    expect(error.problem).to.equal('there is no column "colors" (there are brand, colours)');
    expect(error.fix).to.include('"colours"');
    const none = await rejection(DatasetError, () => makeSparse(wrong, { ...dataset, itemTable: null }));
    expect(none.problem).to.equal("there is no items.tsv to take knowledge from");
  });

  it("says which entities are items", async () => {
    await withKnowledge(triples, async (dataset) => {
      const places = async (given: Arguments): Promise<SparseMatrix> =>
        makeSparse(
          sparseEntry({ kind: "itemEntities", source: "file", ...given }, "item", "entity"),
          dataset,
        );
      for (const [given, entities] of [
        [{ heads: "entity" }, 6],
        [{ heads: "item", withItems: true }, 5],
      ] as const) {
        const made = await places(given);
        expect([made.rows, made.columns]).to.deep.equal([3, entities]);
        expect(pairsOf(made)).to.deep.equal([
          [0, 0],
          [1, 1],
          [2, 2],
        ]);
        expect([...made.values]).to.deep.equal([1, 1, 1]);
      }
      const error = await rejection(RecipeError, () => places({ heads: "item" }));
      expect(error.problem).to.equal("items are not among the entities of these links");
    });
  });

  it("refuses fewer entities than asked for, other axes and wrong arguments", async () => {
    await withKnowledge(triples, async (dataset) => {
      const few = await rejection(RecipeError, () => makeSparse(linksEntry({ atLeast: 4 }), dataset));
      expect(few.problem).to.equal("there are 3 entities, fewer than the 4 that are kept of each row");
      const axes = await rejection(RecipeError, () => makeSparse(linksEntry({}, "user"), dataset));
      expect(axes.problem).to.include("[item, entity] or [entity, entity]");
      for (const [given, problem] of [
        [{ perHead: -1 }, '"perHead" is -1'],
        [{ modalities: "image" }, '"modalities" is "image"'],
        [{ source: "files" }, '"source" is "files"'],
      ] as const) {
        const error = await rejection(RecipeError, () => makeSparse(linksEntry(given), dataset));
        expect(error.problem).to.equal(problem);
      }
      const dense = denseEntry({ kind: "linkRelations", source: "file", heads: "item" }, [
        "relation",
        "item",
      ]);
      expect((await rejection(RecipeError, () => makeDense(dense, dataset))).problem).to.include(
        "[any, relation]",
      );
    });
  });
});
