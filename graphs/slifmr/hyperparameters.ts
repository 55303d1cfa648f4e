import { choice, flag, integer, names, number, trainingHyperparameters } from "../../src/index.js";

/** Hyper-parameters and switches of SLIF-MR with the paper's ranges and the readings of its open points. */
export const slifmrHyperparameters = {
  modalities: names({
    default: ["image", "text"],
    description: "Modalities with features; any number, without any as mm=false",
  }),
  dim: integer({ default: 64, minimum: 2, description: "Embedding size d (paper: 64)" }),
  layers: integer({
    default: 2,
    minimum: 1,
    maximum: 8,
    description: "Layers L of all three branches (tuned in 1..5)",
  }),

  kg: flag({ default: true, description: "Knowledge-graph branch (w/o KG: false)" }),
  kgInverse: flag({
    default: true,
    description: "Adds (t, r + R, h) for every triple; without, attributes receive nothing (paper: silent)",
  }),
  kgPooling: choice({
    of: ["mean0", "residual"],
    default: "mean0",
    description:
      "Mean over layers 0..L as printed in Eq. 13, or layer 0 plus the mean of 1..L as Eq. 8, which its text names",
  }),
  kgCorrelationPrior: choice({
    of: ["none", "log"],
    default: "none",
    description: "What a correlation edge's weight adds to its attention logit: nothing, or its logarithm",
  }),
  kgDropped: number({
    default: 0,
    minimum: 0,
    maximum: 0.95,
    description: "Share ρ of triples left out of each epoch (Eq. 6; not given, try 0, 0.2, 0.5)",
  }),

  mm: flag({ default: true, description: "Modality branch (w/o MM: false)" }),
  knnK: integer({
    default: 10,
    minimum: 1,
    description: "Neighbours K per item and modality (not given; LATTICE: 10)",
  }),

  interactionsDropped: number({
    default: 0,
    minimum: 0,
    maximum: 0.95,
    description: "Share ρ of interactions left out of each epoch (Eq. 6; not given, try 0, 0.2, 0.5, 0.8)",
  }),

  selfLoop: flag({ default: true, description: "Correlation graph of the unified vectors (w/o SGE: false)" }),
  selfLoopEvery: integer({
    default: 1,
    minimum: 1,
    description: "Epochs T_s from one correlation graph to the next (Table IV: 1, 5, 10, 15, 20)",
  }),
  neighbours: integer({
    default: 10,
    minimum: 1,
    description: "Neighbours N per item in the correlation graph (swept in Fig. 6(d): 5, 10, 15, 20)",
  }),
  correlationNorm: choice({
    of: ["joint", "add", "count"],
    default: "joint",
    description:
      "Normalisation of A with the correlation block: weighted row sums over both (spectral radius near 1), Eq. 7 for " +
      "the interactions plus the normalised block, or Eq. 7 with the neighbours of both counted",
  }),
  accumulate: choice({
    of: ["replace", "window", "ema", "sum", "unbounded"],
    default: "replace",
    description:
      "Correlation graphs in S and the knowledge graph: the newest, the mean of the last few, a moving average, the mean " +
      "of all (printed, scaled), or their plain sum, which grows without bound and is for tests",
  }),
  accumulateWindow: integer({
    default: 3,
    minimum: 2,
    maximum: 10,
    description: "Graphs of accumulate=window",
  }),
  accumulateDecay: number({
    default: 0.5,
    minimum: 0,
    maximum: 0.99,
    description: "What accumulate=ema keeps of the graph before",
  }),
  accumulateKeep: integer({
    default: 40,
    minimum: 1,
    description: "Entries per row that accumulate=ema and sum keep at most, the largest",
  }),

  fusion: choice({
    of: ["ailf", "concat", "sum", "attention"],
    default: "ailf",
    description:
      "Fusion of the branches (Fig. 5): weights per item (Eq. 14), a linear map of all branches, their sum, or one weight " +
      "per branch by additive attention",
  }),

  inter: flag({
    default: true,
    description: "Consistency between branches and unified vectors (Eqs. 19, 20)",
  }),
  beta: number({ default: 0.3, minimum: 0, description: "Weight of inter (paper: 0.1, 0.3, 0.5, 0.7, 0.9)" }),
  temperature: number({
    default: 0.2,
    exclusiveMinimum: 0,
    description: "Temperature τ of inter (not given)",
  }),
  infoNceDenominator: choice({
    of: ["exclude", "include"],
    default: "exclude",
    description: "The denominator of Eq. 19 leaves out the item itself (printed) or has it",
  }),
  intra: flag({ default: true, description: "Consistency within branches (Eqs. 21, 22)" }),
  gamma: number({ default: 1e-3, minimum: 0, description: "Weight of intra (paper: 1e-5 to 1e-1)" }),
  uniformityScale: number({ default: 2, exclusiveMinimum: 0, description: "t of intra (not given)" }),
  intraLoss: choice({
    of: ["uniformity", "printed"],
    default: "uniformity",
    description:
      "log of the mean of Eq. 21, which spreads vectors, or the mean of the log as printed, which joins them",
  }),
  contrastScope: choice({
    of: ["batch", "sample", "all"],
    default: "batch",
    description:
      "Items that inter and intra compare: the distinct positives of the batch, its drawn negatives, or all (printed; an " +
      "I × I matrix per branch and step)",
  }),

  l2: number({
    default: 1e-4,
    minimum: 0,
    description: "η: ½‖·‖²/B on the batch's ID embeddings (not given)",
  }),
  ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 4096 }),
};
