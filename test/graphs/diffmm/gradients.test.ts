import type { diffmmHyperparameters } from "../../../graphs/diffmm/hyperparameters.js";
import { expectGradients, label } from "../expectGradients.js";
import type { SwitchCases } from "../switches.js";

/** Weights at which every term of both losses counts, and denoisers of a few units. */
const weights = {
  modalities: ["image"],
  ...{ clWeight: 0.6, l2: 0.1, hidden: 6, diffusionSteps: 3, elboWeight: "uniform" },
  ...{ noiseScale: 0.9, noiseMax: 0.5, keptItems: 2 },
};

const switches: SwitchCases<
  typeof diffmmHyperparameters,
  "layers" | "generatedWeight" | "residual" | "l2" | "collaborativeWeight"
> = {
  modalities: [{ modalities: ["image", "text"] }],
  layers: [{ layers: 0 }, { layers: 2 }],
  modalityTransform: [{ modalityTransform: "matrix" }],
  generatedWeight: [{ generatedWeight: 0 }],
  residual: [{ residual: 0 }],
  cl: [{ cl: false }],
  clMode: [{ clMode: "modalities" }, { clMode: "modalities", modalities: ["image", "text"] }],
  l2: [{ l2: 0 }],
  collaborativeWeight: [{ collaborativeWeight: 0 }],
  // As in KDiffE, whose diffusion it is.
  elboWeight: [],
};

describe("DiffMM's losses", () => {
  for (const given of Object.values(switches).flat()) {
    it(`have the gradients of finite differences with ${label(given)}`, () =>
      expectGradients("diffmm", { ...weights, ...given }));
  }
});
