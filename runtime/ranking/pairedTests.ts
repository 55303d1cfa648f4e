import ttest from "@stdlib/stats-ttest";
import wilcoxon from "@stdlib/stats-wilcoxon";

/** How two rankings of the same users differ in one metric: left minus right. */
export interface PairedComparison {
  readonly users: number;
  /** Mean difference over users. */
  readonly difference: number;
  /** Users whose value is larger, equal, smaller on the left. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /**
   * Wilcoxon's signed-rank test, two-sided: users without a difference are left out, equal differences share their mean
   * rank; exact up to 50 users without either, otherwise the normal approximation with continuity correction (as R's
   * wilcox.test). `statistic` is the sum of the ranks of the positive differences.
   */
  readonly wilcoxon: { readonly statistic: number; readonly p: number };
  /** Student's paired t-test, two-sided, with the 95% interval of the mean difference; null where all users differ by
   * the same amount, as t is then undefined. */
  readonly tTest: {
    readonly t: number;
    readonly degreesOfFreedom: number;
    readonly p: number;
    readonly interval: readonly [number, number];
  } | null;
  /** Cohen's d_z: mean difference over the standard deviation of the differences; null as for `tTest`. */
  readonly cohensDz: number | null;
  /** Rank-biserial correlation (Kerby 2014): (W+ − W−) / (W+ + W−) of the signed ranks; 0 without any difference. */
  readonly rankBiserial: number;
}

/**
 * Differences are rounded to this before they are ranked: stored values are float32, and without rounding the last bit
 * of 2/3 − 1/3 and of 1/3 − 0 would decide whether two users are tied.
 */
const RANKED_STEP = 1e-6;

/**
 * Compares paired values, one pair per user.
 *
 * @throws RangeError unless there are as many values on both sides, at least two, and all are finite
 */
export function comparePaired(left: Float64Array, right: Float64Array): PairedComparison {
  const users = left.length;
  if (users !== right.length || users < 2) {
    throw new RangeError(`paired tests need two or more pairs, found ${users} and ${right.length} values`);
  }
  const differences = left.map((value, user) => value - right[user]!);
  if (!differences.every(Number.isFinite)) throw new RangeError("paired tests need finite values");
  const mean = differences.reduce((sum, value) => sum + value, 0) / users;
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (users - 1));
  const ranked = differences.map((value) => Math.round(value / RANKED_STEP) * RANKED_STEP);
  const wins = ranked.filter((value) => value > 0).length;
  const losses = ranked.filter((value) => value < 0).length;
  const isConstant = wins + losses === 0 || ranked.every((value) => value === ranked[0]);
  return {
    users,
    difference: mean,
    wins,
    ties: users - wins - losses,
    losses,
    ...signedRanks(ranked, wins + losses),
    tTest: isConstant ? null : pairedT(differences),
    cohensDz: isConstant ? null : mean / deviation,
  };
}

/** @param differing number of differences that are not 0 */
function signedRanks(
  differences: Float64Array,
  differing: number,
): Pick<PairedComparison, "wilcoxon" | "rankBiserial"> {
  if (differing === 0) return { wilcoxon: { statistic: 0, p: 1 }, rankBiserial: 0 };
  const { statistic, pValue } = wilcoxon(differences);
  const ranks = (differing * (differing + 1)) / 2;
  // The library doubles the exact tail without a limit, which exceeds 1 at the centre.
  return { wilcoxon: { statistic, p: Math.min(1, pValue) }, rankBiserial: (2 * statistic) / ranks - 1 };
}

function pairedT(differences: Float64Array): NonNullable<PairedComparison["tTest"]> {
  const { statistic, df, pValue, ci } = ttest(differences);
  return { t: statistic, degreesOfFreedom: df, p: pValue, interval: [ci[0]!, ci[1]!] };
}
