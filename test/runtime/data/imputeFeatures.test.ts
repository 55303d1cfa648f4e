import { expect } from "chai";
import { imputeFeatures, type Imputation } from "../../../runtime/data/imputeFeatures.js";
import { presenceMask } from "../../../runtime/data/modalityFeatures.js";
import { datasetOf, featuresOf } from "./smallDataset.js";

describe("imputation", () => {
  const features = featuresOf("text", [
    [2, 0],
    [4, 6],
    [0, 0],
    [0, 9],
    [0, 0],
  ]);
  // Item 2 shares users 0 and 1 with item 0 and user 1 with item 1; item 4 has a user alone.
  const { train } = datasetOf(
    { users: 4, items: 5 },
    {
      train: [
        [0, 0],
        [0, 2],
        [1, 0],
        [1, 1],
        [1, 2],
        [2, 3],
        [3, 4],
      ],
    },
  );
  const rowsWith = (imputation: Imputation): number[][] => {
    const data = imputeFeatures(features, imputation, train);
    return [0, 1, 2, 3, 4].map((item) => [...data.subarray(2 * item, 2 * item + 2)]);
  };

  it("by the mean gives each missing row the mean of the rows there are", () => {
    expect(rowsWith("mean")).to.deep.equal([
      [2, 0],
      [4, 6],
      [2, 5],
      [0, 9],
      [2, 5],
    ]);
  });

  it("by neighbours weighs items by shared training users, worked by hand, and else takes the mean", () => {
    const [, , shared, , alone] = rowsWith("neighbours");
    // (2 (2, 0) + 1 (4, 6)) / 3
    expect(shared![0]).to.be.closeTo(8 / 3, 1e-6);
    expect(shared![1]).to.equal(2);
    expect(alone).to.deep.equal([2, 5]);
    expect(rowsWith("neighbours").filter((_, item) => ![2, 4].includes(item))).to.deep.equal([
      [2, 0],
      [4, 6],
      [0, 9],
    ]);
  });

  it("by zero leaves zeros, and never changes the dataset's own features", () => {
    expect(rowsWith("zero")).to.deep.equal([
      [2, 0],
      [4, 6],
      [0, 0],
      [0, 9],
      [0, 0],
    ]);
    expect([...features.data]).to.deep.equal([2, 0, 4, 6, 0, 0, 0, 9, 0, 0]);
  });

  it("changes nothing where all rows or none are missing", () => {
    const none = featuresOf("text", [[0], [0], [0], [0], [0]]);
    const all = featuresOf("text", [[1], [2], [3], [4], [5]]);
    for (const imputation of ["mean", "neighbours", "zero"] as const) {
      expect([...imputeFeatures(none, imputation, train)]).to.deep.equal([0, 0, 0, 0, 0]);
      expect([...imputeFeatures(all, imputation, train)]).to.deep.equal([1, 2, 3, 4, 5]);
    }
  });

  it("is told apart by the mask", () => {
    expect([...presenceMask(features)]).to.deep.equal([1, 1, 0, 1, 0]);
  });
});
