import { expect } from "chai";
import { buildArtifacts } from "../../exports/artifacts.js";
import {
  defineModel,
  meanAll,
  sumOf,
  trainingHyperparameters,
  trainingSettings,
  xavierUniform,
} from "../../src/index.js";
import type { ModelDefinition } from "../../src/authoring/model.js";

/** The same model twice, declared on different lines. */
function declared(where: "here" | "there"): ModelDefinition {
  return defineModel({
    name: "mean",
    title: "The mean of the embeddings",
    hyperparameters: trainingHyperparameters({ learningRate: 0.1, batchSize: 4 }),
    build(m, h) {
      m.axis("dim", 4);
      m.axis("two", 2);
      m.axis("node", ["user", "two"]);
      const users = m.parameter("users", ["user", "dim"], xavierUniform());
      const items = m.parameter("items", ["item", "dim"], xavierUniform());
      const loss =
        where === "here"
          ? sumOf([meanAll(users), meanAll(items)])
          : sumOf([
              meanAll(users),
              // Another line, the same computation.
              meanAll(items),
            ]);
      m.loss("mean", loss);
      m.embeddings(users, items);
      m.train(trainingSettings(h));
    },
  });
}

describe("identity of what artifacts compute", () => {
  const here = buildArtifacts(declared("here")).manifest;

  it("does not change with the lines of the source, although the files name them", () => {
    const there = buildArtifacts(declared("there")).manifest;
    expect(there.computation).to.equal(here.computation);
    expect(there.graphs["training_model"]!.sha256).not.to.equal(here.graphs["training_model"]!.sha256);
  });

  it("changes with a hyper-parameter that only the runtime reads", () => {
    expect(buildArtifacts(declared("here"), { batchSize: 5 }).manifest.computation).not.to.equal(
      here.computation,
    );
  });

  it("keeps the fixed parts of an axis that is a sum", () => {
    expect(here.axes["node"]).to.deep.equal({ sumOf: ["user", 2] });
  });
});
