/** The best items of some users, user after user. */
export interface RankedBlock {
  /** Length of each user's list: the number asked for, or of all candidates if there are fewer. */
  readonly length: number;
  /** [user, length] item ids, best first, lower id first among equal scores. */
  readonly items: Int32Array;
  /** [user, length]. */
  readonly scores: Float32Array;
}

/** Something that orders items for users: a trained model, or a baseline. */
export interface Ranker {
  /**
   * @param users [user] ids
   * @param masked the items of each of these users that must not be recommended; they come last, if at all
   * @param k number of items wanted, at least 1
   */
  rank(users: Int32Array, masked: readonly Int32Array[], k: number): Promise<RankedBlock>;

  /**
   * The same ranker over fewer candidates.
   *
   * @param candidates item ids, ascending
   */
  among(candidates: Int32Array): Ranker;
}
