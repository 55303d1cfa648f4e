import { expect } from "chai";
import { weightedSample } from "../../../../runtime/data/weightedSample.js";
import { Random } from "../../../../runtime/data/random.js";
import { RecipeError } from "../../../../runtime/data/recipe.js";
import type { SparseMatrix } from "../../../../runtime/data/sparseMatrix.js";
import { denseOf } from "../randomSparse.js";
import { makeSparse, sparseEntry } from "../recipeContext.js";
import { rejection } from "../rejection.js";
import { datasetOf, type Pair } from "../smallDataset.js";

/** Every user has item 0; user u has item u + 1 besides. */
const train: Pair[] = Array.from({ length: 12 }, (_, user): Pair[] => [
  [user, 0],
  [user, user + 1],
]).flat();
const dataset = datasetOf({ users: 12, items: 14 }, { train });

const draw = (
  call: Record<string, unknown>,
  epoch = 0,
  axes: readonly [string, string] = ["user", "item"],
): Promise<SparseMatrix> =>
  makeSparse(
    sparseEntry({ kind: "prunedInteractions", weights: "binary", ratio: 0.5, ...call }, ...axes),
    dataset,
    {
      epoch,
    },
  );

describe("the recipe prunedInteractions", () => {
  it("keeps the asked share of the interactions, each at most once, another choice every epoch", async () => {
    const first = await draw({ ratio: 0.25 });
    expect(first.values).to.deep.equal(new Float32Array(18).fill(1));
    const whole = denseOf(await draw({ ratio: 0 }));
    denseOf(first).forEach((row, user) => {
      row.forEach((value, item) => {
        expect(value).to.be.at.most(whole[user]![item]!);
      });
    });
    expect(await draw({ ratio: 0.25 })).to.deep.equal(first);
    expect((await draw({ ratio: 0.25 }, 1)).columnIds).not.to.deep.equal(first.columnIds);
  });

  it("weights what is kept by the degrees that are left", async () => {
    const binary = denseOf(await draw({}));
    const ofUser = binary.map((row) => row.reduce((sum, value) => sum + value, 0));
    const ofItem = binary[0]!.map((_, item) => binary.reduce((sum, row) => sum + row[item]!, 0));
    const expected = binary.map((row, user) =>
      row.map((value, item) => (value === 0 ? 0 : Math.fround(1 / Math.sqrt(ofUser[user]! * ofItem[item]!)))),
    );
    expect(denseOf(await draw({ weights: "symmetric" }))).to.deep.equal(expected);
    const byItem = denseOf(await draw({ weights: "symmetric" }, 0, ["item", "user"]));
    expect(byItem).to.deep.equal(expected[0]!.map((_, item) => expected.map((row) => row[item]!)));
  });

  it("drops interactions with popular items more often", async () => {
    let popular = 0;
    for (let epoch = 0; epoch < 100; epoch++) {
      popular += denseOf(await draw({}, epoch)).filter((row) => row[0] === 1).length;
    }
    // Weights 1 / √24 and 1 / √2, so of the twelve that are kept about one in five is one with item 0.
    expect(popular / 100).to.be.within(1.5, 4.5);
  });

  it("refuses other weights", async () => {
    const error = await rejection(RecipeError, () => draw({ weights: "rowMean" }));
    expect(error.fix).to.include("symmetric, binary");
  });
});

describe("a weighted sample", () => {
  it("draws the first of two in proportion to the weights", () => {
    let first = 0;
    for (let n = 0; n < 4000; n++) {
      if (weightedSample(Float64Array.of(3, 1), 1, new Random(n, "test"))[0] === 0) first++;
    }
    expect(first / 4000).to.be.within(0.72, 0.78);
  });

  it("is ascending, of the asked size, and everything or nothing at the ends", () => {
    const weights = Float64Array.from({ length: 50 }, (_, index) => 1 + (index % 3));
    const drawn = weightedSample(weights, 20, new Random(1, "test"));
    expect(drawn).to.have.length(20);
    expect(Array.from(drawn)).to.deep.equal([...new Set(drawn)].sort((a, b) => a - b));
    expect(weightedSample(weights, 0, new Random(1, "test"))).to.have.length(0);
    expect(weightedSample(weights, 50, new Random(1, "test"))).to.deep.equal(
      Int32Array.from({ length: 50 }, (_, index) => index),
    );
  });
});
