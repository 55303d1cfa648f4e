import { expect } from "chai";
import type { Dataset } from "../../../../runtime/data/dataset.js";
import { hostTensor } from "../../../../runtime/data/hostTensor.js";
import { RecipeError } from "../../../../runtime/data/recipe.js";
import { entryRows } from "../../../../runtime/data/sparseMatrix.js";
import { withKnowledge, type TripleOfIds } from "../knowledgeDataset.js";
import { denseEntry, makeDense, makeSparse, sparseEntry } from "../recipeContext.js";
import { rejection } from "../rejection.js";

/** Items 0 to 2 and things 3 to 5, which are the entities 0 to 2; relation 1 is the usual one of thing 5. */
const triples: readonly TripleOfIds[] = [
  [0, 0, 3],
  [0, 1, 3],
  [0, 0, 4],
  [1, 1, 5],
  [1, 2, 4],
  [2, 1, 5],
  [2, 0, 5],
];

interface Given {
  readonly newEdges?: string;
  readonly keepRate?: number;
  readonly reverses?: boolean;
}

/** [head, relation, tail] of the links that are made of entities [row, kept]. */
async function generated(
  dataset: Dataset,
  chosen: readonly (readonly number[])[],
  given: Given = {},
  more: { readonly seed?: number; readonly epoch?: number } = {},
  heads: "item" | "entity" = "item",
): Promise<number[][]> {
  const call = { source: "file", newEdges: "drop", keepRate: 1, ...given };
  const dims = [chosen.length, chosen[0]!.length];
  const computed = { entities: hostTensor("int32", dims, Int32Array.from(chosen.flat())) };
  const made = await makeSparse(sparseEntry({ kind: "generatedLinks", ...call }, heads, "entity"), dataset, {
    computed,
    ...more,
  });
  const mask = await makeDense(
    denseEntry({ kind: "generatedRelations", heads, ...call }, ["graph_entry", "relation"]),
    dataset,
    { computed, ...more },
  );
  const relations = mask.dims[1]!;
  expect(mask.dims[0]).to.equal(made.columnIds.length);
  return [...entryRows(made)].map((head, link) => [
    head,
    (mask.data as Float32Array).subarray(link * relations, (link + 1) * relations).indexOf(1),
    made.columnIds[link]!,
  ]);
}

describe("the recipe generatedLinks", () => {
  it("keeps chosen pairs that are linked, once, with their first relation", async () => {
    await withKnowledge(triples, async (dataset) => {
      // (0, 0) has two relations, (1, 0) is new, (2, 2) is chosen twice.
      const chosen = [
        [0, 1],
        [0, 2],
        [2, 2],
      ];
      expect(await generated(dataset, chosen)).to.deep.equal([
        [0, 0, 0],
        [0, 0, 1],
        [1, 1, 2],
        [2, 0, 2],
      ]);
    });
  });

  it("gives new pairs the entity's usual relation where asked to", async () => {
    await withKnowledge(triples, async (dataset) => {
      // Entity 2 is linked by relation 1 twice and 0 once; entity 1 by 0 and 2 once each, of which 0 is the first.
      const chosen = [[2], [0], [1]];
      expect(await generated(dataset, chosen)).to.deep.equal([]);
      expect(await generated(dataset, chosen, { newEdges: "byEntityType" })).to.deep.equal([
        [0, 1, 2],
        [1, 0, 0],
        [2, 0, 1],
      ]);
    });
  });

  it("adds the other direction between entities where asked to", async () => {
    await withKnowledge(triples, async (dataset) => {
      const chosen = [[3], [4], [5], [4], [1], [0]];
      const pairs = (links: number[][]): number[][] => links.map(([head, , tail]) => [head!, tail!]);
      const oneWay = await generated(dataset, chosen, {}, {}, "entity");
      expect(pairs(oneWay)).to.deep.equal([
        [0, 3],
        [1, 4],
        [2, 5],
        [4, 1],
      ]);
      const bothWays = await generated(dataset, chosen, { reverses: true }, {}, "entity");
      expect(bothWays).to.deep.equal([
        [0, 0, 3],
        [1, 2, 4],
        [2, 0, 5],
        [3, 3, 0],
        [4, 5, 1],
        [5, 3, 2],
      ]);
    });
  });

  it("keeps a share of the links, drawn anew every epoch and the same for equal seeds", async () => {
    const many = Array.from({ length: 300 }, (_, tail): TripleOfIds => [0, 0, 3 + tail]);
    await withKnowledge(many, async (dataset) => {
      const chosen = [many.map((_, entity) => entity), many.map(() => 0), many.map(() => 0)];
      const draw = (seed: number, epoch: number): Promise<number[][]> =>
        generated(dataset, chosen, { keepRate: 0.4 }, { seed, epoch });
      const first = await draw(1, 0);
      expect(first.length).to.be.within(80, 160);
      expect(await draw(1, 0)).to.deep.equal(first);
      expect(await draw(1, 1)).to.not.deep.equal(first);
      expect(await draw(2, 0)).to.not.deep.equal(first);
    });
  });

  it("refuses values of another kind or size, and other rules", async () => {
    await withKnowledge(triples, async (dataset) => {
      const wrongRows = await rejection(RecipeError, () => generated(dataset, [[0], [0]]));
      expect(wrongRows.problem).to.equal("the model computed Int32Array [2, 1], not entity ids of 3 rows");
      const entry = sparseEntry(
        { kind: "generatedLinks", source: "file", newEdges: "drop", keepRate: 1 },
        "item",
        "entity",
      );
      const none = await rejection(RecipeError, () => makeSparse(entry, dataset));
      expect(none.problem).to.include('it needs the value "entities"');
      const floats = { entities: hostTensor("float32", [3, 1], new Float32Array(3)) };
      const wrong = await rejection(RecipeError, () => makeSparse(entry, dataset, { computed: floats }));
      expect(wrong.problem).to.include("Float32Array [3, 1]");
      const rate = await rejection(RecipeError, () => generated(dataset, [[0], [0], [0]], { keepRate: 1.5 }));
      expect(rate.message).to.include('"keepRate" is 1.5. It must be a number from 0 to 1');
      const rule = await rejection(RecipeError, () =>
        generated(dataset, [[0], [0], [0]], { newEdges: "keep" }),
      );
      expect(rule.problem).to.equal('"newEdges" is "keep"');
    });
  });
});
