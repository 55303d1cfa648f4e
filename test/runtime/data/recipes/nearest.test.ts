import { expect } from "chai";
import type { RefreshEntry } from "../../../../runtime/artifacts/manifest.js";
import { hostTensor, type HostTensor } from "../../../../runtime/data/hostTensor.js";
import { RecipeError, type RecipeResult } from "../../../../runtime/data/recipe.js";
import type { SparseMatrix } from "../../../../runtime/data/sparseMatrix.js";
import { withKnowledge } from "../knowledgeDataset.js";
import { denseOf } from "../randomSparse.js";
import { denseEntry, makeDense, makeSparse, sparseEntry } from "../recipeContext.js";
import { rejection } from "../rejection.js";
import { datasetOf } from "../smallDataset.js";

const dataset = datasetOf({ users: 1, items: 4 }, { train: [[0, 0]] });

const matrixOf = (rows: readonly (readonly number[])[]): HostTensor =>
  hostTensor("float32", [rows.length, rows[0]!.length], Float32Array.from(rows.flat()));

/** Cosines: 0 and 1 0.6, 0 and 2 0.8, 1 and 2 0.96; item 3 points away from all. */
const vectors = matrixOf([
  [2, 0],
  [0.6, 0.8],
  [0.8, 0.6],
  [-1, -1],
]);

interface Asked {
  readonly call?: Record<string, unknown>;
  readonly computed?: Record<string, HostTensor>;
  readonly previous?: RecipeResult | null;
  readonly epoch?: number;
  readonly refresh?: RefreshEntry;
}

function nearest({ call = {}, computed = { vectors }, previous = null, epoch = 0, refresh }: Asked) {
  const entry = sparseEntry({ kind: "nearest", k: 1, ...call });
  const refreshed = refresh === undefined ? entry : { ...entry, refresh };
  return makeSparse(refreshed, dataset, { epoch, computed, previous });
}

const rounded = (matrix: SparseMatrix): number[][] =>
  denseOf(matrix).map((row) => row.map((value) => Number(value.toFixed(5))));

describe("the recipe nearest", () => {
  it("links every row to the k most similar others, never to itself, and leaves out negative cosines", async () => {
    expect(rounded(await nearest({ call: { weights: "cosine" } }))).to.deep.equal([
      [0, 0, 0.8, 0],
      [0, 0, 0.96, 0],
      [0, 0.96, 0, 0],
      [0, 0, 0, 0],
    ]);
    const two = await nearest({ call: { weights: "cosine", k: 2, includeSelf: true } });
    expect(rounded(two)[0]).to.deep.equal([1, 0, 0.8, 0]);
  });

  it("normalises by row sums on both sides, zero where there are none", async () => {
    expect(rounded(await nearest({}))).to.deep.equal([
      [0, 0, Number((0.8 / Math.sqrt(0.8 * 0.96)).toFixed(5)), 0],
      [0, 0, 1, 0],
      [0, 1, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  const before: SparseMatrix = {
    rows: 4,
    columns: 4,
    rowStart: Int32Array.of(0, 2, 2, 3, 3),
    columnIds: Int32Array.of(1, 2, 3),
    values: Float32Array.of(0.5, 0.4, 0.2),
  };
  const previous = { kind: "sparse", matrix: before } as const;
  const cosine = { weights: "cosine" };

  it("forgets what was before, or keeps a share of it", async () => {
    const replaced = await nearest({ call: { ...cosine, accumulate: "replace" }, previous });
    expect(rounded(replaced)[0]).to.deep.equal([0, 0, 0.8, 0]);
    const averaged = await nearest({ call: { ...cosine, accumulate: "ema", decay: 0.75 }, previous });
    expect(rounded(averaged)).to.deep.equal([
      [0, 0.375, 0.5, 0],
      [0, 0, 0.24, 0],
      [0, 0.24, 0, 0.15],
      [0, 0, 0, 0],
    ]);
  });

  it("takes the mean of all graphs so far, or their sum without bound", async () => {
    const refresh = { every: 5, from: 5, initial: null, graph: "g", atEvaluation: false };
    const third = { previous, refresh, epoch: 15 };
    const mean = await nearest({ call: { ...cosine, accumulate: "sum" }, ...third });
    expect(rounded(mean)[0]).to.deep.equal([0, 0.33333, 0.53333, 0]);
    const sum = await nearest({ call: { ...cosine, accumulate: "unbounded" }, ...third });
    expect(rounded(sum)[0]).to.deep.equal([0, 0.5, 1.2, 0]);
  });

  it("keeps the largest entries of a row only, so that the graph does not grow", async () => {
    const call = { ...cosine, accumulate: "ema", decay: 0.75, keep: 1 };
    const kept = await nearest({ call, previous });
    expect(rounded(kept)[0]).to.deep.equal([0, 0, 0.5, 0]);
    expect(rounded(kept)[2]).to.deep.equal([0, 0.24, 0, 0]);
    expect(kept.columnIds).to.have.length(3);
    const all = await nearest({ call: { ...call, accumulate: "unbounded" }, previous });
    expect(all.columnIds).to.have.length(5);
  });

  it("needs the vectors of the model and a square buffer", async () => {
    const none = await rejection(RecipeError, () => nearest({ computed: {} }));
    expect(none.problem).to.equal('it needs the value "vectors" of the model, but is given none');
    const entry = sparseEntry({ kind: "nearest", k: 1 }, "user", "item");
    const wide = await rejection(RecipeError, () => makeSparse(entry, dataset));
    expect(wide.problem).to.match(/^it makes a sparse matrix whose rows and columns are the same/);
  });
});

describe("the recipe empty", () => {
  it("makes a matrix of users, items or entities without entries", () =>
    withKnowledge([[0, 0, 6]], async (known) => {
      const made = await makeSparse(sparseEntry({ kind: "empty" }, "entity", "item"), known);
      expect([made.rows, made.columns, made.columnIds.length]).to.deep.equal([7, 3, 0]);
      expect(made.rowStart).to.deep.equal(new Int32Array(8));
    }));

  it("refuses dense buffers and axes of unknown size", async () => {
    const other = sparseEntry({ kind: "empty" }, "item", "word");
    const error = await rejection(RecipeError, () => makeSparse(other, dataset));
    expect(error.problem).to.equal('it does not know the size of the axis "word"');
    await rejection(RecipeError, () => makeDense(denseEntry({ kind: "empty" }, ["item"]), dataset));
  });
});
