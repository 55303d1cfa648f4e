import { choice, flag, integer, names, number, trainingHyperparameters } from "../../src/index.js";

/** Where a knowledge graph comes from; shared by KDiffE and DiffKG. */
export const knowledgeHyperparameters = {
  source: choice({
    of: ["file", "hub", "clusters", "metadata"],
    default: "file",
    description:
      "Knowledge graph: the dataset's triples; one thing per modality linked to all items (released with KDiffE, " +
      "tells items apart by nothing); k-means clusters of the features; columns of items.tsv",
  }),
  modalities: names({
    default: [],
    description:
      "Modalities of source hub or clusters, one relation each; of KDiffE's released variant also those of its second tower",
  }),
  clusters: integer({
    default: 64,
    minimum: 1,
    description: "Clusters per modality of source clusters (KDiffE has classes of an image classifier)",
  }),
  columns: names({
    default: [],
    description: "Columns of items.tsv of source metadata, one relation each; texts are lists with commas",
  }),
  minItems: integer({
    default: 1,
    minimum: 1,
    description: "Things linked to fewer items are left out; the denoiser is as wide as there are entities",
  }),
};

/** Noise schedule and denoiser; shared by KDiffE and DiffKG, whose code they are. */
export const diffusionHyperparameters = {
  noiseScale: number({
    default: 0.1,
    exclusiveMinimum: 0,
    maximum: 1,
    description: "s of the line on which 1 - ᾱ_t lies, from s·noiseMin to s·noiseMax (0.1)",
  }),
  noiseMin: number({ default: 1e-4, exclusiveMinimum: 0, maximum: 0.9, description: "Its start (1e-4)" }),
  noiseMax: number({ default: 0.02, exclusiveMinimum: 0, maximum: 0.9, description: "Its end (0.02)" }),
  hidden: integer({ default: 1000, minimum: 1, description: "Hidden units of the denoiser (1000)" }),
  inputDropout: number({
    default: 0.5,
    minimum: 0,
    maximum: 0.99,
    description: "Dropout of the denoiser's x_t in training (0.5)",
  }),
  elboWeight: choice({
    of: ["snr", "uniform"],
    default: "snr",
    description: "w_t of the ELBO: SNR(t-1) - SNR(t), from 6886 down to 57 for T = 10, or 1",
  }),
  collaborativeWeight: number({
    default: 0.5,
    minimum: 0,
    maximum: 1,
    description:
      "e_loss of the collaborative loss, 1 - e_loss of the ELBO (released: 0.7, 0.9, 0.5, and 1 of the ELBO)",
  }),
  diffusionLearningRate: number({
    default: 1e-3,
    exclusiveMinimum: 0,
    description: "Learning rate of the denoiser's own Adam (1e-3)",
  }),
  diffusionBatch: integer({ default: 1024, minimum: 1, description: "Rows per step of the denoiser (1024)" }),
};

/** What only the released variant has. */
const releasedHyperparameters = {
  triplesPerHead: integer({
    default: 10,
    minimum: 0,
    description: "Released: most links of an entity in the given graph, drawn once (10); 0 for all",
  }),
  hops: integer({
    default: 1,
    minimum: 1,
    maximum: 4,
    description: "Released: hops over the knowledge graph (1)",
  }),
  modalityTransform: choice({
    of: ["linear", "matrix"],
    default: "linear",
    description: "Released: features to d by F W + b (TikTok, Sports) or by LeakyReLU(F W) (Baby)",
  }),
  generatedWeight: number({
    default: 0.2,
    minimum: 0,
    description: "Released: what the modalities' generated graphs add to their vectors, ris_adj_lambda (0.2)",
  }),
  complementModalities: names({
    default: ["text"],
    description: "Released: modalities whose collaborative loss weighs 1 - e_loss instead of e_loss (text)",
  }),
  clMode: choice({
    of: ["main", "modalities"],
    default: "main",
    description:
      "Released: contrast of the knowledge tower with each modality's view and of its own two views (cl_method 1: TikTok), " +
      "or of the modalities' views with one another (0: Baby, Sports)",
  }),
  fixViews: flag({
    default: false,
    description:
      "Released: the generated knowledge graph is a view in training too, and contrasted in either clMode; its code trains " +
      "both views on the given graph by mistake, and only ranks by the generated one",
  }),
};

