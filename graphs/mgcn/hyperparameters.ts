import { choice, flag, integer, names, number, trainingHyperparameters } from "../../src/index.js";

/** Hyper-parameters of MGCN; ranges and values are those of its paper and released configuration. */
export const mgcnHyperparameters = {
  modalities: names({
    default: ["image", "text"],
    description: "Modalities with features; any number, also none (then LightGCN with L2 on final rows)",
  }),
  dim: integer({ default: 64, minimum: 1, description: "Embedding size d" }),
  layers: integer({
    default: 2,
    minimum: 0,
    maximum: 8,
    description: "Layers of the behaviour view, mean of 0..L (2)",
  }),
  itemLayers: integer({
    default: 1,
    minimum: 0,
    maximum: 4,
    description: "Layers of the item-item view (1; searched 1..4)",
  }),
  knnK: integer({
    default: 10,
    minimum: 1,
    description: "Neighbours per item, the item itself among them (10)",
  }),
  contrastWeight: number({
    default: 0.01,
    minimum: 0,
    description: "Weight of the contrast of side and behaviour vectors (1e-3, 1e-2, 0.1)",
  }),
  temperature: number({
    default: 0.2,
    exclusiveMinimum: 0,
    description: "Temperature of the contrast (0.2)",
  }),
  l2: number({ default: 1e-4, minimum: 0, description: "Weight of ½‖·‖²/B on the final rows (1e-4)" }),
  featuresTrainable: flag({
    default: false,
    description: "Train the features too, as the released code; items · Σd_m parameters more",
  }),
  ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 2048 }),
  schedule: choice({
    of: ["constant", "exponential", "cosine"],
    default: "exponential",
    description:
      "How the learning rate changes over epochs; exponential is decayRate^(epoch / decayEvery), as its code",
  }),
};
