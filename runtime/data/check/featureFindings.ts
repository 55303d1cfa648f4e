import type { FeatureStatistics } from "./featureStatistics.js";
import { counted, countText, graded, numberText, shareText, type Finding } from "./finding.js";

/** What to know about the features of one modality. @param items of the dataset */
export function featureFindings(statistics: FeatureStatistics, items: number): readonly Finding[] {
  const { modality, size, missing, norms, homophily, largestDuplicate } = statistics;
  const findings: Finding[] = [];
  const add = (finding: Omit<Finding, "topic">): void => void findings.push({ topic: modality, ...finding });
  const there = items - missing;
  if (missing > 0) {
    const share = missing / items;
    add({
      severity: graded(share, { serious: 0.5, moderate: 0.1 }),
      message:
        `${counted(missing, "item")} (${shareText(share)}) have no ${modality} features, ` +
        `${countText(statistics.missingInTrain)} of them with training interactions`,
      advice:
        "Choose what stands in for them (the model's imputation) and read the metrics of these items apart",
      weight: share,
    });
  }
  if (norms === null) return findings;

  const duplicateShare = largestDuplicate.count / there;
  if (largestDuplicate.count >= Math.max(10, 0.005 * items)) {
    add({
      severity: graded(duplicateShare, { serious: 0.05, moderate: 0 }),
      message:
        `${counted(largestDuplicate.count, "item")} (${shareText(duplicateShare)}) have the same ${modality} features, bit for bit ` +
        `(item ${largestDuplicate.item} is one): this looks like a placeholder for missing ones`,
      advice: "If it is, list the items in missing.tsv, or else they become each other's nearest neighbours",
      weight: duplicateShare,
    });
  } else if (statistics.duplicateRows > 0.005 * there) {
    const share = statistics.duplicateRows / there;
    add({
      severity: graded(share, { moderate: 0.2 }),
      message: `${counted(statistics.duplicateRows, "item")} (${shareText(share)}) have the ${modality} features of another item`,
      advice: "Look whether the catalogue holds these items twice",
      weight: share,
    });
  }
  if (statistics.nearZeroRows > 0) {
    const share = statistics.nearZeroRows / there;
    add({
      severity: "moderate",
      message: `the ${modality} features of ${counted(statistics.nearZeroRows, "item")} are zero but for rounding (shorter than a millionth of the median)`,
      advice: "Their direction is noise, which cosine takes for meaning: write zeros, which count as missing",
      weight: share,
    });
  }
  if (statistics.deadColumns > 0) {
    const share = statistics.deadColumns / size;
    add({
      severity: graded(share, { moderate: 0.25 }),
      message: `${countText(statistics.deadColumns)} of ${countText(size)} ${modality} columns (${shareText(share)}) are the same for all items`,
      advice: "Drop them: they cost memory and pull all cosines together",
      weight: share,
    });
  }
  const { meanCosine, effectiveDimensions } = statistics;
  if (meanCosine !== null && meanCosine > 0.9) {
    add({
      severity: "note",
      message: `all ${modality} features point nearly the same way: two random items have a mean cosine of ${meanCosine.toFixed(2)}`,
      advice:
        "Models that put raw features through a layer see nearly equal items at first; subtract the columns' means",
      weight: meanCosine,
    });
  }
  if (effectiveDimensions !== null && effectiveDimensions < 3 && size > 8) {
    add({
      severity: "note",
      message: `nearly all variance of the ${size} ${modality} columns lies in ${effectiveDimensions.toFixed(1)} directions`,
      advice: "Standardise the columns if the others are meant to count",
      weight: 1 / effectiveDimensions,
    });
  }
  if (norms.median > 30 || norms.median < 0.03) {
    add({
      severity: "note",
      message: `${modality} features have a median length of ${numberText(norms.median)}`,
      advice: "Models that put features through a layer start calmer with lengths near 1",
      weight: Math.abs(Math.log10(norms.median)) / 10,
    });
  }
  if (norms.most > 10 * norms.median) {
    add({
      severity: "note",
      message: `the longest ${modality} features are ${Math.round(norms.most / norms.median)} times as long as the median`,
      advice: "Look at these items: a unit or a decoder may have gone wrong",
      weight: 0.5,
    });
  }
  if (homophily !== null) findings.push(...homophilyFindings(modality, homophily));
  return findings;
}

function homophilyFindings(
  modality: string,
  { ratio, k, neighbourRate, randomRate, popularRate }: NonNullable<FeatureStatistics["homophily"]>,
): readonly Finding[] {
  const text =
    `the ${k} items nearest by ${modality} to one a user has hold ${shareText(neighbourRate)} of the user's other items; ` +
    `${k} random items hold ${shareText(randomRate)}, the ${k} most popular ones ${shareText(popularRate)}`;
  if (ratio < 1.3) {
    const message = `${modality} features know next to nothing of taste: ${text}`;
    const advice = "Check that row k is item k (a shuffled file looks like this), or leave the modality out";
    return [{ severity: "serious", topic: modality, message, advice, weight: 1 / Math.max(ratio, 0.1) }];
  }
  const behind = popularRate / neighbourRate;
  if (behind < 2.5) return [];
  const message = `${modality} features say little of taste: ${text}`;
  const advice =
    "Expect little of neighbour graphs of this modality; choose its weight on validation, or encode anew";
  return [{ severity: "moderate", topic: modality, message, advice, weight: Math.min(0.99, behind / 20) }];
}
