import { expect } from "chai";
import { readFile } from "node:fs/promises";
import type { Dataset } from "../../../../runtime/data/dataset.js";
import { knowledgeGraphOf } from "../../../../runtime/data/knowledgeGraph.js";
import { RecipeError } from "../../../../runtime/data/recipe.js";
import { runRecipe } from "../../../../runtime/data/recipes.js";
import { slicedEll } from "../../../../runtime/data/slicedEll.js";
import { entryRows, type SparseMatrix } from "../../../../runtime/data/sparseMatrix.js";
import { withKnowledge, type TripleOfIds } from "../knowledgeDataset.js";
import { denseEntry, makeDense, makeSparse, sparseEntry } from "../recipeContext.js";
import { rejection } from "../rejection.js";

/** Items 0 to 2, attributes 3 and 4, relations 0 and 1; (0, 3) is linked twice, (2, 0, 4) stands there twice. */
const graph: readonly TripleOfIds[] = [
  [2, 0, 4],
  [0, 1, 3],
  [0, 0, 4],
  [0, 0, 3],
  [2, 0, 4],
  [1, 1, 3],
];

const pairsOf = (matrix: SparseMatrix): number[][] => {
  const rows = entryRows(matrix);
  return Array.from(matrix.columnIds, (column, entry) => [rows[entry]!, column]);
};

const byEntity = (
  dataset: Dataset,
  call: Record<string, unknown> = {},
  overrides = {},
): Promise<SparseMatrix> =>
  makeSparse(
    sparseEntry({ kind: "triples", inverse: false, ...call }, "entity", "entity"),
    dataset,
    overrides,
  );

const relations = async (
  dataset: Dataset,
  call: Record<string, unknown> = {},
  overrides = {},
): Promise<number[]> => {
  const entry = denseEntry({ kind: "tripleRelations", inverse: false, ...call }, ["kg_entry"], "int32");
  return Array.from((await makeDense(entry, dataset, overrides)).data as Int32Array);
};

const headRelations = (dataset: Dataset, inverse: boolean): Promise<SparseMatrix> =>
  makeSparse(sparseEntry({ kind: "headRelations", inverse }, "entity", "relation"), dataset);

describe("the recipe triples", () => {
  it("makes one entry per triple by head, tail and relation, parallel ones between the same entities", () =>
    withKnowledge(graph, async (dataset) => {
      const made = await byEntity(dataset);
      expect([made.rows, made.columns]).to.deep.equal([5, 5]);
      expect(pairsOf(made)).to.deep.equal([
        [0, 3],
        [0, 3],
        [0, 4],
        [1, 3],
        [2, 4],
      ]);
      expect(Array.from(made.values)).to.deep.equal([1, 1, 1, 1, 1]);
      expect(await relations(dataset)).to.deep.equal([0, 1, 0, 1, 0]);
    }));

  it("adds inverse triples with relations of their own", () =>
    withKnowledge(graph, async (dataset) => {
      const pairs = pairsOf(await byEntity(dataset, { inverse: true }));
      const ids = await relations(dataset, { inverse: true });
      expect(pairs.map((pair, index) => [...pair, ids[index]])).to.deep.equal([
        [0, 3, 0],
        [0, 3, 1],
        [0, 4, 0],
        [1, 3, 1],
        [2, 4, 0],
        [3, 0, 2],
        [3, 0, 3],
        [3, 1, 3],
        [4, 0, 2],
        [4, 2, 2],
      ]);
    }));

  it("says how many relations there are, inverse ones included", () =>
    withKnowledge(graph, async (dataset) => {
      for (const [inverse, count] of [
        [false, 2],
        [true, 4],
      ] as const) {
        const entry = denseEntry({ kind: "tripleRelations", inverse }, ["kg_entry"], "int32");
        const quiet = { seed: 1, epoch: 0, computed: {}, previous: null, progress: () => undefined };
        const result = await runRecipe({
          ...{ ...quiet, entry, dataset, note: () => undefined },
          runGraph: () => Promise.reject(new Error("no graph is needed")),
          fitTile: () => Promise.reject(new Error("no graph is needed")),
        });
        expect(result).to.include({ kind: "dense", indexed: count });
      }
    }));

  for (const inverse of [false, true]) {
    it(`has the pairs of headRelations as rows${inverse ? ", inverse ones included" : ""}`, () =>
      withKnowledge(graph, async (dataset) => {
        const pairs = await headRelations(dataset, inverse);
        const heads = entryRows(pairs);
        const made = await makeSparse(
          sparseEntry({ kind: "triples", inverse }, "kg_pairs_entry", "entity"),
          dataset,
        );
        expect(made.rows).to.equal(heads.length);
        const found = pairsOf(made).map(([pair, tail]) => [heads[pair!], pairs.columnIds[pair!], tail]);
        const forward = [...new Map(graph.map((triple) => [triple.join(), triple])).values()];
        const all = forward.flatMap(([h, r, t]) =>
          inverse
            ? [
                [h, r, t],
                [t, r + 2, h],
              ]
            : [[h, r, t]],
        );
        const key = ([h, r, t]: readonly (number | undefined)[]): number => (h! * 10 + r!) * 10 + t!;
        expect(found).to.deep.equal(all.sort((a, b) => key(a) - key(b)));
      }));
  }

  it("makes parallel entries that the groups of a sparse product hold each for itself, both ways", () =>
    withKnowledge(graph, async (dataset) => {
      const made = await byEntity(dataset, { inverse: true });
      const weighted = { ...made, values: Float32Array.from(made.values, (_, entry) => 2 ** entry) };
      const { tensors } = slicedEll("kg", weighted, 3, () => true);
      for (const orientation of ["rows", "columns"]) {
        const seen: number[] = [];
        for (let group = 0; group < 3; group++) {
          const entries = tensors.get(`kg/${orientation}/group_${group}/entries`)!.data as Int32Array;
          const weights = tensors.get(`kg/${orientation}/group_${group}/weights`)!.data as Float32Array;
          entries.forEach((entry, cell) => {
            if (entry === made.columnIds.length) return;
            seen.push(entry);
            expect(weights[cell]).to.equal(2 ** entry);
          });
        }
        expect(seen.sort((a, b) => a - b)).to.deep.equal(Array.from(made.columnIds, (_, entry) => entry));
      }
    }));

  it("reads the knowledge graph of a dataset once", () =>
    withKnowledge(graph, async (dataset) => {
      const first = await knowledgeGraphOf(dataset);
      expect(await readFile(`${dataset.folder}/kg_triples.tsv`, "utf8")).to.include("head");
      expect(await knowledgeGraphOf(dataset)).to.equal(first);
    }));

  it("refuses other axes", () =>
    withKnowledge(graph, async (dataset) => {
      const other = sparseEntry({ kind: "triples", inverse: false }, "entity", "item");
      const error = await rejection(RecipeError, () => makeSparse(other, dataset));
      expect(error.problem).to.match(/^it makes a sparse \[entity, entity\]/);
      const dense = denseEntry({ kind: "triples", inverse: false }, ["entity"]);
      await rejection(RecipeError, () => makeDense(dense, dataset));
      const pairs = sparseEntry({ kind: "headRelations", inverse: false }, "item", "relation");
      await rejection(RecipeError, () => makeSparse(pairs, dataset));
    }));
});

