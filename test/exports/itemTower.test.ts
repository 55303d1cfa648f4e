import { expect } from "chai";
import { buildArtifacts } from "../../exports/artifacts.js";
import { compile } from "../../exports/compile.js";
import { towerGraph } from "../../exports/modelGraphs.js";
import { models } from "../../graphs/registry.js";
import { defineModel, xavierUniform, type TowerFeatures } from "../../src/index.js";
import type { ModelDefinition } from "../../src/authoring/model.js";
import type { Tensor } from "../../src/authoring/tensor.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { relativeError } from "../evaluator/closeness.js";
import { dense, evaluate, numbersOf, type DenseFeed } from "../evaluator/evaluate.js";
import { randomNumbers } from "../evaluator/graphBuilder.js";
import { onnxFeeds } from "../evaluator/onnxFeeds.js";
import { numbersFrom } from "../evaluator/runGraph.js";
import { DIM, FEATURES, ITEMS, smallInstance } from "../graphs/smallInstance.js";
import { runtimes } from "../onnx/runBoth.js";
import { runOnce } from "./openModel.js";

const NEW = 2;
const NEIGHBOURS = 3;

/** Features of new and of known items. */
function towerFeeds(modalities: readonly string[]): Record<string, DenseFeed> {
  return Object.fromEntries(
    modalities.flatMap((modality, at) => {
      const size = FEATURES[modality]!;
      return [
        [`new_${modality}_features`, dense([NEW, size], randomNumbers(40 + at, NEW * size))],
        [`known_${modality}_features`, dense([ITEMS, size], randomNumbers(50 + at, ITEMS * size))],
      ] as const;
    }),
  );
}

const cases = {
  vbpr: { biases: true },
  ksi: { knnK: NEIGHBOURS + 1, itemLayers: 2 },
  freedom: { knnK: NEIGHBOURS + 1, firstWeight: 0.3 },
} as const;

/** The item tower of a small instance, by plain loops. */
function tower(name: keyof typeof cases, hyperparameters: object = cases[name]) {
  const { declaration, feeds } = smallInstance(name, { ...hyperparameters }, false);
  const { modalities, vectors } = declaration.tower!;
  const all = { ...feeds, ...towerFeeds(modalities) };
  return { declaration, feeds: all, vectors: numbersOf(evaluate([vectors], all), vectors) };
}

/** Places of the known items nearest to a new one by cosine, with the cosines. */
function nearest(feeds: Record<string, unknown>, modality: string, at: number) {
  const rowOf = (name: string, row: number): number[] => {
    const { dims, data } = feeds[name] as DenseFeed;
    const size = dims[1]!;
    return Array.from(data as readonly number[]).slice(row * size, (row + 1) * size);
  };
  const product = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const own = rowOf(`new_${modality}_features`, at);
  return Array.from({ length: ITEMS }, (_, item) => {
    const known = rowOf(`known_${modality}_features`, item);
    return { item, cosine: product(own, known) / Math.sqrt(product(own, own) * product(known, known)) };
  })
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, NEIGHBOURS);
}

