import type { kdiffeHyperparameters } from "../../../graphs/kdiffe/hyperparameters.js";
import { expect } from "chai";
import { formatGraph } from "../../../src/ir/format.js";
import { expectGradients, label, type Given } from "../expectGradients.js";
import { smallInstance } from "../smallInstance.js";
import type { SwitchCases } from "../switches.js";

/** Weights at which every term of both losses counts, and a denoiser of a few units. */
const weights = {
  ...{ clWeight: 0.6, l2: 0.1, hidden: 6, diffusionSteps: 4, elboWeight: "uniform", noiseScale: 0.9 },
  ...{ noiseMax: 0.5, keptEntities: 2 },
};

const released = { variant: "released", modalities: ["image", "text"] };

/** Every value of every switch that changes the computation and is not the default, each with the others at their defaults unless said otherwise. */
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
  walk: [],
  includeStart: [],
  selfLoops: [{ selfLoops: false }],
  attentionRenorm: [{ attentionRenorm: true }, { attentionRenorm: true, selfLoops: false }],
  source: [],
  modalities: [],
  columns: [],
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
  newEdges: [],
  variant: [{ variant: "released" }],
  modalityTransform: [{ ...released, modalityTransform: "matrix" }],
  complementModalities: [{ ...released, complementModalities: [] }],
  clMode: [
    { ...released, clMode: "modalities" },
    { ...released, clMode: "modalities", modalities: ["image"] },
  ],
  fixViews: [
    { ...released, fixViews: true },
    { ...released, fixViews: true, clMode: "modalities" },
  ],
};

/** The switches that both variants have and the released one reads in code of its own. */
const releasedSwitches: readonly Given[] = [
  released,
  { guidance: "none" },
  { attention: false },
  { cl: false },
  { layers: 0 },
  { kgResidual: 0 },
  { hops: 2 },
  { l2: 0 },
  { l2Scope: "all" },
  { collaborativeWeight: 0 },
  { collaborativeWeight: 1 },
  { generatedWeight: 0 },
].map((given) => ({ ...released, modalities: ["image"], ...given }));

/** What only recipes read. */
const recipeSwitches: readonly Given[] = [
  { walk: "backtrack" },
  { includeStart: true },
  { source: "hub", modalities: ["image"] },
  { source: "clusters", modalities: ["image", "text"] },
  { source: "metadata", columns: ["brand"] },
  { newEdges: "byEntityType" },
];

/** Text of the losses' graphs. */
function losses(given: Given): string[] {
  const { phases } = smallInstance("kdiffe", { ...weights, ...given }).declaration;
  return phases.flatMap(({ losses: terms }) =>
    terms.map(({ name, node }) => formatGraph({ name, outputs: [{ name, node }] })),
  );
}

describe("KDiffE's losses", () => {
  for (const given of [...Object.values(switches).flat(), ...releasedSwitches]) {
    it(`have the gradients of finite differences with ${label(given)}`, () =>
      expectGradients("kdiffe", { ...weights, ...given }));
  }
  for (const given of recipeSwitches) {
    it(`are the same computations with ${label(given)}`, () => {
      expect(losses(given)).to.deep.equal(losses({}));
    });
  }
});
