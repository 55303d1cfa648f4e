import { RankingError } from "./rankingError.js";

/** Vectors or scores that are infinite or not a number, so that they have no order: the model has diverged. */
export class NonFiniteScoresError extends RankingError {
  override readonly name = "NonFiniteScoresError";

  constructor(subject: string, problem: string) {
    super(
      subject,
      problem,
      "The model has diverged: train with a smaller learning rate, or use an earlier checkpoint.",
    );
  }
}
