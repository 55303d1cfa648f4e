import { expect } from "chai";
import { kMeans } from "../../../runtime/data/kMeans.js";
import { Random } from "../../../runtime/data/random.js";

const rowsOf = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row);

/** Squared distances of rows to the means of their clusters, added up. */
function inertia(data: Float32Array, size: number, clusterOf: Int32Array, k: number): number {
  let sum = 0;
  for (let cluster = 0; cluster < k; cluster++) {
    const members = [...clusterOf.keys()].filter((row) => clusterOf[row] === cluster);
    for (let column = 0; column < size; column++) {
      const values = members.map((row) => data[row * size + column]!);
      const mean = values.reduce((total, value) => total + value, 0) / values.length;
      for (const value of values) sum += (value - mean) ** 2;
    }
  }
  return sum;
}

describe("k-means", () => {
  it("finds groups that lie apart, and settles", () => {
    const random = new Random(1, "points");
    const data = Float32Array.from({ length: 60 * 2 }, (_, cell) => 10 * ((cell >> 1) % 3) + random.normal());
    const { clusterOf, moved } = kMeans(data, 2, rowsOf(60), 3, new Random(2, "test"));
    expect(moved).to.equal(0);
    for (let row = 3; row < 60; row++) expect(clusterOf[row]).to.equal(clusterOf[row % 3]);
    expect(new Set(clusterOf).size).to.equal(3);
  });

  it("is no worse than any exchange of a single row", () => {
    const random = new Random(3, "points");
    const data = Float32Array.from({ length: 20 * 3 }, () => random.normal());
    const { clusterOf } = kMeans(data, 3, rowsOf(20), 4, new Random(4, "test"));
    const centres = Array.from({ length: 4 }, (_, cluster) =>
      [0, 1, 2].map((column) => {
        const members = [...clusterOf.keys()].filter((row) => clusterOf[row] === cluster);
        return members.reduce((sum, row) => sum + data[row * 3 + column]!, 0) / members.length;
      }),
    );
    const distance = (row: number, cluster: number): number =>
      centres[cluster]!.reduce((sum, centre, column) => sum + (data[row * 3 + column]! - centre) ** 2, 0);
    clusterOf.forEach((own, row) => {
      for (let other = 0; other < 4; other++) {
        expect(distance(row, own)).to.be.at.most(distance(row, other) + 1e-9);
      }
    });
    expect(inertia(data, 3, clusterOf, 4)).to.be.below(inertia(data, 3, new Int32Array(20), 1));
  });

  it("looks only at the rows it is given, also where all of them are equal", () => {
    const data = Float32Array.of(5, 1, 5, 1, 5);
    const { clusterOf, moved } = kMeans(data, 1, Int32Array.of(0, 2, 4), 2, new Random(5, "test"));
    expect([...clusterOf]).to.deep.equal([0, 0, 0]);
    expect(moved).to.equal(0);
  });

  it("gives the same clusters from the same generator", () => {
    const random = new Random(6, "points");
    const data = Float32Array.from({ length: 200 }, () => random.normal());
    const once = kMeans(data, 4, rowsOf(50), 7, new Random(7, "test"));
    expect(kMeans(data, 4, rowsOf(50), 7, new Random(7, "test"))).to.deep.equal(once);
  });
});
