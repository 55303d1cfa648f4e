import type { diffkgHyperparameters } from "../../../graphs/diffkg/hyperparameters.js";
import { expectGradients, label } from "../expectGradients.js";
import type { SwitchCases } from "../switches.js";

/** Weights at which every term of both losses counts, and a denoiser of a few units. */
const weights = {
  ...{ clWeight: 0.6, temperature: 0.5, l2: 0.1, hidden: 6, diffusionSteps: 3, elboWeight: "uniform" },
  ...{ noiseScale: 0.9, noiseMax: 0.5, keptEntities: 2 },
};

/** Values of switches, each with the others at their defaults; what only recipes read changes no graph. */
const switches: SwitchCases<
  typeof diffkgHyperparameters,
  "layers" | "hops" | "collaborativeWeight" | "clWeight"
> = {
  source: [{ source: "hub", modalities: ["image"] }],
  modalities: [],
  columns: [],
  newEdges: [{ newEdges: "byEntityType" }],
  mainView: [{ mainView: "generated" }, { mainView: "given" }],
  trainingViews: [{ trainingViews: "given" }, { trainingViews: "given", mainView: "given" }],
  elboWeight: [{ elboWeight: "snr" }],
  layers: [{ layers: 0 }],
  hops: [{ hops: 2 }],
  collaborativeWeight: [{ collaborativeWeight: 0 }, { collaborativeWeight: 1 }],
  clWeight: [{ clWeight: 0, l2: 0 }],
};

describe("DiffKG's losses", () => {
  for (const given of Object.values(switches).flat()) {
    it(`have the gradients of finite differences with ${label(given)}`, () =>
      expectGradients("diffkg", { ...weights, ...given }));
  }
});
