import type { Json } from "../../runtime/artifacts/manifest.js";
import type { DatasetName } from "./datasets.js";

/** Values to choose from, by hyper-parameter. */
export type ChoiceSpace = Readonly<Record<string, readonly Json[]>>;

/** A model of the accuracy tables: what is searched, and what is set because the data ask for it. */
export interface Contestant {
  readonly model: string;
  /** The model that a headline model must be measured against. */
  readonly ancestor?: string;
  /** Takes part only where there is a knowledge graph worth the name. */
  readonly needsKnowledge?: true;
  readonly hasModalities?: true;
  /** Hyper-parameters of this dataset that are not searched. */
  readonly given?: Partial<Record<DatasetName, Readonly<Record<string, Json>>>>;
  /** Searched besides the learning rate: values that the paper or its code names, or their neighbours. */
  readonly space: ChoiceSpace;
}

/**
 * Of the generative models. Things that fewer items share are left out, because the denoiser is as wide as there are
 * entities: of the tags of lastfm-2k those of one or two artists, of amazon-beauty-kg what KGAT's filter leaves out. The
 * triples of tiktok link all items to the same three entities, which tells nothing; clusters of features do. The
 * papers' 1000 hidden units take ten times as long, so that all denoisers have 100.
 */
const knowledge = {
  "lastfm-2k": { minItems: 3, hidden: 100 },
  "amazon-beauty-kg": { minItems: 10, hidden: 100 },
  tiktok: { source: "clusters", modalities: ["image", "audio"], hidden: 100 },
} as const;

/** Weights of ½‖·‖² of a batch's rows, as a mean: where they matter (lastfm-2k) they matter more than all else. */
const meanSquares = [1e-3, 1e-2, 1e-1] as const;

/** Ancestors first, headline models last. */
export const contestants: readonly Contestant[] = [
  { model: "mf", space: { l2: meanSquares } },
  { model: "ngcf", space: { layers: [2, 3], l2: meanSquares } },
  { model: "lightgcn", space: { layers: [2, 3], l2: meanSquares } },
  { model: "sgl", space: { dropped: [0.1, 0.3], contrastWeight: [0.02, 0.1, 0.5], l2: meanSquares } },
  { model: "vbpr", hasModalities: true, space: { l2: [1e-3, 1e-2, 1e-1] } },
  {
    model: "lattice",
    hasModalities: true,
    space: { itemLayers: [1, 2], originalShare: [0.5, 0.9], l2: meanSquares },
  },
  {
    model: "freedom",
    hasModalities: true,
    space: { pruned: [0, 0.5, 0.8], featureWeight: [0, 1e-4, 1e-3], firstWeight: [0.1, 0.5, 0.9] },
  },
  {
    model: "bm3",
    hasModalities: true,
    space: { layers: [1, 2], dropout: [0.3, 0.5], l2: [1e-2, 1e-1] },
  },
  {
    model: "mgcn",
    hasModalities: true,
    space: { itemLayers: [1, 2], contrastWeight: [1e-3, 1e-2, 1e-1], l2: meanSquares },
  },
  {
    model: "diffmm",
    hasModalities: true,
    given: { "lastfm-2k": { hidden: 100 }, tiktok: { hidden: 100 } },
    space: { clWeight: [1e-2, 1e-1], temperature: [0.1, 0.5], residual: [0.1, 0.5], l2: [1e-6, 1e-5] },
  },
  {
    model: "lgmrec",
    hasModalities: true,
    space: { hyperedges: [4, 64], alpha: [0.2, 0.3, 0.6], l2: [1e-6, 1e-4, 1e-2] },
  },
  {
    model: "kgat",
    needsKnowledge: true,
    space: { layers: [2, 3], messageDropout: [0, 0.1, 0.3], l2: meanSquares },
  },
  {
    model: "diffkg",
    needsKnowledge: true,
    given: knowledge,
    space: { clWeight: [0.1, 0.3, 1], temperature: [0.1, 0.3, 1], l2: [1e-7, 1e-6, 1e-5] },
  },
  {
    model: "ksi",
    ancestor: "lightgcn",
    hasModalities: true,
    space: { rr: [true, false], itemLayers: [1, 2], alpha: [0.01, 0.05, 0.1], l2: meanSquares },
  },
  {
    model: "mgnm",
    ancestor: "lgmrec",
    hasModalities: true,
    space: { localNorm: ["sum", "each"], alpha: [0.2, 0.3, 0.6], lambda: [1e-6, 1e-4, 1e-2] },
  },
  {
    model: "slifmr",
    ancestor: "kgat",
    needsKnowledge: true,
    hasModalities: true,
    // The paper's range of β begins at 0.1, where consistency already outweighs the ranking loss.
    space: { layers: [2, 3], beta: [1e-3, 1e-2, 1e-1], gamma: [1e-5, 1e-3], l2: meanSquares },
  },
  {
    model: "kdiffe",
    ancestor: "diffkg",
    needsKnowledge: true,
    given: knowledge,
    space: { layers: [1, 2], clWeight: [1e-3, 1e-2, 1e-1], temperature: [0.3, 0.7], l2: [1e-6, 1e-5, 1e-4] },
  },
];
