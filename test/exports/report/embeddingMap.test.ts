import { expect } from "chai";
import { embeddingMap } from "../../../exports/report/embeddingMap.js";
import { attributeOf, groupingAttributes } from "../../../exports/report/itemAttributes.js";
import { agreement, nearestNeighbours } from "../../../exports/report/neighbours.js";
import { Random } from "../../../runtime/data/random.js";

/** Items in so many directions, in turn, with a little noise. */
function clusters(rows: number, directions: number, dim = 8) {
  const random = new Random(5, "clusters");
  const data = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    for (let axis = 0; axis < dim; axis++) {
      data[row * dim + axis] = (axis === row % directions ? 1 : 0) + 0.05 * random.normal();
    }
  }
  return { rows, dim, data };
}

describe("the neighbours of rows", () => {
  const rows = [[0], [1], [3], [3.5]];

  it("are the row itself, then the nearest", () => {
    const { indices, distances } = nearestNeighbours(rows, 3);
    expect(indices).to.deep.equal([
      [0, 1, 2],
      [1, 0, 2],
      [2, 3, 1],
      [3, 2, 1],
    ]);
    expect(distances[2]).to.deep.equal([0, 0.5, 2]);
  });

  it("that equal a row still come after it", () => {
    expect(nearestNeighbours([[1], [1]], 2).indices).to.deep.equal([
      [0, 1],
      [1, 0],
    ]);
  });

  it("agree as often as counted by hand, beside chance", () => {
    const near = nearestNeighbours(rows, 2);
    expect(agreement(near, [0, 0, 1, 1])).to.deep.equal({ share: 1, chance: 1 / 3 });
    expect(agreement(near, [0, 1, 0, 1])).to.deep.equal({ share: 0, chance: 1 / 3 });
    expect(agreement(near, [0, 0, null, null])).to.deep.equal({ share: 1, chance: 1 });
    expect(agreement(near, [null, null, null, null])).to.equal(null);
  });
});

describe("the map of items", () => {
  const kind = attributeOf(
    "kind",
    Array.from({ length: 60 }, (_, item) => `kind ${item % 3}`),
  );
  const noise = attributeOf(
    "noise",
    Array.from({ length: 60 }, (_, item) => (item < 30 ? "a" : "b")),
  );

  it("is the same every time and keeps what belongs together near each other", () => {
    const map = embeddingMap(clusters(60, 3), [noise, kind], { seed: 1 });
    expect(map).to.deep.equal(embeddingMap(clusters(60, 3), [noise, kind], { seed: 1 }));
    expect(map.method).to.equal("umap");
    const near = nearestNeighbours(map.points, 6);
    expect(agreement(near, map.attributes[0]!.valueOfPoint)!.share).to.be.above(0.95);
  });

  it("offers first the attribute that neighbours share more than by chance", () => {
    const map = embeddingMap(clusters(60, 3), [noise, kind], { seed: 1, method: "pca" });
    expect(map.attributes.map(({ name }) => name)).to.deep.equal(["kind", "noise"]);
    expect(map.attributes[0]!.agreement!.share).to.equal(1);
  });

  it("is made by principal components if there are too few items for neighbourhoods", () => {
    const map = embeddingMap(clusters(9, 3), [], { seed: 1 });
    expect(map.method).to.equal("pca");
    expect(map.points).to.have.length(9);
  });

  it("has a second axis of zeros for vectors of one dimension, and a place for vectors of zeros", () => {
    const map = embeddingMap({ rows: 3, dim: 1, data: Float32Array.of(1, 0, -1) }, [], { seed: 1 });
    expect(map.points.map(([, y]) => y)).to.deep.equal([0, 0, 0]);
    expect(new Set(map.points.map(([x]) => x)).size).to.equal(3);
    for (const point of embeddingMap({ rows: 4, dim: 2, data: new Float32Array(8) }, [], { seed: 1 })
      .points) {
      expect(point.every(Number.isFinite)).to.equal(true);
    }
  });

  it("samples large catalogues, the same items every time", () => {
    const { items, ofItems } = embeddingMap(clusters(2500, 3, 3), [], { seed: 1, method: "pca" });
    expect([items.length, ofItems]).to.deep.equal([2000, 2500]);
    expect(items).to.deep.equal(items.toSorted((left, right) => left - right));
  });
});

describe("the attributes of items", () => {
  it("are columns of few values that most items have", () => {
    const columns: Readonly<Record<string, readonly string[]>> = {
      kind: ["mug", "hat", "mug", "", "hat", "mug"],
      title: ["a", "b", "c", "d", "e", "f"],
      same: ["x", "x", "x", "x", "x", "x"],
      rare: ["y", "y", "", "", "", ""],
    };
    const table = {
      columns: Object.keys(columns),
      text: (column: string, item: number) => columns[column]?.[item] ?? null,
    };
    expect(groupingAttributes(table, 6)).to.deep.equal([
      { name: "kind", values: ["mug", "hat"], valueOfItem: [0, 1, 0, null, 1, 0] },
    ]);
    expect(groupingAttributes(null, 6)).to.deep.equal([]);
  });

  it("are no columns with more values than can be told apart", () => {
    const table = { columns: ["tens"], text: (_: string, item: number) => `${Math.floor(item / 10)}` };
    expect(groupingAttributes(table, 120)).to.have.length(1);
    expect(groupingAttributes(table, 130)).to.deep.equal([]);
  });
});
