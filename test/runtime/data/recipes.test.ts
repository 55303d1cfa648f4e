import { expect } from "chai";
import { hostTensor } from "../../../runtime/data/hostTensor.js";
import { RecipeError } from "../../../runtime/data/recipe.js";
import { recipes } from "../../../runtime/data/recipes.js";
import { denseEntry, makeDense } from "./recipeContext.js";
import { rejection } from "./rejection.js";
import { datasetOf } from "./smallDataset.js";

describe("recipes", () => {
  const dataset = datasetOf({ users: 1, items: 2 }, { train: [[0, 0]] });

  it("of an unknown kind are refused, naming the nearest", async () => {
    const entry = denseEntry(
      { kind: "negativeItem", perItems: 2, stream: "x" },
      ["item", "negative"],
      "int32",
    );
    const error = await rejection(RecipeError, () => makeDense(entry, dataset));
    expect([error.buffer, error.recipe]).to.deep.equal(["table", "negativeItem"]);
    expect(error.problem).to.equal('there is no recipe "negativeItem"');
    expect(error.fix).to.equal(
      `The recipes are ${[...recipes.keys()].join(", ")}; the nearest is "negativeItems"`,
    );
  });

  it("with an argument too many or too few are refused, naming the arguments", async () => {
    const many = denseEntry({ kind: "degree", weights: "binary", weight: 1 }, ["user"]);
    const error = await rejection(RecipeError, () => makeDense(many, dataset));
    expect(error.problem).to.equal('unknown argument "weight"');
    expect(error.fix).to.equal('The arguments are weights; the nearest is "weights"');
    const few = await rejection(RecipeError, () =>
      makeDense(denseEntry({ kind: "degree" }, ["user"]), dataset),
    );
    expect(few.problem).to.equal('the argument "weights" is missing');
  });
});

describe("a buffer that is a value of the model", () => {
  const dataset = datasetOf({ users: 1, items: 2 }, { train: [[0, 0]] });
  const values = hostTensor("float32", [2, 3], new Float32Array(6).fill(0.5));
  const entry = denseEntry({ kind: "computed" }, ["item", "dim"]);

  it("is that value", async () => {
    const { dims, data } = await makeDense(entry, dataset, { computed: { values } });
    expect([dims, data]).to.deep.equal([values.dims, values.data]);
  });

  it("is refused if the model gives it no values, or others than the buffer has", async () => {
    const none = await rejection(RecipeError, () => makeDense(entry, dataset));
    expect(none.problem).to.equal('it needs the value "values" of the model, but is given none');
    const other = await rejection(RecipeError, () =>
      makeDense(entry, dataset, { computed: { vectors: values } }),
    );
    expect(other.problem).to.include("but is given vectors");
    const ids = denseEntry({ kind: "computed" }, ["item", "dim"], "int32");
    const wrong = await rejection(RecipeError, () => makeDense(ids, dataset, { computed: { values } }));
    expect(wrong.problem).to.equal("the model computed float32 [2, 3], but the buffer is int32 [item, dim]");
  });
});