describe("the item tower", () => {
  for (const name of Object.keys(cases) as (keyof typeof cases)[]) {
    for (const runtime of runtimes) {
      it(`of ${name} gives the vectors of plain loops on ${runtime}`, async () => {
        const { declaration, feeds, vectors } = tower(name);
        const model = compile(towerGraph(declaration));
        const outputs = await runOnce(runtime, encodeModel(model), onnxFeeds(model, feeds));
        expect(relativeError(numbersFrom(outputs["vectors"]), vectors)).to.be.below(1e-5);
      });
    }
  }

  it("of vbpr gives a known item's features the vector that it has, with the mean of all own parts", () => {
    const { declaration, feeds: known } = smallInstance("vbpr", { biases: true }, false);
    const { modalities, vectors } = declaration.tower!;
    const given = modalities.map((name) => [`new_${name}_features`, known[`${name}_features`]!] as const);
    const feeds = { ...known, ...Object.fromEntries(given) };
    const { items } = declaration.vectors!;
    const values = evaluate([vectors, items], feeds);
    const [made, own] = [numbersOf(values, vectors), numbersOf(values, items)];
    const width = 2 * DIM + 1;
    const ids = (feeds["item_embedding"] as DenseFeed).data as readonly number[];
    const biases = (feeds["item_bias"] as DenseFeed).data as readonly number[];
    const meanOf = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
    for (let item = 0; item < ITEMS; item++) {
      for (let d = 0; d < DIM; d++) {
        const usual = meanOf(Array.from({ length: ITEMS }, (_, row) => ids[row * DIM + d]!));
        expect(made[item * width + d]).to.be.closeTo(usual, 1e-6);
        expect(made[item * width + DIM + d]).to.be.closeTo(own[item * width + DIM + d]!, 1e-6);
      }
      const bias = own[item * width + 2 * DIM]! - biases[item]! + meanOf(Array.from(biases));
      expect(made[item * width + 2 * DIM]).to.be.closeTo(bias, 1e-6);
    }
  });

  it("of freedom is the shared mean of the nearest items' embeddings by each modality", () => {
    const { feeds, vectors } = tower("freedom");
    const ids = (feeds["item_embedding"] as DenseFeed).data as readonly number[];
    const shares = { image: 0.3, text: 0.7 };
    for (let at = 0; at < NEW; at++) {
      for (let d = 0; d < DIM; d++) {
        let expected = 0;
        for (const [modality, share] of Object.entries(shares)) {
          for (const { item } of nearest(feeds, modality, at)) {
            expected += (share * ids[item * DIM + d]!) / NEIGHBOURS;
          }
        }
        expect(vectors[at * DIM + d]).to.be.closeTo(expected, 1e-6);
      }
    }
  });

  it("of ksi has the direction of the cosine-weighted mean of the nearest items' states", () => {
    const one = { knnK: NEIGHBOURS + 1, itemLayers: 1, modalities: ["text"] };
    const { feeds, vectors } = tower("ksi", one);
    const ids = (feeds["item_embedding"] as DenseFeed).data as readonly number[];
    for (let at = 0; at < NEW; at++) {
      const sum = Array.from({ length: DIM }, (_, d) =>
        nearest(feeds, "text", at).reduce(
          (total, { item, cosine }) => total + Math.max(0, cosine) * ids[item * DIM + d]!,
          0,
        ),
      );
      const norm = Math.hypot(...sum);
      sum.forEach((value, d) => {
        expect(vectors[at * DIM + d]).to.be.closeTo(value / norm, 1e-6);
      });
    }
  });

  it("is a file of its own, which does not change what the model is", () => {
    const { manifest, files } = buildArtifacts(models.get("vbpr")!);
    expect(manifest.itemTower!.modalities).to.deep.equal(["image", "text"]);
    expect(files.has(manifest.itemTower!.graph.file)).to.equal(true);
    expect(manifest.graphs).not.to.have.property("item_tower");
    for (const name of ["mf", "bm3"]) {
      expect(buildArtifacts(models.get(name)!).manifest, name).not.to.have.property("itemTower");
    }
    expect(buildArtifacts(models.get("ksi")!, { sei: false }).manifest).not.to.have.property("itemTower");
    expect(buildArtifacts(models.get("vbpr")!, { modalities: [] }).manifest).not.to.have.property(
      "itemTower",
    );
  });

  /** A model that declares a tower in its own way. */
  const declared = (make: (features: TowerFeatures) => unknown, isEarly = false): ModelDefinition =>
    defineModel({
      name: "towers",
      title: "A model with an item tower",
      hyperparameters: {},
      build(m) {
        m.axis("text_feature", 3);
        m.axis("dim", 4);
        const users = m.parameter("users", ["user", "dim"], xavierUniform());
        const items = m.parameter("items", ["item", "dim"], xavierUniform());
        if (!isEarly) m.embeddings(users, items);
        m.itemTower(["text"], (features) => make(features) as Tensor<["block", "dim"]>);
      },
    });

  it("is refused with vectors of another length than the items'", () => {
    expect(() => buildArtifacts(declared((features) => features.given("text")))).to.throw(
      "vectors of the item tower: must be float32 [block, dim=4], but they are float32 [block, text_feature]",
    );
  });

  it("is refused before the embeddings", () => {
    expect(() => buildArtifacts(declared((features) => features.given("text"), true))).to.throw(
      "item tower: comes before m.embeddings",
    );
  });
});
