import { ksiHyperparameters } from "../../graphs/ksi/hyperparameters.js";
import { expectGradients, label, type Given } from "./expectGradients.js";

/** Names of KSI's hyper-parameters that choose between formulas, which numbers do not. */
type Switch = {
  [K in keyof typeof ksiHyperparameters]: (typeof ksiHyperparameters)[K]["default"] extends number
    ? never
    : K;
}[keyof typeof ksiHyperparameters];

/** Every value of every switch, each with the others at their defaults unless said otherwise. */
const ksiSwitches: Record<
  Exclude<Switch, "schedule" | "sampler" | "negativePool" | "optimizer"> | "itemLayers" | "l2",
  readonly Given[]
> = {
  modalities: [[], ["image"], ["image", "text"], ["image", "text", "audio"]].map((modalities) => ({
    modalities,
  })),
  backbone: ["lightgcn", "ngcf", "mf"].map((backbone) => ({ backbone })),
  cfAdjacency: ["lightgcn", "ngcf"].flatMap((backbone) =>
    ["sym", "rowSelfLoop"].map((cfAdjacency) => ({ backbone, cfAdjacency })),
  ),
  sei: [{ sei: false }, { sei: false, ssi: false }],
  itemConv: ["rgnn", "gcn", "lightgcn", "gat"].flatMap((itemConv) =>
    [1, 2].map((itemLayers) => ({ itemConv, itemLayers })),
  ),
  itemLayers: [0, 1, 2].map((itemLayers) => ({ itemLayers })),
  knnIncludeSelf: [true, false].map((knnIncludeSelf) => ({ knnIncludeSelf })),
  impute: ["mean", "neighbours", "zero"].map((impute) => ({ impute })),
  rr: [{ rr: true }, { rr: false }],
  rrUser: [{ rrUser: false }, { rrUser: false, rrItem: false }],
  rrItem: [{ rrItem: true }, { rrItem: false }],
  rrNorm: ["rows", "standardise"].map((rrNorm) => ({ rrNorm })),
  ssi: [{ ssi: true }, { ssi: false }],
  ssiSimilarity: ["cosine", "dot"].map((ssiSimilarity) => ({ ssiSimilarity, temperature: 0.5 })),
  ssiScope: ["batch", "all"].map((ssiScope) => ({ ssiScope })),
  ssiReduce: ["mean", "sum"].flatMap((ssiReduce) =>
    ["batch", "all"].map((ssiScope) => ({ ssiReduce, ssiScope })),
  ),
  detachModalWeightsInAux: [true, false].map((detachModalWeightsInAux) => ({ detachModalWeightsInAux })),
  l2: [{ l2: 0 }, { l2: 0.1 }],
};

describe("KSI's loss", () => {
  for (const given of Object.values(ksiSwitches).flat()) {
    it(`has the gradient of finite differences with ${label(given)}`, () => expectGradients("ksi", given));
  }
});

describe("NGCF's loss", () => {
  for (const form of ["code", "paper"]) {
    for (const adjacency of ["selfLoop", "mean", "symmetric"]) {
      it(`has the gradient of finite differences as in the ${form} with adjacency ${adjacency}`, () =>
        expectGradients("ngcf", { form, adjacency, layers: 2, l2: 0.1 }));
    }
  }
});

describe("LightGCN's loss", () => {
  for (const layers of [0, 1, 3]) {
    it(`has the gradient of finite differences with ${layers} layers`, () =>
      expectGradients("lightgcn", { layers, l2: 0.1 }));
  }
});

describe("MF's loss", () => {
  for (const l2 of [0, 0.1]) {
    it(`has the gradient of finite differences with l2 ${l2}`, () => expectGradients("mf", { l2 }));
  }
});
