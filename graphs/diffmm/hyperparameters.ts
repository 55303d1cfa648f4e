import { choice, flag, integer, names, number, trainingHyperparameters } from "../../src/index.js";
import { diffusionHyperparameters } from "../kdiffe/hyperparameters.js";

/** Hyper-parameters and switches of DiffMM with the defaults of its code and its commands' values. */
export const diffmmHyperparameters = {
  modalities: names({
    default: ["image", "text"],
    description: "Modalities with features, one or more; each has a denoiser and a generated graph",
  }),
  dim: integer({ default: 64, minimum: 2, description: "Embedding size d (64)" }),
  layers: integer({
    default: 1,
    minimum: 0,
    maximum: 8,
    description: "Layers over users and items after the modalities are fused (1)",
  }),
  modalityTransform: choice({
    of: ["linear", "matrix"],
    default: "linear",
    description: "Features to d by F W + b (TikTok, Sports) or by LeakyReLU(F W) (Baby)",
  }),
  generatedWeight: number({
    default: 0.2,
    minimum: 0,
    description: "λ: what the generated graphs add to the modalities' vectors, ris_adj_lambda (0.2)",
  }),
  residual: number({
    default: 0.5,
    minimum: 0,
    description: "ρ: share of the normalised fused vectors in the final ones, ris_lambda (0.5; Sports 0.1)",
  }),

  cl: flag({ default: true, description: "Contrast of the generated graphs' views" }),
  clMode: choice({
    of: ["main", "modalities"],
    default: "main",
    description:
      "Contrast of the final vectors with each modality's view (cl_method 1: TikTok), or of the views with one another (0: " +
      "Baby, Sports)",
  }),
  clWeight: number({ default: 1e-2, minimum: 0, description: "ssl_reg of the contrast (1e-2; Baby 0.1)" }),
  temperature: number({
    default: 0.5,
    exclusiveMinimum: 0,
    description: "τ of the contrast (0.5; Sports 0.1)",
  }),
  l2: number({
    default: 1e-4,
    minimum: 0,
    description: "Weight of ‖X_U‖² + ‖X_I‖² (TikTok 1e-4, Baby 1e-5, Sports 1e-6)",
  }),

  diffusionSteps: integer({ default: 5, minimum: 1, maximum: 100, description: "T (5)" }),
  ...diffusionHyperparameters,
  collaborativeWeight: number({
    default: 0.1,
    minimum: 0,
    description: "e_loss: weight of the collaborative loss beside the ELBO (0.1; Baby 0.01, Sports 0.5)",
  }),
  keptItems: integer({ default: 1, minimum: 1, description: "rebuild_k, items kept per user (1)" }),
  keepRate: number({
    default: 0.5,
    exclusiveMinimum: 0,
    maximum: 1,
    description:
      "Share of the generated graphs' entries that is kept, drawn every epoch (0.5; Baby, Sports 1)",
  }),
  ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 1024 }),
  negativePool: choice({
    of: ["all", "train"],
    default: "all",
    description: "Items that negatives are drawn from: all (its code), or those that occur in training",
  }),
};