/** Hyper-parameters and switches of KDiffE with the paper's values and the readings of its open points. */
export const kdiffeHyperparameters = {
  variant: choice({
    of: ["paper", "released"],
    default: "paper",
    description:
      "The model of the paper, or of the released code: DiffKG and DiffMM with their scores added, with defaults of its own",
  }),
  dim: integer({ default: 64, minimum: 2, description: "Embedding size d (64)" }),
  layers: integer({
    default: 1,
    minimum: 0,
    maximum: 8,
    description: "Layers L of Eq. 6, not given (released: 1)",
  }),
  readout: choice({
    of: ["sum", "mean", "last"],
    default: "sum",
    description: "Readout over layers 0..L, not given (released: sum)",
  }),

  attention: flag({
    default: true,
    description: "Random-walk attention S of Eqs. 4 and 5 (KDiffE_1 without)",
  }),
  similarityWeight: number({
    default: 0.7,
    minimum: 0,
    description: "ξ of Eq. 4 (0.7; searched 0.1..1; released 0.9, 0.6, 1)",
  }),
  walk: choice({
    of: ["rwr", "backtrack"],
    default: "rwr",
    description: "Walks with restart (printed), or that step back as the released code's",
  }),
  walkLength: integer({ default: 50, minimum: 1, description: "M, steps of a walk (50; searched 30..150)" }),
  walks: integer({ default: 12, minimum: 1, description: "R, walks per node (12; searched 6..20)" }),
  restart: number({
    default: 0.2,
    minimum: 0,
    maximum: 0.99,
    description: "Chance to restart, not given; with backtrack its rise per step (0.2)",
  }),
  includeStart: flag({
    default: false,
    description: "A node has visited itself from the start (released: only when it comes by again)",
  }),
  selfLoops: flag({
    default: true,
    description: "A + I in place of A and of its degrees (released); false as printed in Eq. 4",
  }),
  attentionRenorm: flag({
    default: false,
    description: "Degrees of A + ξS instead of A (not the paper's)",
  }),

  ...knowledgeHyperparameters,
  messDropout: number({
    default: 0.1,
    minimum: 0,
    maximum: 0.99,
    description: "Message dropout before the norm of Eq. 1 (DiffKG: 0.1)",
  }),
  kgResidual: number({
    default: 0,
    minimum: 0,
    description: "Weight of z_j added after the norm of Eq. 1 (released res_lambda: 0.5, 0.5, 0.1)",
  }),

  cl: flag({
    default: true,
    description: "Contrast with the generated graph, Eq. 13 (KDiffE_3 without, which needs no diffusion)",
  }),
  clWeight: number({ default: 1e-2, minimum: 0, description: "θ_1 (1e-2; searched 1..1e-4)" }),
  temperature: number({ default: 0.5, exclusiveMinimum: 0, description: "τ (0.5 or 0.7; searched 0.1..1)" }),
  l2: number({ default: 1e-5, minimum: 0, description: "θ_2 (1e-5; released 1e-5, 1e-5, 1e-6)" }),
  l2Scope: choice({
    of: ["all", "tables"],
    default: "all",
    description: "Θ of Eq. 14: the recommender's parameters, or the user and item tables only (released)",
  }),

  guidance: choice({
    of: ["concat", "scalarShift", "ckgc", "none"],
    default: "concat",
    description:
      "How the mean user vector z̃ of Eq. 11 guides: beside the denoiser's input, its mean added to x_t (released), " +
      "DiffKG's collaborative loss, or not at all (KDiffE_2)",
  }),
  diffusionSteps: integer({
    default: 10,
    minimum: 1,
    maximum: 100,
    description: "T (10; searched 2, 5, 10, 20, 50, 80)",
  }),
  ...diffusionHyperparameters,
  keptEntities: integer({
    default: 1,
    minimum: 1,
    description: "q, entities kept per item (1; searched 1..6)",
  }),
  newEdges: choice({
    of: ["drop", "byEntityType"],
    default: "drop",
    description:
      "Generated pairs that the graph does not have: dropped (released), or with the entity's relation",
  }),
  keepRate: number({
    default: 1,
    exclusiveMinimum: 0,
    maximum: 1,
    description: "Share of the generated links that is kept, drawn every epoch (released 0.5, 1, 1)",
  }),
  ...releasedHyperparameters,
  ...trainingHyperparameters({ learningRate: 1e-3, batchSize: 1024 }),
  negativePool: choice({
    of: ["all", "train"],
    default: "all",
    description: "Items that negatives are drawn from: all (released), or those that occur in training",
  }),
};
