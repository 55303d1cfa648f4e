/** A split that was to be evaluated has no interactions. */
export class EmptySplitError extends Error {
  override readonly name = "EmptySplitError";
  readonly problem: string;

  /** @param dataset its name */
  constructor(
    readonly dataset: string,
    readonly split: "valid" | "test",
  ) {
    const problem = `dataset "${dataset}" has no interactions in its ${split} split`;
    super(`${problem}. Evaluate its ${split === "test" ? "valid" : "test"} split, or another dataset.`);
    this.problem = problem;
  }
}
