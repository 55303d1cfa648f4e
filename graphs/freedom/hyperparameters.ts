import { flag, integer, names, number, trainingHyperparameters } from "../../src/index.js";

/** Hyper-parameters of FREEDOM; ranges and values are those of its paper and of its configuration in MMRec. */
export const freedomHyperparameters = {
  modalities: names({
    default: ["image", "text"],
    description: "Modalities with features; any number, also none (then LightGCN on pruned graphs)",
  }),
  dim: integer({ default: 64, minimum: 1, description: "Embedding size d" }),
  layers: integer({
    default: 2,
    minimum: 0,
    maximum: 8,
    description: "Layers over the user-item graph, mean of 0..L (2)",
  }),
  itemLayers: integer({
    default: 1,
    minimum: 1,
    maximum: 4,
    description: "Layers over the item graph (1)",
  }),
  knnK: integer({
    default: 10,
    minimum: 1,
    description: "Neighbours per item, the item itself among them (10)",
  }),
  firstWeight: number({
    default: 0.1,
    minimum: 0,
    maximum: 1,
    description:
      "Share of the first modality's graph, the others share the rest equally (image 0.1, searched 0..1)",
  }),
  pruned: number({
    default: 0.8,
    minimum: 0,
    maximum: 0.99,
    description: "Share ρ of interactions left out of an epoch's graph (0.8, 0.9); 0 prunes nothing",
  }),
  featureWeight: number({
    default: 1e-3,
    minimum: 0,
    description: "Weight λ of the ranking by projected features (0, 1e-5, 1e-4, 1e-3)",
  }),
  featuresTrainable: flag({
    default: false,
    description: "Train the features too, as the released code; items · Σd_m parameters more",
  }),
  ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 2048 }),
};
