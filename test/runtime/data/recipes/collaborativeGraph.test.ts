import { expect } from "chai";
import { collaborativeGraphOf } from "../../../../runtime/data/collaborativeGraph.js";
import type { Dataset } from "../../../../runtime/data/dataset.js";
import { RecipeError } from "../../../../runtime/data/recipe.js";
import { runRecipe } from "../../../../runtime/data/recipes.js";
import { entryRows, type SparseMatrix } from "../../../../runtime/data/sparseMatrix.js";
import { withKnowledge, type TripleOfIds } from "../knowledgeDataset.js";
import { denseEntry, makeDense, makeSparse, sparseEntry } from "../recipeContext.js";
import { rejection } from "../rejection.js";
import { datasetOf } from "../smallDataset.js";

/** Users 0 and 1 are nodes 0 and 1; items 0 to 2 are nodes 2 to 4, attribute 3 is node 5. */
const interactions = datasetOf(
  { users: 2, items: 3 },
  {
    train: [
      [0, 0],
      [0, 2],
      [1, 0],
    ],
    test: [[1, 1]],
  },
);
/** Relation 0 becomes 1, its inverse 3; interactions are relation 0, their inverse 2. */
const triples: readonly TripleOfIds[] = [
  [0, 0, 3],
  [2, 0, 3],
  [0, 0, 1],
];

const joined = { inverse: true, interactions: true };
const using = <Result>(use: (dataset: Dataset) => Promise<Result>): Promise<Result> =>
  withKnowledge(triples, use, interactions);
const pairsOf = (dataset: Dataset): Promise<SparseMatrix> =>
  makeSparse(sparseEntry({ kind: "headRelations", ...joined }, "node", "relation"), dataset);
const edgesOf = (dataset: Dataset): Promise<SparseMatrix> =>
  makeSparse(sparseEntry({ kind: "triples", ...joined }, "pairs_entry", "node"), dataset);
const cells = (matrix: SparseMatrix): number[][] => {
  const rows = entryRows(matrix);
  return Array.from(matrix.columnIds, (column, entry) => [rows[entry]!, column]);
};

describe("the graph that interactions are joined to", () => {
  it("has users before entities, training interactions as relation 0, and the others after it", () =>
    using(async (dataset) => {
      const graph = await collaborativeGraphOf(dataset);
      expect([graph.entities, graph.relations]).to.deep.equal([6, 2]);
      expect(Array.from(graph.heads)).to.deep.equal([0, 0, 1, 2, 4, 2]);
      expect(Array.from(graph.relationIds)).to.deep.equal([0, 0, 0, 1, 1, 1]);
      expect(Array.from(graph.tails)).to.deep.equal([2, 4, 2, 5, 5, 3]);
      expect(await collaborativeGraphOf(dataset)).to.equal(graph);
    }));

  it("has a pair for every head and relation, interactions and triples both ways", () =>
    using(async (dataset) => {
      const pairs = await pairsOf(dataset);
      expect([pairs.rows, pairs.columns]).to.deep.equal([6, 4]);
      const expected = [
        ...[
          [0, 0],
          [1, 0],
        ],
        ...[
          [2, 1],
          [2, 2],
        ],
        [3, 3],
        ...[
          [4, 1],
          [4, 2],
        ],
        [5, 3],
      ];
      expect(cells(pairs)).to.deep.equal(expected);
      const entry = denseEntry({ kind: "pairRelations", ...joined }, ["pairs_entry"], "int32");
      const relations = await makeDense(entry, dataset);
      expect(Array.from(relations.data as Int32Array)).to.deep.equal(
        expected.map(([, relation]) => relation),
      );
    }));

  it("says how many relations there are", () =>
    using(async (dataset) => {
      const entry = denseEntry({ kind: "pairRelations", ...joined }, ["pairs_entry"], "int32");
      const context = { seed: 1, epoch: 0, computed: {}, previous: null, dataset, entry };
      const result = await runRecipe({
        ...context,
        runGraph: () => Promise.reject(new Error("no graph is needed")),
        fitTile: (_graph, most) => Promise.resolve(most),
        progress: () => undefined,
        note: () => undefined,
      });
      expect(result).to.include({ kind: "dense", indexed: 4 });
    }));

  it("has an edge per tail of a pair, weighted by one over their number", () =>
    using(async (dataset) => {
      const edges = await edgesOf(dataset);
      expect([edges.rows, edges.columns]).to.deep.equal([8, 6]);
      // Pairs: (0, 0), (1, 0), (2, 1), (2, 2), (3, 3), (4, 1), (4, 2), (5, 3).
      expect(cells(edges)).to.deep.equal([
        [0, 2],
        [0, 4],
        [1, 2],
        [2, 3],
        [2, 5],
        [3, 0],
        [3, 1],
        [4, 2],
        [5, 5],
        [6, 0],
        [7, 2],
        [7, 4],
      ]);
      const shares = await makeDense(denseEntry({ kind: "tailShares", ...joined }, ["edges_entry"]), dataset);
      const half = 1 / 2;
      expect(Array.from(shares.data as Float32Array)).to.deep.equal([
        ...[half, half, 1, half, half, half, half],
        ...[1, 1, 1, half, half],
      ]);
    }));

  it("refuses axes of another graph", () =>
    using(async (dataset) => {
      const wrong = sparseEntry({ kind: "headRelations", ...joined }, "entity", "relation");
      expect((await rejection(RecipeError, () => makeSparse(wrong, dataset))).problem).to.include(
        "[node, relation]",
      );
      const edges = sparseEntry({ kind: "triples", ...joined }, "pairs_entry", "entity");
      expect((await rejection(RecipeError, () => makeSparse(edges, dataset))).problem).to.include(
        "[entry of headRelations, node]",
      );
    }));
});
