import { expect } from "chai";
import { buildArtifacts } from "../../../exports/artifacts.js";
import type { freedomHyperparameters } from "../../../graphs/freedom/hyperparameters.js";
import { models } from "../../../graphs/registry.js";
import type { Feeds } from "../../evaluator/evaluate.js";
import type { SparseValue } from "../../evaluator/value.js";
import { expectGradients, label, type Given } from "../expectGradients.js";
import { expectClose, expectVectors, gradientOf, isZero, loss, losses, numbers } from "../instanceValues.js";
import { bpr, lightGcn, plus, propagate, rowsOf, times } from "../ksi/plainKsi.js";
import { matmul } from "../plainMatrix.js";
import { FEATURES, pairs, smallInstance, type SmallInstance } from "../smallInstance.js";
import type { SwitchCases } from "../switches.js";

const freedom = (given: Given = {}, training = false): SmallInstance =>
  smallInstance("freedom", given, training);

/** Σ_m w_m G^m x, L times. */
function overItemGraph(feeds: Feeds, weights: Readonly<Record<string, number>>, layers = 1): number[][] {
  let items = rowsOf(feeds["item_embedding"]);
  for (let layer = 0; layer < layers; layer++) {
    items = Object.entries(weights)
      .map(([modality, weight]) =>
        times(propagate(feeds[`${modality}_neighbours`] as SparseValue, items), weight),
      )
      .reduce(plus);
  }
  return items;
}

function final(
  feeds: Feeds,
  weights: Readonly<Record<string, number>>,
  layers = 1,
): { users: number[][]; items: number[][] } {
  const { users, items } = lightGcn(feeds);
  return { users, items: plus(items, overItemGraph(feeds, weights, layers)) };
}

const both = { image: 0.1, text: 0.9 };

describe("FREEDOM", () => {
  it("is LightGCN on all interactions plus the items' vectors over the item graph where it is served", () => {
    const instance = freedom();
    expectVectors(instance, final(instance.feeds, both));
    expect(instance.declaration.buffers.map(({ name }) => name)).not.to.include("kept_interactions");
  });

  it("weights the first modality's graph as told and the others equally, one alone with 1", () => {
    const three = freedom({ modalities: ["text", "image", "audio"], firstWeight: 0.5 });
    expectVectors(three, final(three.feeds, { text: 0.5, image: 0.25, audio: 0.25 }));
    const one = freedom({ modalities: ["text"] });
    expectVectors(one, final(one.feeds, { text: 1 }));
    const none = freedom({ firstWeight: 0 });
    expectVectors(none, final(none.feeds, { text: 1 }));
  });

  it("passes over the item graph as often as told", () => {
    const instance = freedom({ itemLayers: 2 });
    expectVectors(instance, final(instance.feeds, both, 2));
  });

  it("trains on pruned interactions weighted by the degrees that are left", () => {
    const instance = freedom({}, true);
    const interactions = instance.feeds["kept_interactions"] as SparseValue;
    expect(interactions.entries.length).to.be.below(pairs.length);
    expectClose([loss(instance, "bpr")], [bpr(final({ ...instance.feeds, interactions }, both))]);
    expect(Object.keys(instance.feeds)).not.to.include("interactions");
  });

  it("ranks the projected features by the final users as well", () => {
    const instance = freedom({ featureWeight: 0.3 });
    const { users } = final(instance.feeds, both);
    const terms = ["image", "text"].map((modality) => {
      const features = rowsOf(instance.feeds[`${modality}_features`], FEATURES[modality]);
      const weight = rowsOf(instance.feeds[`${modality}_projection/weight`]);
      return bpr({ users, items: matmul(features, weight) });
    });
    expectClose([loss(instance, "features")], [0.3 * (terms[0]! + terms[1]!)]);
    // The features reach the users, and through them all items.
    expect(isZero(gradientOf(instance, "features", "item_embedding"))).to.equal(false);
  });

  it("is LightGCN plus its item graph without pruning and without ranking by features", () => {
    const instance = freedom({ pruned: 0, featureWeight: 0 }, true);
    const lightgcn = smallInstance("lightgcn", { layers: 2, l2: 0 });
    const { users, items } = instance.declaration.vectors!;
    expectClose(numbers(instance, users), numbers(lightgcn, lightgcn.declaration.vectors!.users));
    const own = numbers(lightgcn, lightgcn.declaration.vectors!.items);
    const over = overItemGraph(instance.feeds, both).flat();
    expectClose(
      numbers(instance, items),
      own.map((x, i) => x + over[i]!),
    );
    expect(losses(instance)).to.have.all.keys("bpr");
  });

  it("is LightGCN without modalities", () => {
    const instance = freedom({ modalities: [] });
    expectVectors(instance, lightGcn(instance.feeds));
    expect(loss(instance, "bpr")).to.be.closeTo(bpr(lightGcn(instance.feeds)), 1e-12);
  });

  it("draws its interactions every epoch and has item graphs of equal weights", () => {
    const { buffers, schedule } = buildArtifacts(models.get("freedom")!, { pruned: 0.9 }).manifest;
    const kept = buffers.find(({ name }) => name === "kept_interactions")!;
    expect(kept.recipe).to.deep.equal({ kind: "prunedInteractions", ratio: 0.9, weights: "binary" });
    expect(schedule).to.deep.equal([
      { kind: "refresh", buffer: "kept_interactions" },
      { kind: "phase", phase: "main" },
    ]);
    const graph = buffers.find(({ name }) => name === "text_neighbours")!;
    expect(graph.recipe).to.include({ kind: "knn", k: 10, includeSelf: true, weights: "unit" });
    expect(graph.refresh).to.equal("once");
  });
});

const switches: SwitchCases<typeof freedomHyperparameters, "itemLayers" | "layers" | "pruned"> = {
  modalities: [[], ["image"], ["image", "text", "audio"]].map((modalities) => ({ modalities })),
  featuresTrainable: [{ featuresTrainable: false }, { featuresTrainable: true }],
  itemLayers: [{ itemLayers: 2 }],
  layers: [{ layers: 0 }],
  pruned: [{ pruned: 0 }, { pruned: 0.8 }],
};

describe("FREEDOM's loss", () => {
  for (const given of Object.values(switches).flat()) {
    it(`has the gradient of finite differences with ${label(given)}`, () =>
      expectGradients("freedom", { featureWeight: 0.3, ...given }));
  }
});
