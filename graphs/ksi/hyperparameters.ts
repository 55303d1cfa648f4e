import { choice, flag, integer, names, number, trainingHyperparameters } from "../../src/index.js";

/** Hyper-parameters and switches of KSI with the paper's values and the readings of its open points. */
export const ksiHyperparameters = {
  modalities: names({
    default: ["image", "text"],
    description: "Modalities with features; any number, also none",
  }),
  dim: integer({ default: 64, minimum: 2, description: "Embedding size d (searched 32, 64, 128)" }),
  backbone: choice({
    of: ["lightgcn", "ngcf", "mf"],
    default: "lightgcn",
    description: "Collaborative backbone; shares the ID embeddings with the item graphs",
  }),
  backboneLayers: integer({
    default: 2,
    minimum: 0,
    maximum: 8,
    description: "Layers of the backbone (LATTICE: 2)",
  }),
  cfAdjacency: choice({
    of: ["sym", "rowSelfLoop"],
    default: "sym",
    description: "Backbone adjacency: D^-1/2 A D^-1/2 (LightGCN) or D^-1 (A + I) (LATTICE)",
  }),
  messageDropout: number({
    default: 0.1,
    minimum: 0,
    maximum: 0.99,
    description: "Dropout of the ngcf backbone",
  }),

  sei: flag({
    default: true,
    description: "Structure-enhancing item graphs: propagation, fusion and redundancy reduction",
  }),
  itemConv: choice({
    of: ["rgnn", "gcn", "lightgcn", "gat"],
    default: "rgnn",
    description:
      "Item graph convolution: KSI's weight-free RGNN, or the variants of Fig. 2(a), which also set rrUser=false " +
      "and rrItem=false",
  }),
  itemLayers: integer({
    default: 1,
    minimum: 0,
    maximum: 4,
    description: "Layers L of the item graphs (Fig. 2(c): 0..4)",
  }),
  knnK: integer({ default: 10, minimum: 1, description: "Neighbours per item, k" }),
  knnIncludeSelf: flag({
    default: true,
    description: "An item is among its own k neighbours, as in LATTICE",
  }),

  impute: choice({
    of: ["mean", "neighbours", "zero"],
    default: "mean",
    description:
      "What stands in for missing features: the mean of the others, the mean over the items that users have beside the " +
      "item, or nothing, so that the item is nobody's neighbour",
  }),

  rr: flag({ default: true, description: "Redundancy reduction (Eqs. 5 to 11), part of sei" }),
  rrUser: flag({ default: true, description: "Redundancy reduction of the user embeddings (Eq. 11)" }),
  rrItem: flag({ default: true, description: "Redundancy reduction of the item layers (Eq. 10)" }),
  rrNorm: choice({
    of: ["rows", "standardise"],
    default: "rows",
    description: "Normalisation of Eq. 5: rows of unit norm, or columns of mean 0 and variance 1",
  }),
  beta: number({
    default: 1,
    minimum: 0,
    description: "Weight of redundancy reduction (0.1, 0.5, 1, 5, 10)",
  }),

  ssi: flag({
    default: true,
    description: "Semantic-structure integration: contrast with the features (Eq. 15)",
  }),
  alpha: number({
    default: 0.05,
    minimum: 0,
    description: "Weight of SSI (0.01..1; 0.05 Sports, 0.1 Clothing)",
  }),
  temperature: number({ default: 0.1, exclusiveMinimum: 0, description: "Temperature τ of SSI (0.01..1)" }),
  itemsPerNegative: integer({ default: 512, minimum: 1, description: "K = items / this, at least 1" }),
  ssiSimilarity: choice({
    of: ["cosine", "dot"],
    default: "cosine",
    description: "Similarity in Eq. 15; the text says dot product, whose scale depends on the features",
  }),
  ssiScope: choice({
    of: ["batch", "all"],
    default: "batch",
    description:
      "Anchors of Eq. 15: distinct positives of the batch, or all items (printed; memory I·(K+1)·d·4 B each)",
  }),
  ssiReduce: choice({
    of: ["mean", "sum"],
    default: "mean",
    description: "Reduction over the anchors; printed: sum",
  }),
  detachModalWeightsInAux: flag({
    default: false,
    description: "No gradient to the modality weights from SSI and redundancy reduction",
  }),

  l2: number({
    default: 0,
    minimum: 0,
    description: "½‖·‖²/B on the ego rows; the paper has none (LATTICE: 1e-5)",
  }),
  ...trainingHyperparameters({ learningRate: 5e-4, batchSize: 1024 }),
};