describe("the recipe prunedTriples", () => {
  /** Entity 0 has ten tails of degree 1, entities 20 to 29 share the tails 40 to 49. */
  const uneven: TripleOfIds[] = [];
  for (let n = 0; n < 10; n++) {
    uneven.push([30 + n, 0, 60 + n]);
    for (let m = 0; m < 10; m++) uneven.push([20 + n, 0, 40 + m]);
  }

  it("keeps the asked share, each triple with its inverse, another choice every epoch, the same when asked again", () =>
    withKnowledge(uneven, async (dataset) => {
      const call = { kind: "prunedTriples", ratio: 0.25, inverse: true };
      const draw = async (epoch: number): Promise<string[]> =>
        pairsOf(await byEntity(dataset, call, { epoch })).map((pair) => pair.join());
      const first = await draw(0);
      expect(first).to.have.length(2 * Math.round(0.75 * uneven.length));
      expect(new Set(first).size).to.equal(first.length);
      for (const pair of first) expect(first).to.include(pair.split(",").reverse().join());
      expect(await draw(0)).to.deep.equal(first);
      expect(await draw(1)).not.to.deep.equal(first);
      const ids = await relations(dataset, { inverse: true, ratio: 0.25 }, { epoch: 0 });
      expect(ids).to.deep.equal(first.map((pair) => (Number(pair.split(",")[0]) < 40 ? 0 : 1)));
    }));

  it("prefers triples between entities of few triples, by 1 / √(d_h d_t)", () =>
    withKnowledge(uneven, async (dataset) => {
      let rare = 0;
      const draws = 200;
      const call = { kind: "prunedTriples", ratio: 0.5, inverse: false };
      for (let epoch = 0; epoch < draws; epoch++) {
        const pairs = pairsOf(await byEntity(dataset, call, { epoch }));
        rare += pairs.filter(([head]) => head! >= 30).length;
      }
      // Weights 1 against 1/10 for ten times as many: rare ones are nearly always among the half that is kept.
      expect(rare / (10 * draws)).to.be.within(0.97, 1);
    }));

  it("refuses a share that is not at least 0 and below 1", () =>
    withKnowledge(graph, async (dataset) => {
      for (const ratio of [1, -0.1, "half"]) {
        const error = await rejection(RecipeError, () => byEntity(dataset, { kind: "prunedTriples", ratio }));
        expect(error.fix).to.equal("It must be a number of at least 0 and below 1");
      }
    }));
});
