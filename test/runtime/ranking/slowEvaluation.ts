/** Full ranking straight from the definitions, one user and one pair at a time; shares no code with runtime/ranking. */

export interface SlowOptions {
  /** Score of every item for a user, dense. */
  readonly scoresOf: (user: number) => readonly number[];
  /** Items by user. */
  readonly train: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
  readonly alsoMask?: readonly (readonly number[])[];
  readonly items: number;
  readonly cutoffs: readonly number[];
  readonly ndcgIdeal: "targets" | "hits";
  /** Only these users and targets are measured. */
  readonly measures?: {
    readonly user?: (user: number) => boolean;
    readonly item?: (item: number) => boolean;
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function dcg(gains: readonly number[]): number {
  return gains.reduce((sum, gain, index) => sum + gain / Math.log2(index + 2), 0);
}

/** Means of every metric over the users with targets to measure. */
export function slowEvaluation(options: SlowOptions): Record<string, number> {
  const { train, targets, items, cutoffs, measures = {} } = options;
  const trainers = train.filter((list) => list.length > 0).length;
  const popularity = Array.from(
    Array(items).keys(),
    (item) => train.filter((list) => list.includes(item)).length,
  );
  const values: Record<string, number[]> = {};
  const note = (name: string, value: number): void => {
    (values[name] ??= []).push(value);
  };
  const recommended: Record<number, number[]> = {};
  const longest = Math.max(...cutoffs);

  for (let user = 0; user < train.length; user++) {
    const own = targets[user]!.filter((item) => measures.item?.(item) !== false);
    if (own.length === 0 || train[user]!.length === 0 || measures.user?.(user) === false) continue;
    const scores = options.scoresOf(user);
    const hidden = [...train[user]!, ...(options.alsoMask?.[user] ?? [])];
    const candidates = Array.from(Array(items).keys()).filter((item) => !hidden.includes(item));
    const order = [...candidates].sort((left, right) => scores[right]! - scores[left]! || left - right);
    const found = own.filter((item) => candidates.includes(item));
    const gains = order.map((item) => (found.includes(item) ? 1 : 0));

    const losers = candidates.filter((item) => !targets[user]!.includes(item));
    const duels = found.flatMap((winner) =>
      losers.map((loser) => {
        if (scores[winner] === scores[loser]) return 0.5;
        return scores[winner]! > scores[loser]! ? 1 : 0;
      }),
    );
    note("AUC", duels.length === 0 ? 0.5 : mean(duels));

    for (const cutoff of cutoffs) {
      const top = gains.slice(0, cutoff);
      const hits = top.filter((gain) => gain === 1).length;
      const first = top.indexOf(1);
      const precisions = top.map((gain, index) => (gain === 0 ? 0 : mean(top.slice(0, index + 1))));
      const retrieved = gains.slice(0, longest).filter((gain) => gain === 1).length;
      const best = Math.min(cutoff, options.ndcgIdeal === "targets" ? own.length : retrieved);
      note(`Recall@${cutoff}`, hits / own.length);
      note(`Precision@${cutoff}`, hits / cutoff);
      note(`NDCG@${cutoff}`, hits === 0 ? 0 : dcg(top) / dcg(Array<number>(best).fill(1)));
      note(`MAP@${cutoff}`, precisions.reduce((sum, value) => sum + value, 0) / Math.min(cutoff, own.length));
      note(`HR@${cutoff}`, hits > 0 ? 1 : 0);
      note(`MRR@${cutoff}`, first < 0 ? 0 : 1 / (first + 1));
      const list = order.slice(0, cutoff);
      (recommended[cutoff] ??= []).push(...list);
      note(
        `Novelty@${cutoff}`,
        mean(list.map((item) => -Math.log2(Math.max(1, popularity[item]!) / trainers))),
      );
      note(`Popularity@${cutoff}`, mean(list.map((item) => popularity[item]!)));
    }
  }

  const result = Object.fromEntries(Object.entries(values).map(([name, list]) => [name, mean(list)]));
  for (const cutoff of cutoffs) {
    const all = recommended[cutoff] ?? [];
    const counts = Array<number>(items).fill(0);
    for (const item of all) counts[item]!++;
    result[`Coverage@${cutoff}`] = new Set(all).size / items;
    // Half the relative mean difference: another form of the Gini coefficient.
    const differences = counts.map((left) => counts.reduce((sum, right) => sum + Math.abs(left - right), 0));
    result[`Gini@${cutoff}`] = mean(differences) / (2 * all.length);
  }
  return result;
}
