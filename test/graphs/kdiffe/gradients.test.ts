import type { kdiffeHyperparameters } from "../../../graphs/kdiffe/hyperparameters.js";
import { expectGradients, label } from "../expectGradients.js";
import type { SwitchCases } from "../switches.js";

/** Weights at which every term of both losses counts, and a denoiser of a few units. */
const weights = {
  ...{ clWeight: 0.6, l2: 0.1, hidden: 6, diffusionSteps: 4, elboWeight: "uniform", noiseScale: 0.9 },
  ...{ noiseMax: 0.5, keptEntities: 2 },
};

/** Every value of every switch that is not the default, each with the others at their defaults unless said otherwise. */
const switches: SwitchCases<
  typeof kdiffeHyperparameters,
  "layers" | "kgResidual" | "messDropout" | "inputDropout" | "l2" | "collaborativeWeight" | "diffusionSteps"
> = {
  layers: [{ layers: 0 }, { layers: 1 }, { layers: 2 }],
  readout: [
    { readout: "mean", layers: 2 },
    { readout: "last", layers: 2 },
  ],
  attention: [{ attention: false }],
  walk: [{ walk: "backtrack" }],
  includeStart: [{ includeStart: true }],
  selfLoops: [{ selfLoops: false }],
  attentionRenorm: [{ attentionRenorm: true }, { attentionRenorm: true, selfLoops: false }],
  source: [{ source: "hub", modalities: ["image"] }],
  modalities: [{ source: "clusters", modalities: ["image", "text"] }],
  columns: [{ source: "metadata", columns: ["brand"] }],
  kgResidual: [{ kgResidual: 0.5 }],
  messDropout: [{ messDropout: 0 }, { messDropout: 0.5 }],
  cl: [{ cl: false }],
  l2: [{ l2: 0 }],
  l2Scope: [{ l2Scope: "tables" }],
  guidance: ["concat", "scalarShift", "ckgc", "none"].map((guidance) => ({ guidance })),
  collaborativeWeight: [
    { guidance: "ckgc", collaborativeWeight: 0 },
    { guidance: "ckgc", collaborativeWeight: 1 },
  ],
  inputDropout: [{ inputDropout: 0 }],
  elboWeight: [{ elboWeight: "snr" }],
  diffusionSteps: [{ diffusionSteps: 1 }, { diffusionSteps: 10 }],
  newEdges: [{ newEdges: "byEntityType" }],
};

describe("KDiffE's losses", () => {
  for (const given of Object.values(switches).flat()) {
    it(`have the gradients of finite differences with ${label(given)}`, () =>
      expectGradients("kdiffe", { ...weights, ...given }));
  }
});
