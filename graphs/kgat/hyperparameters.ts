import { choice, flag, integer, number, trainingHyperparameters } from "../../src/index.js";

/** Hyper-parameters of KGAT; ranges and values are those of its paper (section 4) and released code. */
export const kgatHyperparameters = {
  dim: integer({ default: 64, minimum: 1, description: "Embedding size d of users and entities (64)" }),
  relationDim: integer({
    default: 64,
    minimum: 1,
    description: "Embedding size of relations, into which entities are projected (64)",
  }),
  layers: integer({
    default: 3,
    minimum: 1,
    maximum: 6,
    description: "Propagation layers of sizes d, d/2, d/4, … (3: 64, 32, 16; searched 1..4)",
  }),
  aggregator: choice({
    of: ["bi", "gcn", "graphsage"],
    default: "bi",
    description: "How a node's vector and its neighbours' become the next layer's (Eqs. 6, 7 and 8)",
  }),
  attention: flag({
    default: true,
    description: "Attend by TransR's scores, anew after every epoch; false: w/o Att, weights of the graph",
  }),
  knowledge: flag({
    default: true,
    description: "Train TransR on all edges after the ranking, every epoch; false: w/o KGE",
  }),
  messageDropout: number({
    default: 0.1,
    minimum: 0,
    maximum: 0.99,
    description: "Dropout of layer outputs (0.1; searched 0..0.8)",
  }),
  l2: number({
    default: 1e-5,
    minimum: 0,
    description: "Weight of ½‖·‖²/B on the final rows of the triples (1e-5; 1e-5..1e2)",
  }),
  knowledgeL2: number({
    default: 1e-5,
    minimum: 0,
    description: "Weight of ½‖·‖²/B on the projected entities and relations of TransR's batch (1e-5)",
  }),
  knowledgeBatchSize: integer({
    default: 2048,
    minimum: 1,
    description: "Edges per step of TransR (2048; its code: as many as give one step per ranking step)",
  }),
  ...trainingHyperparameters({ learningRate: 1e-4, batchSize: 1024 }),
  sampler: choice({
    of: ["pairs", "users"],
    default: "users",
    description: "users: distinct users per step (its code); pairs: one pass over all training pairs",
  }),
  negativePool: choice({
    of: ["all", "train"],
    default: "all",
    description: "Items that negatives are drawn from: all (its code), or those that occur in training",
  }),
};
