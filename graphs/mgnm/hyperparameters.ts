import { choice, flag, integer, names, number, trainingHyperparameters } from "../../src/index.js";

/** Hyper-parameters and switches of MGNM with the paper's values (section IV) and the readings of its open points. */
export const mgnmHyperparameters = {
  modalities: names({
    default: ["image", "text"],
    description: "Modalities with features (Table III: one of two); any number, also none",
  }),
  dim: integer({ default: 64, minimum: 2, description: "Embedding size d (64)" }),
  layers: integer({ default: 2, minimum: 0, maximum: 8, description: "Layers L of Eq. 2 (2)" }),
  modalityLayers: integer({ default: 2, minimum: 0, maximum: 8, description: "Layers K of Eq. 7 (2)" }),
  localNorm: choice({
    of: ["sum", "each"],
    default: "sum",
    description:
      "Form of Eq. 8: the modalities' sum normalised (printed), or the sum of the normalised (LGMRec)",
  }),

  global: flag({ default: true, description: "Global branch, Eqs. 9 to 17" }),
  hyperInput: choice({
    of: ["purified", "projected", "raw"],
    default: "purified",
    description:
      "What the B vectors of Eq. 11 multiply: Ë of Eq. 10, Ê of Eq. 4, or the raw features (LGMRec; vectors in R^d_m)",
  }),
  expansion: integer({
    default: 4,
    minimum: 1,
    description: "Hidden units of Eq. 9 over d; the paper's A, not given",
  }),
  purifierActivation: choice({
    of: ["none", "leakyRelu"],
    default: "none",
    description: "Between Eqs. 9 and 10; none is printed, leakyRelu has slope 0.01",
  }),
  purifierFused: flag({
    default: true,
    description:
      "Without activation, multiply the weights of Eqs. 9 and 10 first: the same function of the same parameters, " +
      "c times cheaper",
  }),
  hyperedges: integer({ default: 4, minimum: 1, description: "Number B of transformation vectors (4)" }),
  userHyperNorm: choice({
    of: ["sum", "mean"],
    default: "sum",
    description: "Eq. 12: H_u is the sum over the user's items (LGMRec) or their mean",
  }),
  userHyper: choice({
    of: ["printed", "lgmrec"],
    default: "printed",
    description: "Eq. 14: users receive H_u (H_uᵀ E_u) (printed) or H_u (H_iᵀ E_i) (LGMRec)",
  }),
  hyperLayers: integer({
    default: 1,
    minimum: 1,
    maximum: 4,
    description: "Layers F of Eqs. 13 and 14, not given",
  }),
  temperature: number({
    default: 0.2,
    exclusiveMinimum: 0,
    description: "Temperature τ of Gumbel softmax and contrast (0.2)",
  }),
  keepRate: number({
    default: 0.5,
    exclusiveMinimum: 0,
    maximum: 1,
    description: "Share of dependence entries kept in training, Eqs. 13 and 14; not given, LGMRec's for Baby",
  }),
  alpha: number({
    default: 0.3,
    minimum: 0,
    description: "Weight of the global vectors in Eq. 17; not given, LGMRec's for Baby",
  }),

  hcl: flag({
    default: true,
    description: "Hypergraph contrast (Eq. 16) between every two modalities; needs the global branch",
  }),
  omega: number({
    default: 1e-4,
    minimum: 0,
    description: "Weight ω of Eq. 16; not given, LGMRec's",
  }),
  hclReduce: choice({
    of: ["sum", "mean"],
    default: "sum",
    description: "Reduction of Eq. 16 over the batch; ω is tuned for the sum",
  }),

  ddr: flag({ default: true, description: "De-redundancy of the collaborative layers (Eq. 23)" }),
  beta: number({ default: 1e-4, minimum: 0, description: "Its weight β (1e-1 … 1e-5; 1e-4)" }),
  ddrMm: flag({ default: true, description: "De-redundancy of the layers of every modality" }),
  delta: number({
    default: 1e-4,
    minimum: 0,
    description: "Its weight δ (1e-2 … 1e-6; 1e-4 Baby and Video, 1e-2 Beauty)",
  }),
  ddrFrom: integer({
    default: 0,
    minimum: 0,
    maximum: 1,
    description: "First layer of Eq. 23: 0 (printed) or 1 (AFDGCF)",
  }),

  l2: choice({
    of: ["lgmrec", "squaredEgo"],
    default: "lgmrec",
    description:
      "Eq. 19: unsquared norms of the batch's final rows over B (LGMRec), or ½‖·‖²/B on its ego rows",
  }),
  lambda: number({
    default: 1e-6,
    minimum: 0,
    description: "Weight λ of Eq. 19; not given, LGMRec's",
  }),
  ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 2048 }),
};
