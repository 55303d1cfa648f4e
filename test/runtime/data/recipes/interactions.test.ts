import { expect } from "chai";
import { RecipeError } from "../../../../runtime/data/recipe.js";
import { denseOf } from "../randomSparse.js";
import { denseEntry, makeDense, makeSparse, sparseEntry } from "../recipeContext.js";
import { rejection } from "../rejection.js";
import { datasetOf } from "../smallDataset.js";

/** Degrees: users 2, 1, 0; items 2, 1, 0. */
const dataset = datasetOf(
  { users: 3, items: 3 },
  {
    train: [
      [0, 0],
      [0, 1],
      [1, 0],
    ],
    test: [[1, 2]],
  },
);

function rounded(dense: number[][]): number[][] {
  return dense.map((row) => row.map(Math.fround));
}

describe("the recipe interactions", () => {
  const expected = {
    symmetric: [
      [1 / 2, 1 / Math.sqrt(2), 0],
      [1 / Math.sqrt(2), 0, 0],
      [0, 0, 0],
    ],
    binary: [
      [1, 1, 0],
      [1, 0, 0],
      [0, 0, 0],
    ],
    rowMean: [
      [1 / 2, 1 / 2, 0],
      [1, 0, 0],
      [0, 0, 0],
    ],
    rowSelfLoop: [
      [1 / 3, 1 / 3, 0],
      [1 / 2, 0, 0],
      [0, 0, 0],
    ],
  };
  for (const [weights, matrix] of Object.entries(expected)) {
    it(`makes the weights "${weights}" from the training interactions`, async () => {
      const made = await makeSparse(sparseEntry({ kind: "interactions", weights }, "user", "item"), dataset);
      expect(denseOf(made)).to.deep.equal(rounded(matrix));
    });
  }

  it("takes the row axis from the buffer", async () => {
    const byItem = await makeSparse(
      sparseEntry({ kind: "interactions", weights: "rowMean" }, "item", "user"),
      datasetOf(
        { users: 2, items: 3 },
        {
          train: [
            [0, 0],
            [0, 1],
            [1, 0],
          ],
        },
      ),
    );
    expect(denseOf(byItem)).to.deep.equal([
      [0.5, 0.5],
      [1, 0],
      [0, 0],
    ]);
    expect(Object.keys(byItem).sort()).to.deep.equal(["columnIds", "columns", "rowStart", "rows", "values"]);
  });

  it("refuses other axes, a dense buffer and unknown weights", async () => {
    const wrongAxes = sparseEntry({ kind: "interactions", weights: "binary" }, "item", "item");
    const axes = await rejection(RecipeError, () => makeSparse(wrongAxes, dataset));
    expect(axes.problem).to.equal(
      "it makes a sparse [user, item] or [item, user], but the buffer is sparse [item, item]",
    );
    expect(axes.message).to.equal(`buffer "graph", recipe "interactions": ${axes.problem}. ${axes.fix}.`);
    const dense = denseEntry({ kind: "interactions", weights: "binary" }, ["user", "item"]);
    expect((await rejection(RecipeError, () => makeDense(dense, dataset))).problem).to.include(
      "but the buffer is dense [user, item]",
    );
    const weights = sparseEntry({ kind: "interactions", weights: "symetric" }, "user", "item");
    const unknown = await rejection(RecipeError, () => makeSparse(weights, dataset));
    expect(unknown.problem).to.equal('"weights" is "symetric"');
    expect(unknown.fix).to.equal(
      'It must be one of symmetric, binary, rowMean, rowSelfLoop; the nearest is "symmetric"',
    );
  });
});

describe("the recipe degree", () => {
  it("gives the counts, their inverse roots, or the weights of self loops, of users and items", async () => {
    const of = async (weights: string, axis: string): Promise<number[]> =>
      Array.from(
        (await makeDense(denseEntry({ kind: "degree", weights }, [axis]), dataset)).data as Float32Array,
      );
    expect(await of("binary", "user")).to.deep.equal([2, 1, 0]);
    expect(await of("binary", "item")).to.deep.equal([2, 1, 0]);
    expect(await of("selfLoop", "user")).to.deep.equal([Math.fround(1 / 3), 0.5, 1]);
    expect(await of("inverseRoot", "item")).to.deep.equal([Math.fround(Math.SQRT1_2), 1, 0]);
    const uneven = datasetOf(
      { users: 1, items: 2 },
      {
        train: [
          [0, 0],
          [0, 1],
        ],
      },
    );
    const made = await makeDense(denseEntry({ kind: "degree", weights: "binary" }, ["item"]), uneven);
    expect([made.dims, Array.from(made.data as Float32Array)]).to.deep.equal([[2], [1, 1]]);
  });

  it("refuses other axes and dtypes", async () => {
    const call = { kind: "degree", weights: "binary" };
    for (const entry of [
      denseEntry(call, ["entity"]),
      denseEntry(call, ["user", "item"]),
      denseEntry(call, ["user"], "int32"),
    ]) {
      const error = await rejection(RecipeError, () => makeDense(entry, dataset));
      expect(error.problem).to.match(/^it makes a dense float32 \[user\|item\], but the buffer is dense/);
    }
  });
});
