import { choice, integer, number, trainingHyperparameters } from "../../src/index.js";

/** Hyper-parameters of SGL; ranges and values are those of its paper (section 4) and released code. */
export const sglHyperparameters = {
  dim: integer({ default: 64, minimum: 1, description: "Embedding size d" }),
  layers: integer({
    default: 3,
    minimum: 0,
    maximum: 8,
    description: "Propagation layers, mean of 0..L (3; searched 1..3)",
  }),
  augmentation: choice({
    of: ["edges", "nodes", "walk"],
    default: "edges",
    description:
      "What an augmented graph lacks: edges (SGL-ED), users and items (SGL-ND), or edges anew in every layer (SGL-RW)",
  }),
  dropped: number({
    default: 0.1,
    minimum: 0,
    maximum: 0.99,
    description: "Share ρ of edges, or of users and of items, that it lacks (0.1; searched 0..0.5)",
  }),
  contrastWeight: number({
    default: 0.1,
    minimum: 0,
    description: "Weight λ1 of the contrast of the two graphs (0.1, Amazon-Book 0.5; 0.005..1); 0: LightGCN",
  }),
  temperature: number({
    default: 0.2,
    exclusiveMinimum: 0,
    description: "Temperature τ of the contrast (0.2; searched 0.1..1)",
  }),
  l2: number({
    default: 1e-4,
    minimum: 0,
    description: "Weight λ2 of ½‖·‖² of the ego rows of the triples, a sum (1e-4, Amazon-Book 1e-3)",
  }),
  ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 2048 }),
};
