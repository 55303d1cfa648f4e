import { flag, integer, names, number, trainingHyperparameters } from "../../src/index.js";

/** Hyper-parameters of LGMRec; ranges and values are those of its released configuration. */
export const lgmrecHyperparameters = {
  modalities: names({
    default: ["image", "text"],
    description: "Modalities with features; any number, also none (then LightGCN with L2 on final rows)",
  }),
  dim: integer({ default: 64, minimum: 1, description: "Embedding size d" }),
  layers: integer({
    default: 2,
    minimum: 0,
    maximum: 8,
    description: "Collaborative layers, mean of 0..L (code: 2; searched 1..4)",
  }),
  modalityLayers: integer({
    default: 2,
    minimum: 0,
    maximum: 8,
    description: "Propagation layers of a modality, of which the last counts (code: 2)",
  }),
  global: flag({ default: true, description: "Global hypergraph embedding (ablation: local only)" }),
  hyperedges: integer({
    default: 4,
    minimum: 1,
    description: "Hyperedges per modality (4 Baby and Sports, 64 Clothing)",
  }),
  hyperLayers: integer({
    default: 1,
    minimum: 1,
    maximum: 4,
    description: "Layers of the hypergraph (2 Clothing)",
  }),
  temperature: number({
    default: 0.2,
    exclusiveMinimum: 0,
    description: "Temperature τ of Gumbel softmax and contrast (code: 0.2)",
  }),
  keepRate: number({
    default: 0.5,
    exclusiveMinimum: 0,
    maximum: 1,
    description: "Share of dependence entries kept in training (0.5 Baby, 0.4 Sports, 0.2 Clothing)",
  }),
  alpha: number({
    default: 0.3,
    minimum: 0,
    description: "Weight of the global vectors (0.3 Baby, 0.6 Sports, 0.2 Clothing)",
  }),
  contrastWeight: number({
    default: 1e-4,
    minimum: 0,
    description: "Weight of the hypergraph contrast, summed over the batch (1e-4)",
  }),
  l2: number({
    default: 1e-6,
    minimum: 0,
    description: "Weight of unsquared norms of the batch's final rows over B (1e-6)",
  }),
  ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 2048 }),
};
