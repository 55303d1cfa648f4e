import padjust from "@stdlib/stats-padjust";

/** Corrections for many comparisons: the name they are known by, and the library's. */
const methods = {
  holm: "holm",
  bonferroni: "bonferroni",
  hommel: "hommel",
  "benjamini-hochberg": "bh",
  "benjamini-yekutieli": "by",
} as const;

export type Correction = keyof typeof methods;

/** The first three bound the chance of any false rejection, the last two the share of false ones among rejections. */
export const corrections = Object.keys(methods) as readonly Correction[];

/** The p-values corrected for being as many as they are, in the same order. */
export function adjustForMany(pValues: readonly number[], correction: Correction): readonly number[] {
  return pValues.length === 0 ? [] : padjust([...pValues], methods[correction]);
}
