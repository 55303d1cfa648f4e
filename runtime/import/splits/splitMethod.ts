/** Shares of train, valid and test; they sum to 1. */
export type SplitShares = readonly [train: number, valid: number, test: number];

export interface SplitOptions {
  readonly seed: number;
  readonly shares: SplitShares;
  /** Whether the interactions have times. */
  readonly hasTime: boolean;
}

/** A way to divide interactions into train, valid and test. */
export interface SplitMethod {
  readonly summary: string;
  readonly needs: {
    /** Every interaction must have a time. */
    readonly time: boolean;
    /** The source must state a split. */
    readonly split: boolean;
  };
  readonly uses: { readonly seed: boolean; readonly shares: boolean };
  /** What may not happen: a training interaction later than a test interaction, of the same user or of any. */
  readonly promises: "no later training" | "no later training per user" | null;
  /**
   * SQL of all columns of `from` (position, user_id, item_id, moment, rating, …) with the column split replaced: 0
   * train, 1 valid, 2 test.
   */
  assign(from: string, options: SplitOptions): string;
}

/**
 * SQL of a number that stands for chance: the lower half of the MD5 of the seed and the given ids, so that it is the
 * same in every version of DuckDB, for every number of threads and whatever the order of the rows.
 */
export function randomKey(seed: number, ...ids: readonly string[]): string {
  return `md5_number_lower(concat_ws(' ', ${seed}, ${ids.join(", ")}))`;
}

/**
 * SQL that gives each user's last interactions in an order to test, those before to valid, the rest to train.
 *
 * @param order of a user's interactions, with train first
 * @param counts SQL of how many of a user's `n` interactions go to valid and to test
 */
export function lastOfUser(
  from: string,
  order: string,
  counts: { readonly valid: string; readonly test: string },
): string {
  return `SELECT * EXCLUDE (place, n) REPLACE (
      (CASE WHEN place > n - (${counts.test}) THEN 2 WHEN place > n - (${counts.test}) - (${counts.valid}) THEN 1
        ELSE 0 END)::UTINYINT AS split)
    FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY ${order}) AS place,
      count(*) OVER (PARTITION BY user_id) AS n FROM ${from})`;
}

/**
 * How many of a user's n interactions are held out (evaluation rule "v4" of MMRec): fewer than 3, none; fewer than 10,
 * one for each of valid and test; otherwise h = ⌊0.2 n⌋, of which one of the two gets ⌊h / 2⌋ and the other the rest.
 *
 * @param more which of the two gets the odd one
 */
export function heldOut(more: "valid" | "test"): { readonly valid: string; readonly test: string } {
  const half = "(n // 5) // 2";
  const rest = "n // 5 - (n // 5) // 2";
  const counts = (many: string): string => `CASE WHEN n < 3 THEN 0 WHEN n < 10 THEN 1 ELSE ${many} END`;
  return { valid: counts(more === "valid" ? rest : half), test: counts(more === "test" ? rest : half) };
}
