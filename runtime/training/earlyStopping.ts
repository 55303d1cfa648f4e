export interface EarlyStoppingOptions {
  /** Evaluations in a row that may fail to improve; training stops at the next one; null never stops it. */
  readonly patience: number | null;
  /** Decimals to which the metric is rounded before it is compared; null compares it as it is. */
  readonly decimals: number | null;
}

/** What early stopping has seen; kept in checkpoints. */
export interface EarlyStoppingState {
  /** Best metric so far, unrounded, and its epoch; null before the first evaluation. */
  readonly best: { readonly metric: number; readonly epoch: number } | null;
  /** Evaluations since the best one. */
  readonly withoutImprovement: number;
}

export const untried: EarlyStoppingState = { best: null, withoutImprovement: 0 };

function rounded(metric: number, decimals: number | null): number {
  return decimals === null ? metric : Number(metric.toFixed(decimals));
}

/** Whether training stops. */
export function isExhausted(
  { withoutImprovement }: EarlyStoppingState,
  { patience }: Pick<EarlyStoppingOptions, "patience">,
): boolean {
  return patience !== null && withoutImprovement > patience;
}

/**
 * MMRec's rule (evaluation.md, section 2): a counter grows on every evaluation whose metric is not strictly better
 * than the best one, both rounded, and training stops when it exceeds the patience; with patience 20, at the 21st
 * evaluation in a row. A larger metric is better.
 *
 * @returns the next state, and whether this evaluation is the best so far
 */
export function observe(
  state: EarlyStoppingState,
  metric: number,
  epoch: number,
  { decimals }: Pick<EarlyStoppingOptions, "decimals">,
): { readonly state: EarlyStoppingState; readonly improved: boolean } {
  const improved = state.best === null || rounded(metric, decimals) > rounded(state.best.metric, decimals);
  return {
    state: improved
      ? { best: { metric, epoch }, withoutImprovement: 0 }
      : { best: state.best, withoutImprovement: state.withoutImprovement + 1 },
    improved,
  };
}
