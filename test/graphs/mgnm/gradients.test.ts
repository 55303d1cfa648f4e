import type { mgnmHyperparameters } from "../../../graphs/mgnm/hyperparameters.js";
import { expectGradients, label } from "../expectGradients.js";
import type { SwitchCases } from "../switches.js";

/** Weights at which every term of the loss counts. */
const weights = { omega: 0.3, beta: 0.2, delta: 0.4, lambda: 0.5 };

/** Every value of every switch that is not the default, each with the others at their defaults unless said otherwise. */
const switches: SwitchCases<typeof mgnmHyperparameters, "layers" | "hyperLayers" | "hyperedges" | "ddrFrom"> =
  {
    modalities: [[], ["image"], ["image", "text"], ["image", "text", "audio"]].map((modalities) => ({
      modalities,
    })),
    localNorm: [{ localNorm: "each" }],
    global: [{ global: false }],
    hyperInput: [{ hyperInput: "projected" }, { hyperInput: "raw" }],
    purifierActivation: [{ purifierActivation: "leakyRelu" }],
    purifierFused: [{ purifierFused: false }],
    userHyperNorm: [{ userHyperNorm: "mean" }],
    userHyper: [{ userHyper: "lgmrec" }],
    hcl: [{ hcl: false }],
    hclReduce: [{ hclReduce: "mean" }],
    ddr: [{ ddr: false }],
    ddrMm: [{ ddrMm: false }],
    l2: [{ l2: "squaredEgo" }],
    layers: [
      { layers: 0, modalityLayers: 0 },
      { layers: 1, modalityLayers: 3 },
    ],
    hyperLayers: ["printed", "lgmrec"].map((userHyper) => ({ hyperLayers: 2, userHyper })),
    hyperedges: [{ hyperedges: 2 }],
    ddrFrom: [{ ddrFrom: 1 }],
  };

describe("MGNM's loss", () => {
  for (const given of Object.values(switches).flat()) {
    it(`has the gradient of finite differences with ${label(given)}`, () =>
      expectGradients("mgnm", { ...weights, ...given }));
  }
});
