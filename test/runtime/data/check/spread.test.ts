import { expect } from "chai";
import { Components } from "../../../../runtime/data/check/components.js";
import { doublingBars, equalBars, spreadOf } from "../../../../runtime/data/check/spread.js";
import { Random } from "../../../../runtime/data/random.js";

describe("a spread", () => {
  it("worked by hand: quantiles between neighbours, whatever the order", () => {
    expect(spreadOf([5, 1, 2, 4, 3])).to.deep.equal({
      count: 5,
      least: 1,
      quarter: 2,
      median: 3,
      threeQuarters: 4,
      nineTenths: 4.6,
      most: 5,
      mean: 3,
    });
    expect(spreadOf([1, 2])!.median).to.equal(1.5);
    expect(spreadOf([7])).to.include({ least: 7, median: 7, nineTenths: 7, most: 7 });
    expect(spreadOf([])).to.equal(null);
  });

  it("in doubling classes counts 0, 1, 2 to 3, 4 to 7 …", () => {
    expect(doublingBars([0, 1, 1, 2, 3, 4, 7, 8])).to.deep.equal([
      { from: 0, to: 0, count: 1 },
      { from: 1, to: 1, count: 2 },
      { from: 2, to: 3, count: 2 },
      { from: 4, to: 7, count: 2 },
      { from: 8, to: 15, count: 1 },
    ]);
    expect(doublingBars([0])).to.deep.equal([{ from: 0, to: 0, count: 1 }]);
  });

  it("in equal classes counts every value once, the largest in the last", () => {
    expect(equalBars([0, 1, 2, 3, 4], 2)).to.deep.equal([
      { from: 0, to: 2, count: 2 },
      { from: 2, to: 4, count: 3 },
    ]);
    expect(equalBars([3, 3], 5)).to.deep.equal([{ from: 3, to: 3, count: 2 }]);
    expect(equalBars([], 5)).to.deep.equal([]);
    const random = new Random(1, "bars");
    const values = Array.from({ length: 500 }, () => random.normal());
    expect(equalBars(values, 24).reduce((sum, { count }) => sum + count, 0)).to.equal(500);
  });
});

describe("connected components", () => {
  it("are those that a search through the neighbours finds, in any order of the edges", () => {
    const random = new Random(2, "components");
    for (let trial = 0; trial < 50; trial++) {
      const nodes = 1 + random.below(12);
      const edges = Array.from(
        { length: random.below(12) },
        () => [random.below(nodes), random.below(nodes)] as const,
      );
      const label = Array.from({ length: nodes }, (_, node) => node);
      for (let pass = 0; pass < nodes; pass++) {
        for (const [left, right] of edges) {
          label[left] = label[right] = Math.min(label[left]!, label[right]!);
        }
      }
      const counts = new Map<number, number>();
      for (const root of label) counts.set(root, (counts.get(root) ?? 0) + 1);
      for (const order of [edges, [...edges].reverse()]) {
        const components = new Components(nodes);
        for (const [left, right] of order) components.join(left, right);
        expect(components.sizes(() => true)).to.deep.equal([...counts.values()].sort((a, b) => b - a));
      }
    }
  });
});
