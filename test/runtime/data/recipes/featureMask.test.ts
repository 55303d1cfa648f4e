import { expect } from "chai";
import { DatasetError } from "../../../../runtime/data/datasetError.js";
import { RecipeError } from "../../../../runtime/data/recipe.js";
import { denseEntry, makeDense } from "../recipeContext.js";
import { rejection } from "../rejection.js";
import { datasetOf, featuresOf } from "../smallDataset.js";

describe("the recipe featureMask", () => {
  const dataset = datasetOf({ users: 1, items: 3 }, { train: [[0, 0]] }, [
    featuresOf("text", [[1], [0], [3]]),
  ]);
  const call = { kind: "featureMask", modality: "text" };

  it("is 1 where an item has features and 0 where it has none", async () => {
    const mask = await makeDense(denseEntry(call, ["item"]), dataset);
    expect([mask.dtype, mask.dims, [...mask.data]]).to.deep.equal(["float32", [3], [1, 0, 1]]);
  });

  it("needs a modality that the dataset has and a buffer over the items", async () => {
    const missing = await rejection(DatasetError, () =>
      makeDense(denseEntry({ ...call, modality: "image" }, ["item"]), dataset),
    );
    expect(missing.problem).to.include('needs "image" features');
    const users = await rejection(RecipeError, () => makeDense(denseEntry(call, ["user"]), dataset));
    expect(users.problem).to.include("the buffer is dense float32 [user]");
  });
});

describe("the argument impute", () => {
  const matrix = [
    [2, 0],
    [0, 4],
    [0, 0],
  ];
  const dataset = datasetOf(
    { users: 1, items: 3 },
    {
      train: [
        [0, 1],
        [0, 2],
      ],
    },
    [featuresOf("text", matrix)],
  );
  const features = async (more: Readonly<Record<string, string>>): Promise<number[]> => {
    const entry = denseEntry({ kind: "features", modality: "text", ...more }, ["item", "text_feature"]);
    return [...((await makeDense(entry, dataset)).data as Float32Array).subarray(4)];
  };

  it("of features is the mean by default, or what it says", async () => {
    expect(await features({})).to.deep.equal([1, 2]);
    expect(await features({ impute: "neighbours" })).to.deep.equal([0, 4]);
    expect(await features({ impute: "zero" })).to.deep.equal([0, 0]);
  });

  it("of pca moves the item away from the centre where it is not the mean", async () => {
    const score = async (impute: string): Promise<number> => {
      const entry = denseEntry({ kind: "pca", modality: "text", dim: 1, impute }, ["item", "dim"]);
      return Math.abs(((await makeDense(entry, dataset)).data as Float32Array)[2]!);
    };
    expect(await score("mean")).to.be.closeTo(0, 1e-6);
    expect(await score("neighbours")).to.be.above(1);
  });

  it("refuses another word", async () => {
    const error = await rejection(RecipeError, () => features({ impute: "median" }));
    expect(error.message).to.include('"impute" is "median". It must be one of mean, neighbours, zero');
  });
});
