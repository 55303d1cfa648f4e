import { expect } from "chai";
import { biasSource, popularityGroupsOf } from "../../../exports/report/popularityBias.js";

describe("popularity bias", () => {
  // Items 0 to 9 with 40, 20, 10, 10, 5, 5, 4, 3, 3 and 0 of 100 training interactions.
  const training = [40, 20, 10, 10, 5, 5, 4, 3, 3, 0];

  it("groups items into head, middle and tail of a fifth of the interactions each, and new ones", () => {
    expect(popularityGroupsOf(training)).to.deep.equal([
      "head",
      ...["middle", "middle", "middle"],
      ...["tail", "tail", "tail", "tail", "tail"],
      "new",
    ]);
  });

  it("never puts an item into two groups, even if one item has all interactions", () => {
    expect(popularityGroupsOf([7, 0])).to.deep.equal(["head", "new"]);
    expect(popularityGroupsOf([0, 0])).to.deep.equal(["new", "new"]);
  });

  it("measures shares, coverage, inequality and mean popularity by hand", () => {
    const source = biasSource("model", training, [1, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
    expect(source.groups).to.deep.equal({ head: 0.25, middle: 0, tail: 0, new: 0.75 });
    expect(source.deciles).to.deep.equal([0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0.75]);
    expect(source.coverage).to.equal(0.2);
    // Σ (2 i − 11) n_i / (10 · 4) with n_9 = 1 and n_10 = 3.
    expect(source.gini).to.be.closeTo((7 * 1 + 9 * 3) / 40, 1e-12);
    expect(source.meanPopularity).to.equal(10);
  });

  it("is all zeros where nothing is recommended", () => {
    const source = biasSource(
      "model",
      training,
      training.map(() => 0),
    );
    expect([source.coverage, source.gini, source.meanPopularity]).to.deep.equal([0, 0, 0]);
    expect(source.deciles.every((share) => share === 0)).to.equal(true);
  });

  it("orders equally popular items by id, so that tenths are the same every time", () => {
    const counts = [5, 5, 5, 5, 5, 5, 5, 5, 5, 5];
    expect(biasSource("model", counts, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]).deciles[0]).to.equal(1);
  });
});
