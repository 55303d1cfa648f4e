import { expect } from "chai";
import { giniCoefficient, RecommendationStatistics } from "../../../runtime/ranking/beyondAccuracy.js";
import { interactionLists } from "./interactionLists.js";

// Four users with training interactions and one without; item 0 has 4 of them, item 1 has 2, item 2 has 1, item 3 none.
const train = interactionLists([[0, 1], [0, 1], [0, 2], [], [0]]);

function statistics(lists: readonly (readonly number[])[], cutoffs: readonly number[]) {
  const found = new RecommendationStatistics(train, 4, cutoffs);
  for (const list of lists) found.add(Int32Array.from(list));
  return found.results();
}

describe("what lists say beside accuracy", () => {
  it("equals values worked by hand", () => {
    const found = statistics(
      [
        [0, 1],
        [0, 2],
      ],
      [1, 2],
    );
    expect(found["Coverage@1"]).to.equal(1 / 4);
    expect(found["Coverage@2"]).to.equal(3 / 4);
    // Counts 0, 0, 0, 2 and 0, 1, 1, 2: (3 · 2) / (4 · 2) and (−1 + 1 + 3 · 2) / (4 · 4).
    expect(found["Gini@1"]).to.equal(6 / 8);
    expect(found["Gini@2"]).to.equal(6 / 16);
    // Item 0: 4 of 4 users, 0 bits; item 1: 2 of 4, 1 bit; item 2: 1 of 4, 2 bits.
    expect(found["Novelty@1"]).to.equal(0);
    expect(found["Novelty@2"]).to.equal((0.5 + 1) / 2);
    expect(found["Popularity@1"]).to.equal(4);
    expect(found["Popularity@2"]).to.equal((3 + 2.5) / 2);
  });

  it("takes an item without training interactions for one with a single interaction", () => {
    const found = statistics([[3]], [1]);
    expect(found["Novelty@1"]).to.equal(2);
    expect(found["Popularity@1"]).to.equal(0);
  });

  it("averages over the items there are where a list is shorter than the cutoff", () => {
    const found = statistics([[1], []], [10]);
    expect(found["Novelty@10"]).to.equal(1);
    expect(found["Popularity@10"]).to.equal(2);
    expect(found["Coverage@10"]).to.equal(1 / 4);
  });

  it("is 0 without any list", () => {
    expect(Object.values(statistics([], [5]))).to.deep.equal([0, 0, 0, 0]);
  });
});

describe("the Gini coefficient", () => {
  it("is 0 for equal counts and nears 1 where one item has them all", () => {
    expect(giniCoefficient(Int32Array.of(3, 3, 3))).to.equal(0);
    expect(giniCoefficient(Int32Array.of(0, 0))).to.equal(0);
    expect(giniCoefficient(Int32Array.from({ length: 100 }, (_, item) => (item === 7 ? 50 : 0)))).to.equal(
      0.99,
    );
  });

  it("equals half the relative mean difference and leaves the counts in their order", () => {
    const counts = Int32Array.of(5, 1, 0, 2, 2);
    let differences = 0;
    for (const left of counts) for (const right of counts) differences += Math.abs(left - right);
    expect(giniCoefficient(counts)).to.be.closeTo(differences / (2 * 5 * 10), 1e-15);
    expect([...counts]).to.deep.equal([5, 1, 0, 2, 2]);
  });
});
