import { expect } from "chai";
import { buildArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { defaultSettings } from "../../../runtime/training/trainingOptions.js";
import { gradients } from "../../../src/autodiff/gradients.js";
import { hyperparameterSchema } from "../../../src/authoring/model.js";
import { inputName, topologicalOrder, type Node } from "../../../src/ir/node.js";
import { formatType } from "../../../src/ir/types.js";
import { optimise } from "../../../src/lower/optimise.js";
import { add } from "../../../src/ops/build.js";
import type { DenseFeed } from "../../evaluator/evaluate.js";
import { numbersFrom, runGraph } from "../../evaluator/runGraph.js";
import type { Given } from "../expectGradients.js";
import {
  expectClose,
  expectVectors,
  gradientOf,
  isZero,
  loss,
  losses,
  numbers,
  parameterNames,
} from "../instanceValues.js";
import { bpr, rowsOf } from "../ksi/plainKsi.js";
import {
  contrastSum,
  correlationAboveDiagonal,
  frobenius,
  inverselyWeighted,
  type Rows,
  type Sides,
} from "../plainMatrix.js";
import { DIM, lossTerm, smallInstance, triples, type SmallInstance } from "../smallInstance.js";
import * as plain from "./plainMgnm.js";

const both = ["image", "text"];
/** Without noise, so that values can be compared. */
const mgnm = (given: Given = {}): SmallInstance => smallInstance("mgnm", given, false);
const training = (given: Given = {}): SmallInstance => smallInstance("mgnm", given);
const settings = (given: Partial<plain.PlainSettings>): plain.PlainSettings => ({
  ...plain.printed,
  ...given,
});
const { manifest } = buildArtifacts(models.get("mgnm")!);

/** What the global branch of a single modality gives, without the local vectors: α norm(E_glo). */
const withoutLocal = (instance: SmallInstance, given: Partial<plain.PlainSettings>): Sides => {
  const { users, items } = instance.declaration.vectors!;
  const rows = (node: Node): Rows => rowsOf({ kind: "dense", dims: [], data: numbers(instance, node) });
  return plain.add(
    { users: rows(users), items: rows(items) },
    plain.scaled(plain.local(instance.feeds, settings(given)), -1),
  );
};

/** The nodes that draw uniform numbers for a stream. */
const drawn = (instance: SmallInstance, stream: string): Node[] =>
  topologicalOrder(instance.declaration.main.losses.map(({ node }) => node)).filter(
    ({ operation, attributes }) => operation === "uniform" && attributes["stream"] === stream,
  );

describe("a faithful MGNM", () => {
  it("1. has the mean of layers 0 to 2 of LightGCN as its collaborative branch", () => {
    const instance = mgnm({ modalities: [] });
    expect(parameterNames(instance)).to.deep.equal(["user_embedding", "item_embedding"]);
    expectVectors(instance, plain.local(instance.feeds, settings({ modalities: [] })));
  });

  it("2. projects features without bias, takes user means, propagates twice and keeps the last layer", () => {
    const given = { modalities: ["image"] };
    const instance = mgnm({ ...given, global: false });
    expect(parameterNames(instance))
      .to.include("image_projection/weight")
      .and.not.include("image_projection/bias");
    expectVectors(instance, plain.local(instance.feeds, settings(given)));
    const features = manifest.buffers.find(({ name }) => name === "image_features")!;
    expect(features).to.deep.include({ refresh: "once", recipe: { kind: "features", modality: "image" } });
  });

  for (const localNorm of ["sum", "each"] as const) {
    it(`3. adds the modalities' ${localNorm === "sum" ? "sum, normalised" : "normalised vectors"} to the collaborative branch`, () => {
      const instance = mgnm({ global: false, localNorm });
      expectVectors(instance, plain.local(instance.feeds, settings({ localNorm })));
    });
  }

  it("4. gates the item ID embeddings by a purifier per modality, b_1 as long as W_1 has rows", () => {
    const instance = mgnm();
    for (const modality of both) {
      const { dims } = instance.feeds[`${modality}_purifier/b1`] as DenseFeed;
      expect(dims).to.deep.equal([4 * DIM]);
    }
    expectVectors(instance, plain.finalVectors(instance.feeds, plain.printed), 1e-11);
    const leaky = mgnm({ purifierActivation: "leakyRelu" });
    expectVectors(leaky, plain.finalVectors(leaky.feeds, settings({ leaky: true })), 1e-11);
  });

  it("4. computes the same function of the same parameters when the purifier's weights are multiplied first", () => {
    const [fused, apart] = [mgnm(), mgnm({ purifierFused: false })];
    expect(parameterNames(fused)).to.deep.equal(parameterNames(apart));
    for (const side of ["users", "items"] as const) {
      expectClose(
        numbers(fused, fused.declaration.vectors![side]),
        numbers(apart, apart.declaration.vectors![side]),
      );
    }
    const gradient = (instance: SmallInstance) => gradientOf(instance, "bpr", "text_purifier/w1");
    expect(isZero(gradient(fused))).to.equal(false);
    expectClose(gradient(fused), gradient(apart), 1e-10);
    const products = ({ declaration }: SmallInstance): string[] =>
      topologicalOrder([declaration.vectors!.items])
        .filter(({ operation, type }) => operation === "matmul" && type.kind === "tensor")
        .map(({ type }) => (type.kind === "tensor" ? type.axes.map(({ name }) => name).join() : ""));
    expect(products(apart)).to.include("item,hidden");
    expect(products(fused)).not.to.include("item,hidden");
  });

  it("5. has four vectors of size d per modality for the purified features, and R H_i for users", () => {
    const instance = mgnm({ modalities: ["text"] });
    expect((instance.feeds["text_hyper"] as DenseFeed).dims).to.deep.equal([DIM, 4]);
    for (const userHyperNorm of ["sum", "mean"] as const) {
      const given = { modalities: ["text"], userHyperNorm };
      const one = mgnm(given);
      expectVectors(one, plain.finalVectors(one.feeds, settings(given)), 1e-11);
    }
  });

  it("6. draws Gumbel noise and masks in training only, anew in every step", () => {
    const instance = training({ keepRate: 0.7 });
    const [gumbel, dropout] = ["dependence/gumbel", "dependence/dropout"].map((stream) => {
      const nodes = drawn(instance, stream);
      expect(nodes, stream).to.have.length(1);
      return rowsOf({ kind: "dense", dims: [], data: numbers(instance, nodes[0]!) }, 4);
    });
    const noise = { gumbel: gumbel!, dropout: dropout!, keepRate: 0.7 };
    expect(new Set(noise.gumbel.flat()).size).to.equal(noise.gumbel.flat().length);
    // Noise is drawn in single precision, of which 1 - keepRate and 1 / keepRate keep eight digits.
    expectVectors(instance, plain.finalVectors(instance.feeds, plain.printed, noise), 1e-6);
    const next = {
      ...instance,
      feeds: { ...instance.feeds, step: { kind: "dense", dims: [], data: [4] } as const },
    };
    expect(numbers(next, drawn(next, "dependence/gumbel")[0]!)).not.to.deep.equal(
      Float64Array.from(noise.gumbel.flat()),
    );
    expect(manifest.graphs["embed"]!.inputs.map(({ name }) => name)).not.to.include("random_key");
    expect(manifest.graphs["eval_model"]!.inputs.map(({ name }) => name)).not.to.include("random_key");
  });

  it("7. never forms a matrix between items and items or users and users, forwards or backwards", () => {
    for (const given of [{}, { userHyper: "lgmrec" }, { hyperLayers: 2 }]) {
      const { declaration, parameters } = training(given);
      const total = declaration.main.losses.map(({ node }) => node).reduce((sum, term) => add(sum, term));
      const square = topologicalOrder([...gradients(total, parameters), total]).filter(({ type }) => {
        const axes = type.kind === "tensor" ? type.axes : [];
        return axes.filter(({ size }) => /user|item/.test(JSON.stringify(size))).length > 1;
      });
      expect(square.map(({ type }) => formatType(type))).to.deep.equal([]);
    }
  });

  it("8. drops factors with a rate of their own, and none where everything is kept", () => {
    expect(drawn(training(), "dependence/dropout")).to.have.length(1);
    expect(drawn(training({ keepRate: 1 }), "dependence/dropout")).to.deep.equal([]);
    const masks = topologicalOrder([training({ keepRate: 0.75 }).declaration.vectors!.items]).filter(
      ({ operation }) => operation === "greaterOrEqual",
    );
    expect(masks).to.have.length(1);
    expect(masks[0]!.inputs[1]!.attributes["values"]).to.deep.equal([0.25]);
  });

  for (const hyperedges of [3, 4]) {
    it(`9. contrasts two modalities with all users and all items in the denominators, ${hyperedges} hyperedges`, () => {
      const instance = mgnm({ omega: 0.7, hyperedges });
      const [first, second] = plain.globals(instance.feeds, plain.printed) as [Sides, Sides];
      const expected =
        contrastSum(first.users, second.users, triples.users, 0.2) +
        contrastSum(first.items, second.items, triples.positives, 0.2);
      expectClose([loss(instance, "hcl")], [0.7 * expected], 1e-11);
      const averaged = mgnm({ omega: 0.7, hyperedges, hclReduce: "mean" });
      expectClose([loss(averaged, "hcl")], [(0.7 * expected) / 6], 1e-11);
    });
  }

  it("9. contrasts every two of three modalities", () => {
    const modalities = ["image", "text", "audio"];
    const instance = mgnm({ modalities, omega: 1 });
    const global = plain.globals(instance.feeds, settings({ modalities }));
    const expected = [
      [0, 1],
      [0, 2],
      [1, 2],
    ].map(([a, b]) => {
      const [first, second] = [global[a!]!, global[b!]!];
      return (
        contrastSum(first.users, second.users, triples.users, 0.2) +
        contrastSum(first.items, second.items, triples.positives, 0.2)
      );
    });
    expectClose([loss(instance, "hcl")], [expected[0]! + expected[1]! + expected[2]!], 1e-11);
  });

  it("10. adds α times one normalised sum of the modalities' global vectors", () => {
    for (const modalities of [["image"], both]) {
      const difference = withoutLocal(mgnm({ modalities, alpha: 0.4 }), { modalities });
      for (const row of [...difference.users, ...difference.items]) {
        expect(Math.hypot(...row)).to.be.closeTo(0.4, 1e-9);
      }
    }
  });

  it("11. reduces the correlation of all layers, users and items apart, over all nodes", () => {
    for (const [ddrFrom, layers] of [
      [0, 2],
      [1, 2],
      [0, 1],
    ] as const) {
      const instance = mgnm({ ddrFrom, layers, beta: 0.5 });
      const all = plain.collaborativeLayers(instance.feeds, layers).slice(ddrFrom);
      const expected =
        inverselyWeighted(all.map(({ users }) => correlationAboveDiagonal(users))) +
        inverselyWeighted(all.map(({ items }) => correlationAboveDiagonal(items)));
      expectClose([loss(instance, "ddr")], [0.5 * expected], 1e-10);
    }
  });

  it("12. takes no gradient through the layer weights", () => {
    const instance = mgnm({ beta: 1 });
    const at = rowsOf(instance.feeds["user_embedding"]);
    const norms = (users: Rows): number[][] => {
      const feeds = {
        ...instance.feeds,
        user_embedding: { kind: "dense", dims: [], data: users.flat() } as const,
      };
      const layers = plain.collaborativeLayers(feeds);
      return [
        layers.map((layer) => correlationAboveDiagonal(layer.users)),
        layers.map((layer) => correlationAboveDiagonal(layer.items)),
      ];
    };
    const weights = norms(at).map((values) => {
      const total = values.reduce((sum, value) => sum + 1 / value, 0);
      return values.map((value) => 1 / value / total);
    });
    const step = 1e-5;
    const moved = (sign: number): number[][] =>
      norms(at.map((row, user) => row.map((x, k) => (user === 1 && k === 2 ? x + sign * step : x))));
    const [up, down] = [moved(1), moved(-1)];
    const fixed = up.flatMap((values, side) =>
      values.map((value, l) => (weights[side]![l]! * (value - down[side]![l]!)) / (2 * step)),
    );
    const flowing = up.map(
      (values, side) => (inverselyWeighted(values) - inverselyWeighted(down[side]!)) / (2 * step),
    );
    const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
    const found = gradientOf(instance, "ddr", "user_embedding")[DIM + 2]!;
    expect(found).to.be.closeTo(total(fixed), 1e-7);
    expect(Math.abs(found - total(flowing))).to.be.above(1e-4);
  });

  it("13. reduces the correlation of the layers of every modality with a weight of its own", () => {
    const instance = mgnm({ delta: 0.3, modalityLayers: 1 });
    const expected = both.map((modality) => {
      const layers = plain.branchLayers(instance.feeds, modality, 1);
      return (
        inverselyWeighted(layers.map(({ users }) => correlationAboveDiagonal(users))) +
        inverselyWeighted(layers.map(({ items }) => correlationAboveDiagonal(items)))
      );
    });
    expectClose([loss(instance, "ddr_mm")], [0.3 * (expected[0]! + expected[1]!)], 1e-10);
    expect(losses(mgnm({ ddr: false }))).not.to.have.property("ddr");
    expect(losses(mgnm({ ddrMm: false }))).not.to.have.property("ddr_mm");
  });

  it("14. stays finite with zero vectors, columns without variance and users without items", async () => {
    const { declaration, parameters, inputs, feeds } = training({ hyperInput: "raw" });
    const total = declaration.main.losses.map(({ node }) => node).reduce((sum, term) => add(sum, term));
    const graph = optimise({
      name: "guards",
      outputs: [
        { name: "loss", node: total },
        ...gradients(total, parameters).map((node, i) => ({
          name: `${inputName(parameters[i]!)}.grad`,
          node,
        })),
      ],
    });
    for (const value of [0, 0.5]) {
      const constant = Object.fromEntries(
        Object.entries(feeds).map(([name, feed]) => {
          const isValue = feed.kind === "dense" && /embedding|features|weight|hyper/.test(name);
          return [name, isValue ? { ...feed, data: new Float64Array(feed.data.length).fill(value) } : feed];
        }),
      );
      const results = await runGraph(graph, inputs, constant);
      for (const [name, tensor] of Object.entries(results)) {
        expect(numbersFrom(tensor).every(Number.isFinite), `${name} at ${value}`).to.equal(true);
      }
    }
  });

  it("15. samples pairs with negatives among training items, and is measured at 5, 10, 20 and 50", () => {
    const [phase] = manifest.phases;
    expect(phase!.sampler).to.deep.equal({ kind: "pairs", batchSize: 2048, negativePool: "train" });
    expect(phase!.optimizer.kind).to.equal("adam");
    expect(phase!.learningRate).to.deep.equal({ base: 1e-3, schedule: { kind: "constant" }, warmup: 0 });
    expect(defaultSettings.cutoffs).to.deep.equal([5, 10, 20, 50]);
    const names = Object.fromEntries(manifest.parameters.map(({ name, initializer }) => [name, initializer]));
    expect(names["user_embedding"]).to.deep.equal({ kind: "xavierUniform", scale: 1 });
  });

  it("16. runs with a single modality, then without contrast", () => {
    for (const modality of both) {
      const given = { modalities: [modality] };
      const instance = mgnm(given);
      expectVectors(instance, plain.finalVectors(instance.feeds, settings(given)), 1e-11);
      expect(Object.keys(losses(instance))).to.deep.equal(["bpr", "ddr", "ddr_mm", "l2"]);
    }
  });

  it("17. weighs a single layer by 1", () => {
    const instance = mgnm({ layers: 0, beta: 1, modalities: [] });
    const [{ users, items }] = plain.collaborativeLayers(instance.feeds, 0) as [Sides];
    expectClose(
      [loss(instance, "ddr")],
      [correlationAboveDiagonal(users) + correlationAboveDiagonal(items)],
      1e-10,
    );
  });

  for (const mode of ["training", "evaluation"] as const) {
    for (const hyperLayers of [1, 2]) {
      it(`17. equals LGMRec in ${mode} with ${hyperLayers} hypergraph layers and the switches that make it so`, () => {
        const own = { userHyper: "lgmrec", localNorm: "each", hyperInput: "raw", beta: 0, delta: 0 };
        const weights = { keepRate: 0.6, alpha: 0.4, hyperLayers };
        const reduced = smallInstance(
          "mgnm",
          { ...own, ...weights, omega: 0.3, lambda: 0.2 },
          mode === "training",
        );
        const ancestor = smallInstance(
          "lgmrec",
          { ...weights, contrastWeight: 0.3, l2: 0.2 },
          mode === "training",
        );
        expect(parameterNames(reduced)).to.have.members(parameterNames(ancestor));
        for (const side of ["users", "items"] as const) {
          expect([...numbers(reduced, reduced.declaration.vectors![side])]).to.deep.equal([
            ...numbers(ancestor, ancestor.declaration.vectors![side]),
          ]);
        }
        expect(losses(reduced)).to.deep.equal(losses(ancestor));
        expect(losses(reduced)).to.have.all.keys("bpr", "hcl", "l2");
      });
    }
  }

  it("ranks positives above negatives and regularises the final rows of the batch, unsquared", () => {
    const instance = mgnm({ lambda: 0.5 });
    const vectors = plain.finalVectors(instance.feeds, plain.printed);
    expectClose([loss(instance, "bpr")], [bpr(vectors)], 1e-11);
    const rows = [
      triples.users.map((id) => vectors.users[id]!),
      triples.positives.map((id) => vectors.items[id]!),
      triples.negatives.map((id) => vectors.items[id]!),
    ];
    const norms = rows.map(frobenius).reduce((sum, norm) => sum + norm, 0);
    expectClose([loss(instance, "l2")], [(0.5 * norms) / 6], 1e-11);
  });

  it("has every switch with every value, and each changes what is computed", () => {
    const others: Record<string, readonly unknown[]> = {
      localNorm: ["each"],
      global: [false],
      hyperInput: ["projected", "raw"],
      purifierActivation: ["leakyRelu"],
      userHyperNorm: ["mean"],
      userHyper: ["lgmrec"],
      hcl: [false],
      hclReduce: ["mean"],
      ddr: [false],
      ddrMm: [false],
      l2: ["squaredEgo"],
    };
    const { properties } = hyperparameterSchema(models.get("mgnm")!) as {
      properties: Record<string, { enum?: readonly unknown[]; default: unknown }>;
    };
    const base = losses(mgnm());
    for (const [name, values] of Object.entries(others)) {
      const { enum: known, default: usual } = properties[name]!;
      expect([usual, ...values], name).to.have.members(known === undefined ? [true, false] : [...known]);
      for (const value of values) {
        expect(losses(mgnm({ [name]: value })), `${name} ${String(value)}`).not.to.deep.equal(base);
      }
    }
    for (const given of [{ ddrFrom: 1 }, { expansion: 2 }, { hyperedges: 3 }, { hyperLayers: 2 }]) {
      expect(losses(mgnm(given)), JSON.stringify(given)).not.to.deep.equal(base);
    }
  });

  it("needs neither batches nor noise for its final vectors", () => {
    const names = manifest.graphs["embed"]!.inputs.map(({ name }) => name);
    expect(names.filter((name) => /users|positives|negatives|step|random/.test(name))).to.deep.equal([]);
    expect(lossTerm(mgnm(), "bpr").type.kind).to.equal("tensor");
  });
});
