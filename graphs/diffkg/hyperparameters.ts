import { choice, integer, number, trainingHyperparameters } from "../../src/index.js";
import { diffusionHyperparameters, knowledgeHyperparameters } from "../kdiffe/hyperparameters.js";

/** Hyper-parameters and switches of DiffKG with the defaults of its code and the ranges of its experiments. */
export const diffkgHyperparameters = {
  dim: integer({ default: 64, minimum: 2, description: "Embedding size d (64)" }),
  layers: integer({ default: 2, minimum: 0, maximum: 8, description: "Layers over users and items (2)" }),
  hops: integer({
    default: 1,
    minimum: 1,
    maximum: 4,
    description: "Hops over the knowledge graph (1 or 2)",
  }),
  ...knowledgeHyperparameters,
  triplesPerHead: integer({
    default: 10,
    minimum: 0,
    description: "Most links of an entity in the given graph, drawn once (10); 0 for all",
  }),
  messDropout: number({
    default: 0.1,
    minimum: 0,
    maximum: 0.99,
    description: "Message dropout before each hop's norm (0.1)",
  }),
  kgResidual: number({
    default: 0.5,
    minimum: 0,
    description: "res_lambda: share of what the hops before gave (0.5)",
  }),

  mainView: choice({
    of: ["generated", "given"],
    default: "generated",
    description:
      "The graph that ranks: the generated one (cl_pattern 0) or the given one (1); the other contrasts",
  }),
  trainingViews: choice({
    of: ["both", "given"],
    default: "both",
    description:
      "Both graphs in training (the paper), or the given one for both views, which then differ by dropout alone, as " +
      "where the code passes the generated graph in another argument's place",
  }),
  clWeight: number({ default: 0.1, minimum: 0, description: "ssl_reg of the contrast (0.1; 0.1..1)" }),
  temperature: number({
    default: 0.1,
    exclusiveMinimum: 0,
    description: "τ of the contrast (0.1; 0.1..1)",
  }),
  l2: number({
    default: 1e-7,
    minimum: 0,
    description: "Weight of ‖Θ‖², all of the recommender's parameters (1e-7; 1e-5..1e-7)",
  }),

  diffusionSteps: integer({ default: 5, minimum: 1, maximum: 100, description: "T (5)" }),
  ...diffusionHyperparameters,
  collaborativeWeight: number({
    default: 0.5,
    minimum: 0,
    maximum: 1,
    description: "e_loss of the collaborative loss, 1 - e_loss of the ELBO",
  }),
  keptEntities: integer({ default: 1, minimum: 1, description: "rebuild_k, entities kept per entity (1)" }),
  newEdges: choice({
    of: ["drop", "byEntityType"],
    default: "drop",
    description: "Generated pairs that the graph does not have: dropped, or with the entity's usual relation",
  }),
  keepRate: number({
    default: 0.5,
    exclusiveMinimum: 0,
    maximum: 1,
    description: "Share of the generated links that is kept, drawn every epoch (0.5)",
  }),
  ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 1024 }),
  negativePool: choice({
    of: ["all", "train"],
    default: "all",
    description: "Items that negatives are drawn from: all (its code), or those that occur in training",
  }),
};
