import type { Json } from "../../runtime/artifacts/manifest.js";

export const datasetNames = ["lastfm-2k", "tiktok", "amazon-beauty-kg"] as const;

export type DatasetName = (typeof datasetNames)[number];

/** A dataset of the accuracy tables. */
export interface TableDataset {
  /** Modalities of models with features. */
  readonly modalities: readonly string[];
  readonly hasKnowledge: boolean;
  /** Models without knowledge graph that stand beside those with one; absent for all. */
  readonly only?: readonly string[];
  /** What every finalist and every further seed takes. */
  readonly training: { readonly epochs: number; readonly evaluateEvery: number; readonly patience: number };
  /** Most epochs of a trial. */
  readonly trialEpochs: number;
  /** The dataset has no validation rows: a tenth of the training rows of each user, drawn with this seed. */
  readonly validationSeed?: number;
}

/** Hyper-parameters that all models share, so that all take equal steps. */
export const equalSteps: Readonly<Record<string, Json>> = {
  batchSize: 2048,
  sampler: "pairs",
  negativePool: "train",
};

/** Searched for every model. */
export const learningRates = [2e-3, 5e-3] as const;

/** Training stops 20 epochs after the best validation Recall@20. */
export const datasets: Readonly<Record<DatasetName, TableDataset>> = {
  "lastfm-2k": {
    modalities: ["text", "audio_vggish"],
    hasKnowledge: true,
    training: { epochs: 400, evaluateEvery: 5, patience: 4 },
    trialEpochs: 40,
  },
  tiktok: {
    modalities: ["image", "audio"],
    hasKnowledge: true,
    training: { epochs: 200, evaluateEvery: 5, patience: 4 },
    trialEpochs: 20,
  },
  "amazon-beauty-kg": {
    modalities: [],
    hasKnowledge: true,
    only: ["mf", "lightgcn"],
    training: { epochs: 100, evaluateEvery: 5, patience: 4 },
    trialEpochs: 10,
    validationSeed: 1,
  },
};
