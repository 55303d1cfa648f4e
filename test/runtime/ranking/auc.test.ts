import { expect } from "chai";
import { areaUnderRoc } from "../../../runtime/ranking/auc.js";

/** Reads "+-." as positive, negative, ignored; the scores default to a strict order. */
function auc(relevance: string, scores?: readonly number[]): number {
  const values = Float32Array.from(relevance, (_, position) => scores?.[position] ?? -position);
  const targets = Int32Array.from(Array(relevance.length).keys()).filter(
    (position) => relevance[position] !== "-",
  );
  return areaUnderRoc(values, targets, (position) => relevance[position] === "+");
}

describe("the area under the ROC curve of one user", () => {
  it("is 1 where all positives come first, 0 where they come last", () => {
    expect(auc("++---")).to.equal(1);
    expect(auc("---++")).to.equal(0);
  });

  it("is the share of pairs in the right order", () => {
    // Pairs (positive, negative): + at 0 beats 3 of 3, + at 2 beats 2 of 3.
    expect(auc("+-+--")).to.equal(5 / 6);
    expect(auc("-+-")).to.equal(1 / 2);
  });

  it("counts pairs of equal scores half, in whatever order they stand", () => {
    // Scores 3, 2, 2, 1: the positive among the equals beats one of three and ties with one.
    expect(auc("-+--", [3, 2, 2, 1])).to.equal(1.5 / 3);
    expect(auc("--+-", [3, 2, 2, 1])).to.equal(1.5 / 3);
    expect(auc("+--+--", [1, 1, 1, 1, 1, 1])).to.equal(0.5);
  });

  it("passes over ignored targets", () => {
    expect(auc(".+.-.")).to.equal(1);
    expect(auc(".-.+.")).to.equal(0);
    expect(auc(".+-.-+", [5, 4, 4, 4, 3, 3])).to.equal((1.5 + 0.5) / 4);
  });

  it("is one half where there is no pair to compare", () => {
    for (const relevance of ["", "+++", "---", "..", "+.", "-."]) expect(auc(relevance)).to.equal(0.5);
  });
});
