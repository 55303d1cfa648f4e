import { expect } from "chai";
import { buildArtifacts } from "../../../exports/artifacts.js";
import type { mgcnHyperparameters } from "../../../graphs/mgcn/hyperparameters.js";
import { models } from "../../../graphs/registry.js";
import type { Feeds } from "../../evaluator/evaluate.js";
import type { SparseValue } from "../../evaluator/value.js";
import { expectGradients, label, type Given } from "../expectGradients.js";
import { expectClose, expectVectors, loss, losses, numbers } from "../instanceValues.js";
import { bpr, lightGcn, normalised, plus, propagate, rowsOf, times } from "../ksi/plainKsi.js";
import {
  contrastSum,
  matmul,
  multiplied,
  shifted,
  sigmoidOf,
  softmaxRows,
  transpose,
  type Rows,
  type Sides,
} from "../plainMatrix.js";
import { DIM, FEATURES, smallInstance, triples, type SmallInstance } from "../smallInstance.js";
import type { SwitchCases } from "../switches.js";

const mgcn = (given: Given = {}): SmallInstance => smallInstance("mgcn", given, false);
const both = ["image", "text"];

const affine = (feeds: Feeds, name: string, x: Rows): number[][] =>
  shifted(matmul(x, rowsOf(feeds[`${name}/weight`])), rowsOf(feeds[`${name}/bias`])[0]!);

/** e^m of users and items: purifier, item graph, user-item graph. */
function views(feeds: Feeds, modalities: readonly string[], itemLayers = 1): Sides[] {
  return modalities.map((modality) => {
    const features = rowsOf(feeds[`${modality}_features`], FEATURES[modality]);
    const gate = affine(feeds, `${modality}_gate`, affine(feeds, `${modality}_transform`, features));
    let items = multiplied(rowsOf(feeds["item_embedding"]), sigmoidOf(gate));
    for (let layer = 0; layer < itemLayers; layer++) {
      items = propagate(feeds[`${modality}_neighbours`] as SparseValue, items);
    }
    return { users: propagate(normalised(feeds["interactions"] as SparseValue), items), items };
  });
}

/** What the modalities add to the behaviour vectors c of one side. */
function side(feeds: Feeds, modalities: readonly string[], parts: readonly Rows[], c: Rows): number[][] {
  const query = rowsOf(feeds["attention/query"])[0]!;
  const logits = parts.map((e) =>
    affine(feeds, "attention", e).map((row) => row.reduce((sum, x, k) => sum + Math.tanh(x) * query[k]!, 0)),
  );
  const shares = softmaxRows(transpose(logits), 1);
  const common = parts
    .map((e, m) => e.map((row, r) => row.map((x) => x * shares[r]![m]!)))
    .reduce((total, e) => plus(total, e));
  const specific = parts.map((e, m) =>
    multiplied(sigmoidOf(affine(feeds, `${modalities[m]!}_preference`, c)), plus(e, times(common, -1))),
  );
  return times(
    specific.reduce((total, e) => plus(total, e), common),
    1 / (parts.length + 1),
  );
}

function sides(feeds: Feeds, modalities: readonly string[], itemLayers = 1): Sides {
  const c = lightGcn(feeds);
  const all = views(feeds, modalities, itemLayers);
  return {
    users: side(
      feeds,
      modalities,
      all.map(({ users }) => users),
      c.users,
    ),
    items: side(
      feeds,
      modalities,
      all.map(({ items }) => items),
      c.items,
    ),
  };
}

const final = (
  feeds: Feeds,
  modalities: readonly string[],
  itemLayers = 1,
): { users: number[][]; items: number[][] } => {
  const [c, s] = [lightGcn(feeds), sides(feeds, modalities, itemLayers)];
  return { users: plus(c.users, s.users), items: plus(c.items, s.items) };
};

