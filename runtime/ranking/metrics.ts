/**
 * Metrics of full ranking (evaluation.md, section 3). With the 0/1 hits r_1 … r_K of a user's list at a cutoff K and
 * the user's number of targets n:
 *
 * - Recall    Σ r_k / n
 * - Precision Σ r_k / K, also where the list is shorter than K
 * - NDCG      Σ r_k / log2(k + 1), divided by the same sum of the ideal list
 * - MAP       Σ r_k · P_k / min(n, K), P_k being the precision at k
 * - HR        1 if there is a hit, else 0
 * - MRR       1 / position of the first hit, 0 without a hit
 */
export const metricNames = ["Recall", "Precision", "NDCG", "MAP", "HR", "MRR"] as const;

export type MetricName = (typeof metricNames)[number];

/** `Recall@20` and so on. */
export type MetricKey = `${MetricName}@${number}`;

/** Metrics at cutoffs, and the area under the ROC curve, which has none (see auc.ts), where it was asked for. */
export type MetricValues = Readonly<Record<MetricKey, number>> & { readonly AUC?: number };

/**
 * The list that NDCG compares with: min(n, K) hits at the top ("targets", the standard definition and MMRec's), or
 * the user's hits within the longest list moved to the top ("hits", LATTICE and the early KGAT family, never below
 * the standard value). They agree where n = 1 and the target was found; without a hit both give 0.
 */
export type NdcgIdeal = "targets" | "hits";

/** Discount of 0-based position p, 1 / log2(p + 2), summed over the first `count` positions. */
function idealGain(count: number): number {
  let gain = 0;
  for (let position = 0; position < count; position++) gain += 1 / Math.log2(position + 2);
  return gain;
}

/**
 * The metrics of one user at one cutoff.
 *
 * @param hits whether the item at each position of the user's list is a target; positions past the end are misses
 * @param targets number of the user's targets, at least 1
 * @param cutoff K
 * @throws RangeError without targets: such users are to be skipped, not scored
 */
export function metricsOfUser(
  hits: readonly boolean[],
  targets: number,
  cutoff: number,
  ndcgIdeal: NdcgIdeal = "targets",
): Record<MetricName, number> {
  if (targets < 1) throw new RangeError("a user without targets has no ranking metrics and must be skipped");
  const length = Math.min(cutoff, hits.length);
  let found = 0;
  let gain = 0;
  let precisions = 0;
  let first = 0;
  for (let position = 0; position < length; position++) {
    if (hits[position] !== true) continue;
    found++;
    gain += 1 / Math.log2(position + 2);
    precisions += found / (position + 1);
    if (first === 0) first = position + 1;
  }
  const retrievable = ndcgIdeal === "targets" ? targets : hits.filter((hit) => hit).length;
  return {
    Recall: found / targets,
    Precision: found / cutoff,
    NDCG: found === 0 ? 0 : gain / idealGain(Math.min(retrievable, cutoff)),
    MAP: precisions / Math.min(targets, cutoff),
    HR: found > 0 ? 1 : 0,
    MRR: first === 0 ? 0 : 1 / first,
  };
}

/** Values per user, one entry for each metric at each cutoff, and AUC where it was asked for. */
export type UserMetrics = ReadonlyMap<MetricKey | "AUC", Float64Array>;

/** Collects the metrics of users one after the other. */
export class MetricTable {
  private readonly values = new Map<MetricKey | "AUC", Float64Array>();
  private filled = 0;

  /**
   * @param users the most users that will be added
   * @param cutoffs the K of `Recall@K` …
   * @param hasAuc whether each user comes with an AUC
   */
  constructor(
    private readonly users: number,
    private readonly cutoffs: readonly number[],
    private readonly ndcgIdeal: NdcgIdeal,
    private readonly hasAuc: boolean = false,
  ) {
    for (const metric of metricNames) {
      for (const cutoff of cutoffs) this.values.set(`${metric}@${cutoff}`, new Float64Array(users));
    }
    if (hasAuc) this.values.set("AUC", new Float64Array(users));
  }

  /** Adds the next user; see {@link metricsOfUser}. */
  add(hits: readonly boolean[], targets: number, auc?: number): void {
    if (this.filled === this.users)
      throw new RangeError(`internal: more than ${this.users} users were added`);
    if ((auc !== undefined) !== this.hasAuc)
      throw new RangeError("internal: every user needs an AUC, or none");
    if (auc !== undefined) this.values.get("AUC")![this.filled] = auc;
    for (const cutoff of this.cutoffs) {
      const metrics = metricsOfUser(hits, targets, cutoff, this.ndcgIdeal);
      for (const metric of metricNames)
        this.values.get(`${metric}@${cutoff}`)![this.filled] = metrics[metric];
    }
    this.filled++;
  }

  /** Values in the order the users were added. */
  perUser(): UserMetrics {
    return new Map([...this.values].map(([key, values]) => [key, values.subarray(0, this.filled)]));
  }

  /** Averages over users with equal weight, in full precision; 0 if no user was added. */
  means(): MetricValues {
    return this.meansOf(Int32Array.from({ length: this.filled }, (_, row) => row));
  }

  /** The same over some users only, given by the order in which they were added. */
  meansOf(rows: Int32Array): MetricValues {
    const means: Record<string, number> = {};
    for (const [key, values] of this.values) {
      let sum = 0;
      for (const row of rows) sum += values[row]!;
      means[key] = rows.length === 0 ? 0 : sum / rows.length;
    }
    return means;
  }
}
