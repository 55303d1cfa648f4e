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
 * @param scores of every candidate, descending
 * @param targets positions of all the user's targets among the candidates, ascending
 * @param isPositive whether the target at a position is measured
 */
export function areaUnderRoc(
  scores: Float32Array,
  targets: Int32Array,
  isPositive: (position: number) => boolean,
): number {
  let positives = 0;
  /** Pairs ordered wrongly, ties half. */
  let wrong = 0;
  for (let next = 0; next < targets.length;) {
    const before = next;
    const score = scores[targets[next]!];
    let start = targets[next]!;
    while (start > 0 && scores[start - 1] === score) start--;
    let end = targets[next]! + 1;
    while (end < scores.length && scores[end] === score) end++;
    let positivesHere = 0;
    for (; next < targets.length && targets[next]! < end; next++) {
      if (isPositive(targets[next]!)) positivesHere++;
    }
    const negativesBefore = start - before;
    const negativesHere = end - start - (next - before);
    wrong += positivesHere * (negativesBefore + negativesHere / 2);
    positives += positivesHere;
  }
  const pairs = positives * (scores.length - targets.length);
  return pairs === 0 ? 0.5 : 1 - wrong / pairs;
}