describe("MGCN", () => {
  for (const modalities of [["text"], both, ["image", "text", "audio"]]) {
    it(`has the vectors of its equations with ${modalities.join(", ")}`, () => {
      const instance = mgcn({ modalities });
      expectVectors(instance, final(instance.feeds, modalities), 1e-11);
    });
  }

  for (const itemLayers of [0, 2]) {
    it(`propagates over the item graphs ${itemLayers} times`, () => {
      const instance = mgcn({ itemLayers });
      expectVectors(instance, final(instance.feeds, both, itemLayers), 1e-11);
    });
  }

  it("ranks, contrasts side with behaviour vectors within the batch, and regularises final rows", () => {
    const instance = mgcn({ contrastWeight: 0.3, l2: 0.5 });
    const [c, s, vectors] = [
      lightGcn(instance.feeds),
      sides(instance.feeds, both),
      final(instance.feeds, both),
    ];
    expectClose([loss(instance, "bpr")], [bpr(vectors)], 1e-11);
    const contrast =
      contrastSum(s.items, c.items, triples.positives, 0.2, triples.positives) +
      contrastSum(s.users, c.users, triples.users, 0.2, triples.users);
    expectClose([loss(instance, "contrast")], [(0.3 * contrast) / triples.users.length], 1e-11);
    const rows = [
      ...triples.users.map((id) => vectors.users[id]!),
      ...[...triples.positives, ...triples.negatives].map((id) => vectors.items[id]!),
    ];
    const squares = rows.flat().reduce((sum, x) => sum + x * x, 0);
    expectClose([loss(instance, "l2")], [(0.5 * 0.5 * squares) / triples.users.length], 1e-11);
  });

  it("is LightGCN with L2 on final rows without modalities", () => {
    const instance = mgcn({ modalities: [] });
    expectVectors(instance, lightGcn(instance.feeds));
    expect(losses(instance)).to.have.all.keys("bpr", "l2");
  });

  it("starts trainable features at the given ones, and builds its graphs from these", () => {
    const instance = mgcn({ modalities: ["image"], featuresTrainable: true });
    const shift = instance.declaration.parameters.find(({ name }) => name === "image_shift")!;
    expect(shift.initializer).to.deep.equal({ kind: "constant", scale: 0 });
    const zero = { kind: "dense", dims: [], data: new Float64Array(9 * FEATURES["image"]!) } as const;
    const dims = [9, FEATURES["image"]!];
    const started = { ...instance, feeds: { ...instance.feeds, image_shift: { ...zero, dims } } };
    expectVectors(started, final(started.feeds, ["image"]), 1e-11);
    const moved = numbers(instance, instance.declaration.vectors!.items);
    expect(moved).not.to.deep.equal(numbers(started, instance.declaration.vectors!.items));
    expect(moved).to.have.length(9 * DIM);
  });

  it("has cosine graphs of ten items, the item among them, and a learning rate that falls", () => {
    const { buffers, phases } = buildArtifacts(models.get("mgcn")!).manifest;
    const { recipe } = buffers.find(({ name }) => name === "image_neighbours")!;
    expect(recipe).to.include({ kind: "knn", modality: "image", k: 10, includeSelf: true, impute: "mean" });
    expect(phases[0]!.learningRate).to.deep.equal({
      base: 1e-3,
      schedule: { kind: "exponential", rate: 0.96, every: 50 },
      warmup: 0,
    });
  });
});

const switches: SwitchCases<typeof mgcnHyperparameters, "itemLayers" | "layers"> = {
  modalities: [[], ["image"], both].map((modalities) => ({ modalities })),
  featuresTrainable: [{ featuresTrainable: true }],
  itemLayers: [{ itemLayers: 0 }, { itemLayers: 2 }],
  layers: [{ layers: 0 }],
};

describe("MGCN's loss", () => {
  for (const given of Object.values(switches).flat()) {
    it(`has the gradient of finite differences with ${label(given)}`, () =>
      expectGradients("mgcn", { contrastWeight: 0.3, l2: 0.5, ...given }));
  }
});
