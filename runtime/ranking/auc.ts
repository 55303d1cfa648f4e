/** What an item is to a user. */
export type Relevance = "positive" | "negative" | "ignored";

/**
 * The area under the ROC curve of one user's full ranking, without a cutoff: the share of pairs of a positive and a
 * negative candidate that the scores order rightly, pairs with equal scores counting half,
 *
 *   AUC = (Σ_p |{n : s_n < s_p}| + ½ |{n : s_n = s_p}|) / (P · N).
 *
 * Candidates are all items but the masked ones. Positive are the targets that are measured, negative all candidates
 * that are no target of the user in this split (validation items too when testing, unless they are masked); targets
 * that are not measured, such as those outside a group, are ignored. A masked target is no candidate and no positive.
 * Without any pair the result is ½, that of a random order.
 *
 * @param items every candidate, the best first
 * @param scores their scores, descending
 */
export function areaUnderRoc(
  items: Int32Array,
  scores: Float32Array,
  relevanceOf: (item: number) => Relevance,
): number {
  let positives = 0;
  let negatives = 0;
  /** Pairs ordered wrongly, ties half. */
  let wrong = 0;
  for (let start = 0; start < items.length;) {
    let positivesHere = 0;
    let negativesHere = 0;
    let end = start;
    for (; end < items.length && scores[end] === scores[start]; end++) {
      const relevance = relevanceOf(items[end]!);
      if (relevance === "positive") positivesHere++;
      else if (relevance === "negative") negativesHere++;
    }
    wrong += positivesHere * (negatives + negativesHere / 2);
    positives += positivesHere;
    negatives += negativesHere;
    start = end;
  }
  const pairs = positives * negatives;
  return pairs === 0 ? 0.5 : 1 - wrong / pairs;
}
