import { expect } from "chai";
import { nearestName } from "../../../runtime/data/nearestName.js";

describe("the nearest name", () => {
  it("is the one with the fewest changed characters, case ignored, the first of equals", () => {
    expect(nearestName("interaction", ["knn", "pca", "interactions"])).to.equal("interactions");
    expect(nearestName("KNN", ["pca", "knn"])).to.equal("knn");
    expect(nearestName("ab", ["ax", "ay"])).to.equal("ax");
    expect(nearestName("", ["abc", "a"])).to.equal("a");
    expect(nearestName("x", [])).to.equal(null);
  });
});
