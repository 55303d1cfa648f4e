import type { Dataset } from "../data/dataset.js";
import { evaluateRanking, type RankingReport } from "../ranking/evaluateRanking.js";
import { itemsWithoutTraining, type GroupSettings } from "../ranking/groups.js";
import type { NdcgIdeal } from "../ranking/metrics.js";
import { PopularityRanker } from "../ranking/popularityRanker.js";
import type { Ranker } from "../ranking/ranker.js";

/** What to measure of a split. */
export interface EvaluationRequest {
  readonly split: "valid" | "test";
  readonly cutoffs: readonly number[];
  readonly ndcgIdeal: NdcgIdeal;
  /** Mask validation items when testing. */
  readonly maskValidationAtTest: boolean;
  /** What ranks: the model in its present state, or the popularity baseline. */
  readonly ranker: "model" | "popularity";
  /** Rank only items without training interactions, and measure only the targets among them. */
  readonly onlyColdItems?: boolean;
  /** AUC too, which takes longer: all items are put in order. */
  readonly auc?: boolean;
  /** Groups of users and items too. */
  readonly groups?: GroupSettings;
}

/**
 * Full ranking of a split of a dataset.
 *
 * @param modelRanker the model in its present state; called only if it ranks
 * @param tileScores most scores computed at once, null for the usual number
 * @throws RankingError for senseless cutoffs, or scores that are not numbers
 */
export async function evaluateDataset(
  dataset: Dataset,
  request: EvaluationRequest,
  modelRanker: () => Promise<Ranker>,
  tileScores: number | null = null,
): Promise<RankingReport> {
  const { train, valid, items } = dataset;
  const { split, cutoffs, ndcgIdeal, onlyColdItems, auc, groups } = request;
  return evaluateRanking({
    ranker: request.ranker === "popularity" ? PopularityRanker.from(train, items) : await modelRanker(),
    train,
    targets: dataset[split],
    items,
    cutoffs,
    ndcgIdeal,
    // Where all items are put in order, a score takes about twice the memory.
    ...(tileScores === null ? {} : { tileScores: Math.ceil(tileScores / (auc === true ? 2 : 1)) }),
    ...(auc === undefined ? {} : { auc }),
    ...(groups === undefined ? {} : { groups: { ...groups, missing: itemsWithoutFeatures(dataset) } }),
    ...(split === "test" && request.maskValidationAtTest ? { alsoMask: valid } : {}),
    ...(onlyColdItems === true ? { candidates: itemsWithoutTraining(train, items) } : {}),
  });
}

function itemsWithoutFeatures({ modalities }: Dataset): ReadonlyMap<string, Int32Array> {
  return new Map([...modalities].map(([name, { missing }]) => [name, missing]));
}
