import type { Given } from "../expectGradients.js";
import { expectClose, expectVectors, loss } from "../instanceValues.js";
import { meanOfLayers, meanOfNormalised, ngcfLayers, plainLayers } from "../ngcf/plainNgcf.js";
import { smallInstance, type SmallInstance } from "../smallInstance.js";
import * as plain from "./plainKsi.js";

const both = ["image", "text"];

/** Without dropout, so that values can be compared. */
const ksi = (given: Given): SmallInstance => smallInstance("ksi", given, false);

const weightsOf = ({ feeds }: SmallInstance): number[] =>
  plain.modalityWeights(plain.rowsOf(feeds["modality_logits"], 2)[0]!);

const weightedSum = (values: readonly number[], weights: readonly number[]): number =>
  values.reduce((sum, value, m) => sum + weights[m]! * value, 0);

/** Shares 1 / (d + 1) and weights of the distinct positives are fed in single precision. */
const FED_ROUNDING = 1e-7;

describe("KSI's collaborative backbone", () => {
  for (const [cfAdjacency, adjacency] of [
    ["sym", "symmetric"],
    ["rowSelfLoop", "selfLoop"],
  ] as const) {
    const backbones = {
      lightgcn: ({ feeds }: SmallInstance, layers: number) =>
        meanOfLayers(plainLayers(feeds, adjacency, layers)),
      ngcf: ({ feeds }: SmallInstance, layers: number) =>
        meanOfNormalised(ngcfLayers(feeds, { form: "code", adjacency, slope: 0.01, layers })),
    };
    for (const [backbone, vectorsOf] of Object.entries(backbones)) {
      for (const backboneLayers of [1, 2]) {
        it(`${backbone} has its equations' vectors with adjacency ${cfAdjacency}, layers 0 to ${backboneLayers}`, () => {
          const instance = ksi({ backbone, cfAdjacency, backboneLayers });
          const outputs = both.map((modality) => plain.itemStates(instance.feeds, modality, 1).output);
          const vectors = plain.withFused(vectorsOf(instance, backboneLayers), outputs, weightsOf(instance));
          const tolerance = cfAdjacency === "sym" ? 1e-12 : FED_ROUNDING;
          expectVectors(instance, vectors, tolerance);
          expectClose([loss(instance, "bpr")], [plain.bpr(vectors)], tolerance);
        });
      }
    }
  }
});

describe("KSI's item graph convolution", () => {
  for (const itemConv of ["gcn", "lightgcn", "gat"]) {
    for (const itemLayers of [1, 2]) {
      it(`${itemConv} with layers 0 to ${itemLayers} is fused, contrasted and reduced in redundancy`, () => {
        const instance = ksi({ itemConv, itemLayers, rrUser: false, alpha: 1 });
        const { feeds } = instance;
        const weights = weightsOf(instance);
        const states = both.map((modality) => plain.itemStates(feeds, modality, itemLayers, itemConv));
        const outputs = states.map(({ output }) => output);
        expectVectors(instance, plain.withFused(plain.lightGcn(feeds), outputs, weights));
        const contrasts = both.map((modality, m) => plain.contrast(feeds, modality, outputs[m]!, 0.1));
        expectClose([loss(instance, "ssi")], [weightedSum(contrasts, weights)], FED_ROUNDING);
        const redundancies = states.map(({ layers }) =>
          layers.map(plain.redundancy).reduce((sum, value) => sum + value, 0),
        );
        expectClose([loss(instance, "redundancy")], [weightedSum(redundancies, weights) / (itemLayers + 1)]);
      });
    }
  }
});

describe("KSI's contrast with the features", () => {
  for (const similarity of ["cosine", "dot"] as const) {
    for (const scope of ["batch", "all"] as const) {
      for (const reduce of ["mean", "sum"] as const) {
        it(`by ${similarity} is the ${reduce} over ${scope === "all" ? "all items" : "the batch's items"}`, () => {
          const temperature = 0.5;
          const switches = { ssiSimilarity: similarity, ssiScope: scope, ssiReduce: reduce };
          const instance = ksi({ ...switches, alpha: 0.3, temperature });
          const contrasts = both.map((modality) => {
            const { output } = plain.itemStates(instance.feeds, modality, 1);
            const readings = { similarity, scope, reduce };
            return plain.contrast(instance.feeds, modality, output, temperature, readings);
          });
          const tolerance = scope === "batch" && reduce === "mean" ? FED_ROUNDING : 1e-12;
          expectClose(
            [loss(instance, "ssi")],
            [0.3 * weightedSum(contrasts, weightsOf(instance))],
            tolerance,
          );
        });
      }
    }
  }
});
