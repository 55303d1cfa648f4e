import { expect } from "chai";
import type { lgmrecHyperparameters } from "../../../graphs/lgmrec/hyperparameters.js";
import { expectGradients, label, type Given } from "../expectGradients.js";
import { expectClose, expectVectors, loss, losses, numbers, parameterNames } from "../instanceValues.js";
import { bpr, lightGcn } from "../ksi/plainKsi.js";
import {
  add,
  finalVectors,
  globals,
  lgmrec as asCoded,
  local,
  unit,
  branchLayers,
} from "../mgnm/plainMgnm.js";
import { contrastSum, frobenius, type Sides } from "../plainMatrix.js";
import { smallInstance, triples, type SmallInstance } from "../smallInstance.js";
import type { SwitchCases } from "../switches.js";

/** Without noise, so that values can be compared. */
const lgmrec = (given: Given = {}): SmallInstance => smallInstance("lgmrec", given, false);

describe("LGMRec", () => {
  for (const modalities of [["image"], ["image", "text"], ["image", "text", "audio"]]) {
    it(`has the vectors of its equations with ${modalities.join(", ")}`, () => {
      const instance = lgmrec({ modalities });
      expectVectors(instance, finalVectors(instance.feeds, { ...asCoded, modalities }), 1e-11);
    });
  }

  it("passes the items' vectors of one hypergraph layer to the next, users receive from the last", () => {
    const instance = lgmrec({ hyperLayers: 2 });
    expectVectors(instance, finalVectors(instance.feeds, { ...asCoded, hyperLayers: 2 }), 1e-11);
  });

  it("is LightGCN plus the normalised vectors of its modalities where it is local only", () => {
    for (const given of [{ global: false }, { alpha: 0, contrastWeight: 0 }]) {
      const instance = lgmrec(given);
      const parts = ["image", "text"].map((modality) => unit(branchLayers(instance.feeds, modality).at(-1)!));
      expectVectors(instance, add(lightGcn(instance.feeds), parts.reduce(add)));
      expect(losses(instance)).to.have.all.keys("bpr", "l2");
      expect(parameterNames(instance)).not.to.include("image_hyper");
    }
  });

  it("has the vectors and the ranking loss of LightGCN without modalities", () => {
    const instance = lgmrec({ modalities: [] });
    const lightgcn = smallInstance("lightgcn", { layers: 2 }, false);
    for (const side of ["users", "items"] as const) {
      expectClose(
        numbers(instance, instance.declaration.vectors![side]),
        numbers(lightgcn, lightgcn.declaration.vectors![side]),
      );
    }
    expectClose([loss(instance, "bpr")], [loss(lightgcn, "bpr")]);
  });

  it("ranks, contrasts its modalities by sums over the batch, and regularises final rows by unsquared norms", () => {
    const instance = lgmrec({ contrastWeight: 0.4, l2: 0.5 });
    const vectors = finalVectors(instance.feeds, asCoded);
    const [first, second] = globals(instance.feeds, asCoded) as [Sides, Sides];
    const contrast =
      contrastSum(first.users, second.users, triples.users, 0.2) +
      contrastSum(first.items, second.items, triples.positives, 0.2);
    const norms =
      frobenius(triples.users.map((id) => vectors.users[id]!)) +
      frobenius(triples.positives.map((id) => vectors.items[id]!)) +
      frobenius(triples.negatives.map((id) => vectors.items[id]!));
    expectClose([loss(instance, "bpr")], [bpr(vectors)], 1e-11);
    expectClose([loss(instance, "hcl")], [0.4 * contrast], 1e-11);
    expectClose([loss(instance, "l2")], [(0.5 * norms) / triples.users.length], 1e-11);
  });

  it("contrasts but does not add the global vectors where only α is zero", () => {
    const instance = lgmrec({ alpha: 0 });
    expectVectors(instance, local(instance.feeds, asCoded));
    expect(losses(instance)).to.have.all.keys("bpr", "hcl", "l2");
  });

  it("has no noise in evaluation and inference, and some in training", () => {
    const inputs = ({ declaration }: SmallInstance): number => declaration.scalars.length;
    expect(inputs(lgmrec())).to.equal(0);
    expect(inputs(smallInstance("lgmrec"))).to.equal(2);
  });
});

const switches: SwitchCases<typeof lgmrecHyperparameters, "layers" | "hyperLayers" | "alpha"> = {
  modalities: [[], ["image"], ["image", "text"]].map((modalities) => ({ modalities })),
  global: [{ global: false }],
  layers: [{ layers: 0, modalityLayers: 1 }],
  hyperLayers: [{ hyperLayers: 2 }],
  alpha: [{ alpha: 0 }],
};

describe("LGMRec's loss", () => {
  for (const given of Object.values(switches).flat()) {
    it(`has the gradient of finite differences with ${label(given)}`, () =>
      expectGradients("lgmrec", { contrastWeight: 0.3, l2: 0.5, ...given }));
  }
});
