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
 * Things that fewer items share are left out, because the denoiser is as wide as there are entities: of the tags of
 * lastfm-2k those of one or two artists, of amazon-beauty-kg what KGAT's filter leaves out.
 */
const sharedThings = { "lastfm-2k": { minItems: 3 }, "amazon-beauty-kg": { minItems: 10 } } as const;

/** Ancestors first, headline models last. */
export const contestants: readonly Contestant[] = [
  { model: "mf", space: { l2: [1e-4, 1e-3, 1e-2] } },
  { model: "ngcf", space: { layers: [2, 3], l2: [1e-5, 1e-4, 1e-3] } },
  { model: "lightgcn", space: { layers: [2, 3], l2: [0, 1e-4, 1e-3] } },
  { model: "sgl", space: { layers: [2, 3], dropped: [0.1, 0.3], contrastWeight: [0.02, 0.1, 0.5] } },
  { model: "vbpr", hasModalities: true, space: { l2: [1e-3, 1e-2, 1e-1] } },
  {
    model: "lattice",
    hasModalities: true,
    space: { itemLayers: [1, 2], originalShare: [0.5, 0.9], l2: [0, 1e-5, 1e-3] },
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
    space: { itemLayers: [1, 2], contrastWeight: [1e-3, 1e-2, 1e-1], l2: [1e-4, 1e-3] },
  },
  {
    model: "lgmrec",
    hasModalities: true,
    space: { hyperedges: [4, 64], keepRate: [0.2, 0.5], alpha: [0.2, 0.3, 0.6] },
  },
  {
    model: "kgat",
    needsKnowledge: true,
    space: { layers: [2, 3], messageDropout: [0, 0.1, 0.3], l2: [1e-5, 1e-4, 1e-3] },
  },
  {
    model: "diffkg",
    needsKnowledge: true,
    given: sharedThings,
    space: { clWeight: [0.1, 0.3, 1], temperature: [0.1, 0.3, 1], keepRate: [0.5, 1] },
  },
  {
    model: "ksi",
    ancestor: "lightgcn",
    hasModalities: true,
    space: { rr: [true, false], itemLayers: [1, 2], alpha: [0.01, 0.05, 0.1], l2: [0, 1e-3] },
  },
  {
    model: "mgnm",
    ancestor: "lgmrec",
    hasModalities: true,
    space: { localNorm: ["sum", "each"], alpha: [0.2, 0.3, 0.6], delta: [1e-6, 1e-4, 1e-2] },
  },
  {
    model: "slifmr",
    ancestor: "kgat",
    needsKnowledge: true,
    hasModalities: true,
    space: { layers: [2, 3], beta: [0.1, 0.3], gamma: [1e-5, 1e-3], kgDropped: [0, 0.5] },
  },
  {
    model: "kdiffe",
    ancestor: "diffkg",
    needsKnowledge: true,
    given: sharedThings,
    space: {
      layers: [1, 2],
      clWeight: [1e-3, 1e-2, 1e-1],
      similarityWeight: [0.3, 0.7],
      temperature: [0.3, 0.7],
    },
  },
];
