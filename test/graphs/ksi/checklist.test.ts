import { expect } from "chai";
import { buildArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { gradients } from "../../../src/autodiff/gradients.js";
import { hyperparameterSchema } from "../../../src/authoring/model.js";
import { inputName, topologicalOrder, type Node } from "../../../src/ir/node.js";
import { relativeError } from "../../evaluator/closeness.js";
import { evaluate, numbersOf } from "../../evaluator/evaluate.js";
import { lossTerm, smallInstance, type SmallInstance } from "../smallInstance.js";
import * as plain from "./plainKsi.js";

type Given = Readonly<Record<string, unknown>>;

const both = ["image", "text"];
const ksi = (given: Given = {}): SmallInstance => smallInstance("ksi", given);
const build = (given: Given = {}) => buildArtifacts(models.get("ksi")!, given).manifest;

const numbers = ({ feeds, parameters }: SmallInstance, node: Node): Float64Array =>
  numbersOf(evaluate([node, ...parameters], feeds), node);
const loss = (instance: SmallInstance, name: string): number =>
  numbers(instance, lossTerm(instance, name))[0]!;
const weightsOf = ({ feeds }: SmallInstance): number[] =>
  plain.modalityWeights(plain.rowsOf(feeds["modality_logits"], 2)[0]!);

/** The weights of the batch's distinct positives are fed in single precision. */
const FED_ROUNDING = 1e-7;

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void {
  expect(relativeError(found, expected)).to.be.below(tolerance);
}

/** Names of the inputs a value depends on. */
function inputsOf(node: Node): string[] {
  return topologicalOrder([node])
    .filter(({ operation }) => operation === "input")
    .map(inputName);
}

/** The whole gradient of a loss term for one parameter. */
function gradientOf(instance: SmallInstance, term: string, parameter: string): Float64Array {
  const node = instance.parameters.find((candidate) => inputName(candidate) === parameter)!;
  const [gradient] = gradients(lossTerm(instance, term), [node]);
  return numbers(instance, gradient!);
}

const isZero = (values: Float64Array): boolean => values.every((value) => value === 0);

describe("a faithful KSI", () => {
  it("1. has a cosine graph of the 10 nearest items per modality, made once, the item itself among them", () => {
    for (const modality of both) {
      const buffer = build().buffers.find(({ name }) => name === `${modality}_neighbours`)!;
      expect(buffer).to.include({ kind: "sparse", row: "item", column: "item", refresh: "once" });
      expect(buffer.recipe).to.include({ kind: "knn", modality, k: 10, includeSelf: true });
    }
  });

  it("hands what stands in for missing features to its graphs and its components alike", () => {
    for (const impute of ["mean", "neighbours", "zero"]) {
      const { buffers } = build({ modalities: ["text"], impute });
      const recipes = ["text_neighbours", "text_pca"].map(
        (name) => buffers.find((buffer) => buffer.name === name)!.recipe,
      );
      expect(recipes.map(({ impute: found }) => found)).to.deep.equal([impute, impute]);
    }
  });

  it("2. propagates the item ID embeddings without weights and fuses the last layer", () => {
    const instance = ksi({ modalities: ["image"], itemLayers: 2 });
    expect(instance.parameters.map(inputName)).to.have.members([
      "user_embedding",
      "item_embedding",
      "modality_logits",
    ]);
    const { items } = plain.finalVectors(instance.feeds, ["image"], 2, [1]);
    expectClose(numbers(instance, instance.declaration.vectors!.items), items.flat());
  });

  it("3. reduces redundancy as ‖cov(rows of unit norm) - I‖²", () => {
    const instance = ksi({ modalities: [], rrItem: false, beta: 1 });
    expectClose(
      [loss(instance, "redundancy")],
      [plain.redundancy(plain.rowsOf(instance.feeds["user_embedding"]))],
    );
  });

  for (const itemLayers of [0, 1, 2]) {
    it(`4. reduces redundancy of users and of layers 0 to ${itemLayers} of every modality, weighted and averaged`, () => {
      const instance = ksi({ itemLayers, beta: 0.5 });
      const users = plain.redundancy(plain.rowsOf(instance.feeds["user_embedding"]));
      const weights = weightsOf(instance);
      let items = 0;
      both.forEach((modality, m) => {
        for (const layer of plain.itemLayers(instance.feeds, modality, itemLayers)) {
          items += weights[m]! * plain.redundancy(layer);
        }
      });
      expectClose([loss(instance, "redundancy")], [0.5 * (users + items / (itemLayers + 1))]);
    });
  }

  it("5. weights modalities by one softmax, from equal weights, in fusion, contrast and redundancy", () => {
    const instance = ksi();
    const { declaration } = instance;
    const logits = declaration.parameters.find(({ name }) => name === "modality_logits")!;
    expect(logits.initializer).to.deep.equal({ kind: "constant", scale: 0 });
    for (const term of ["ssi", "redundancy", "bpr"]) {
      expect(inputsOf(lossTerm(instance, term)), term).to.include("modality_logits");
      expect(isZero(gradientOf(instance, term, "modality_logits")), term).to.equal(false);
    }
    const { items } = plain.finalVectors(instance.feeds, both, 1, weightsOf(instance));
    expectClose(numbers(instance, declaration.vectors!.items), items.flat());
  });

  it("6. projects raw features once to the embedding size by PCA", () => {
    for (const modality of both) {
      const buffer = build({ dim: 32 }).buffers.find(({ name }) => name === `${modality}_pca`)!;
      expect(buffer).to.deep.include({ kind: "dense", axes: ["item", "dim"], refresh: "once" });
      expect(buffer.recipe).to.include({ kind: "pca", modality, dim: 32 });
    }
  });

  it("7. redraws negatives every epoch, per modality, one per 512 items", () => {
    const refresh = { every: 1, from: 0, initial: null, graph: null, atEvaluation: false };
    const streams = both.map((modality) => {
      const buffer = build().buffers.find(({ name }) => name === `${modality}_negatives`)!;
      expect(buffer).to.deep.include({ kind: "dense", dtype: "int32", indexes: "item", refresh });
      expect(buffer.recipe).to.include({ kind: "negativeItems", perItems: 512 });
      return buffer.recipe["stream"];
    });
    expect(new Set(streams).size).to.equal(2);
  });

  it("8. contrasts with the item itself and its negatives, with gradient to items and weights only", () => {
    const instance = ksi({ alpha: 0.3 });
    const weights = weightsOf(instance);
    const terms = both.map((modality, m) => {
      const h = plain.itemLayers(instance.feeds, modality, 1).at(-1)!;
      return weights[m]! * plain.contrast(instance.feeds, modality, h, 0.1);
    });
    expectClose([loss(instance, "ssi")], [0.3 * (terms[0]! + terms[1]!)], FED_ROUNDING);
    expect(isZero(gradientOf(instance, "ssi", "item_embedding"))).to.equal(false);
    expect(isZero(gradientOf(instance, "ssi", "modality_logits"))).to.equal(false);
    expect(isZero(gradientOf(instance, "ssi", "user_embedding"))).to.equal(true);
  });

  it("8. survives logits whose exponentials overflow in single precision", () => {
    const instance = ksi({ temperature: 0.001 });
    expect(Number.isFinite(loss(instance, "ssi"))).to.equal(true);
  });

  it("9. adds the fused vector of unit norm to items and leaves users as the backbone has them", () => {
    const instance = ksi();
    const backbone = plain.lightGcn(instance.feeds);
    const { users, items } = instance.declaration.vectors!;
    expectClose(numbers(instance, users), backbone.users.flat());
    const difference = plain.plus(
      plain.rowsOf({ kind: "dense", dims: [], data: numbers(instance, items) }),
      plain.times(backbone.items, -1),
    );
    for (const [item, row] of difference.slice(0, 8).entries()) {
      expect(Math.hypot(...row), `item ${item}`).to.be.closeTo(1, 1e-9);
    }
    expect(Math.hypot(...difference[8]!), "an item without neighbours").to.equal(0);
  });

  it("10. runs on three backbones that share the ID embeddings", () => {
    for (const backbone of ["mf", "lightgcn", "ngcf"]) {
      const instance = ksi({ backbone });
      const shared = ["user_embedding", "item_embedding", "modality_logits"];
      const own = instance.parameters.map(inputName).filter((name) => !shared.includes(name));
      expect(
        own.every((name) => name.startsWith("ngcf/")),
        backbone,
      ).to.equal(true);
      expect(own.length > 0, backbone).to.equal(backbone === "ngcf");
      const { users, items } = instance.declaration.vectors!;
      expect(inputsOf(users)).to.include("user_embedding");
      expect(inputsOf(items)).to.include("item_embedding");
    }
  });

  it("11. ranks sampled positives above sampled negatives by the mean of -ln σ", () => {
    const instance = ksi();
    const vectors = plain.finalVectors(instance.feeds, both, 1, weightsOf(instance));
    expectClose([loss(instance, "bpr")], [plain.bpr(vectors)]);
  });

  it("12. adds α times contrast and β times redundancy, and trains all parameters by one Adam", () => {
    const [once, twice] = [ksi({ alpha: 0.1, beta: 0.5 }), ksi({ alpha: 0.2, beta: 1.5 })];
    expect(once.declaration.main.losses.map(({ name }) => name)).to.deep.equal(["bpr", "ssi", "redundancy"]);
    expectClose([loss(twice, "bpr")], [loss(once, "bpr")]);
    expectClose([loss(twice, "ssi")], [2 * loss(once, "ssi")]);
    expectClose([loss(twice, "redundancy")], [3 * loss(once, "redundancy")]);
    const { phases, parameters } = build();
    expect(phases).to.have.length(1);
    expect(phases[0]!.optimizer.kind).to.equal("adam");
    expect(phases[0]!.parameters).to.deep.equal(parameters.map(({ name }) => name));
    expect(phases[0]!.learningRate.base).to.equal(5e-4);
    expect(phases[0]!.sampler.batchSize).to.equal(1024);
  });

  it("13. needs neither contrast nor batches for its final vectors", () => {
    const names = build().graphs["embed"]!.inputs.map(({ name }) => name);
    expect(names.filter((name) => /pca|negatives|unique|positives|users/.test(name))).to.deep.equal([]);
    expect(names).to.include("image_neighbours/rows/order");
  });

  it("14. has every switch with every value, and each changes what is computed", () => {
    const others: Record<string, readonly unknown[]> = {
      sei: [false],
      ssi: [false],
      rr: [false],
      rrUser: [false],
      rrItem: [false],
      itemConv: ["gcn", "lightgcn", "gat"],
      knnIncludeSelf: [false],
      ssiSimilarity: ["dot"],
      ssiScope: ["all"],
      ssiReduce: ["sum"],
      cfAdjacency: ["rowSelfLoop"],
      rrNorm: ["standardise"],
      sampler: ["users"],
      backbone: ["ngcf", "mf"],
    };
    const { properties } = hyperparameterSchema(models.get("ksi")!) as {
      properties: Record<string, { enum?: readonly unknown[]; default: unknown }>;
    };
    const standard = ksi();
    const base = standard.declaration.main.losses.map(({ node }) => numbers(standard, node)[0]);
    for (const [name, values] of Object.entries(others)) {
      const { enum: known, default: usual } = properties[name]!;
      expect([usual, ...values], name).to.have.members(known === undefined ? [true, false] : [...known]);
      for (const value of values) {
        const instance = ksi({ [name]: value });
        if (name === "sampler") {
          expect(instance.declaration.main.settings!.sampler.kind).to.equal("users");
          continue;
        }
        const changed = instance.declaration.main.losses.map(({ node }) => numbers(instance, node)[0]);
        expect(changed, `${name} ${String(value)}`).to.not.deep.equal(base);
      }
    }
  });

  it("14. detaches the modality weights in contrast and redundancy only when asked to", () => {
    const instance = ksi({ detachModalWeightsInAux: true });
    for (const term of ["ssi", "redundancy"]) {
      expect(isZero(gradientOf(instance, term, "modality_logits")), term).to.equal(true);
      expect(isZero(gradientOf(instance, term, "item_embedding")), term).to.equal(false);
    }
    expect(isZero(gradientOf(instance, "bpr", "modality_logits"))).to.equal(false);
  });
});

describe("KSI without SEI and SSI", () => {
  const off = { sei: false, ssi: false };
  for (const [backbone, model, given] of [
    ["lightgcn", "lightgcn", { layers: 2, l2: 0 }],
    ["mf", "mf", { l2: 0 }],
  ] as const) {
    it(`equals the model ${model} of the same weights`, () => {
      const [reduced, own] = [ksi({ ...off, backbone }), smallInstance(model, given)];
      expect(reduced.parameters.map(inputName)).to.deep.equal(own.parameters.map(inputName));
      for (const side of ["users", "items"] as const) {
        expectClose(
          numbers(reduced, reduced.declaration.vectors![side]),
          numbers(own, own.declaration.vectors![side]),
        );
      }
      expect(reduced.declaration.main.losses.map(({ name }) => name)).to.deep.equal(["bpr"]);
      expectClose([loss(reduced, "bpr")], [loss(own, "bpr")]);
    });
  }

  it("acts by contrast on the ID embeddings where only SEI is off, and adds nothing to the items", () => {
    const instance = ksi({ sei: false, alpha: 1 });
    const start = plain.rowsOf(instance.feeds["item_embedding"]);
    const weights = weightsOf(instance);
    const expected = both.map(
      (modality, m) => weights[m]! * plain.contrast(instance.feeds, modality, start, 0.1),
    );
    expectClose([loss(instance, "ssi")], [expected[0]! + expected[1]!], FED_ROUNDING);
    expectClose(
      numbers(instance, instance.declaration.vectors!.items),
      plain.lightGcn(instance.feeds).items.flat(),
    );
  });
});
