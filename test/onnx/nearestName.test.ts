import { expect } from "chai";
import { nearestName } from "../../src/onnx/nearestName.js";

const models = ["lightgcn", "lattice", "ksi", "slif-mr", "vbpr"];

describe("the nearest name", () => {
  const cases: readonly [string, string | undefined][] = [
    ["lightgnc", "lightgcn"],
    ["LightGCN", "lightgcn"],
    ["latice", "lattice"],
    ["kis", "ksi"],
    ["slifmr", "slif-mr"],
    ["bm3", undefined],
    ["transformer", undefined],
    ["", undefined],
  ];
  for (const [wanted, expected] of cases) {
    it(`of "${wanted}" is ${expected ?? "none"}`, () => {
      expect(nearestName(wanted, models)).to.equal(expected);
    });
  }

  it("is the one of swapped letters before another at the same distance", () => {
    expect(nearestName("cdua", ["auto", "cpu", "cuda"])).to.equal("cuda");
  });

  it("is the first of those equally near", () => {
    expect(nearestName("cat", ["bat", "hat"])).to.equal("bat");
  });
});
