import { choice, flag, integer, names, number, trainingHyperparameters } from "../../src/index.js";

/** Hyper-parameters of LATTICE; ranges and values are those of its paper (section 4) and released code. */
export const latticeHyperparameters = {
  modalities: names({
    default: ["image", "text"],
    description: "Modalities with features; any number, also none (then the backbone alone)",
  }),
  dim: integer({ default: 64, minimum: 1, description: "Embedding size d" }),
  backbone: choice({
    of: ["lightgcn", "ngcf", "mf"],
    default: "lightgcn",
    description: "Collaborative model whose item vectors the item graph is added to",
  }),
  layers: integer({
    default: 2,
    minimum: 0,
    maximum: 8,
    description: "Layers of the backbone over D^-1 (A + I), mean of 0..L (2)",
  }),
  messageDropout: number({
    default: 0.1,
    minimum: 0,
    maximum: 0.99,
    description: "Dropout of layer outputs of the ngcf backbone (0.1)",
  }),
  featureDim: integer({ default: 64, minimum: 1, description: "Size of the projected features (64)" }),
  itemLayers: integer({
    default: 1,
    minimum: 1,
    maximum: 4,
    description: "Layers over the item graph (1; searched 1..4)",
  }),
  knnK: integer({
    default: 10,
    minimum: 1,
    description: "Neighbours per item, the item itself among them (10; searched 5..30)",
  }),
  originalShare: number({
    default: 0.9,
    minimum: 0,
    maximum: 1,
    description: "Share λ of the graph of the raw features, the learned graph has the rest (0.9); 1: frozen",
  }),
  l2: number({
    default: 1e-5,
    minimum: 0,
    description: "Weight of ½‖·‖²/B on the final rows of the triples (1e-5; 0..1e-3)",
  }),
  featuresTrainable: flag({
    default: false,
    description: "Train the features too, as the released code; items · Σd_m parameters more",
  }),
  ...trainingHyperparameters({ learningRate: 5e-4, batchSize: 1024 }),
  schedule: choice({
    of: ["constant", "exponential", "cosine"],
    default: "exponential",
    description:
      "How the learning rate changes over epochs; exponential is decayRate^(epoch / decayEvery), as its code",
  }),
  sampler: choice({
    of: ["pairs", "users"],
    default: "users",
    description: "users: distinct users per step (its code); pairs: one pass over all training pairs (MMRec)",
  }),
  negativePool: choice({
    of: ["all", "train"],
    default: "all",
    description:
      "Items that negatives are drawn from: all (its code), or those that occur in training (MMRec)",
  }),
};
