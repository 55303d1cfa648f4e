/** Scores or vectors that cannot be ranked, or a ranking that makes no sense to ask for. */
export class RankingError extends Error {
  override readonly name: string = "RankingError";

  constructor(
    readonly subject: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${subject}: ${problem}. ${fix}`);
  }
}
