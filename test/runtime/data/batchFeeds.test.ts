import { expect } from "chai";
import type { BatchEntry } from "../../../runtime/artifacts/manifest.js";
import { batchFeeds, bytesPerStep, stepRanges } from "../../../runtime/data/batchFeeds.js";
import type { EpochSample } from "../../../runtime/data/sampler.js";
import { SamplerError } from "../../../runtime/data/samplerError.js";
import type { SparseMatrix } from "../../../runtime/data/sparseMatrix.js";

/** Eight triples in batches of three: two full ones and a short one of two. */
const sample: EpochSample = {
  epoch: 0,
  steps: 3,
  batchSize: 3,
  length: 8,
  columns: {
    user: Int32Array.of(4, 1, 4, 2, 2, 2, 0, 5),
    positive: Int32Array.of(7, 0, 3, 5, 9, 5, 8, 8),
    negative: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  },
};

const entries: readonly BatchEntry[] = [
  { name: "u", source: "user" },
  { name: "i", source: "positive" },
  { name: "j", source: "negative" },
  { name: "items", source: "uniquePositive" },
  { name: "item_weight", source: "uniquePositiveWeight" },
  { name: "users", source: "uniqueUser" },
  { name: "user_weight", source: "uniqueUserWeight" },
];

const noMatrix = (buffer: string): never => {
  throw new Error(`no matrix ${buffer}`);
};

function plain(feeds: ReturnType<typeof batchFeeds>): Record<string, unknown> {
  return Object.fromEntries(
    [...feeds].map(([name, { dtype, dims, data }]) => [name, [dtype, dims, Array.from(data as Int32Array)]]),
  );
}

describe("step ranges", () => {
  it("cut an epoch into stacks of one batch size, the short last batch by itself", () => {
    expect(stepRanges(sample, 10)).to.deep.equal([
      { first: 0, count: 2, batchSize: 3 },
      { first: 2, count: 1, batchSize: 2 },
    ]);
    expect(stepRanges(sample, 1)).to.deep.equal([
      { first: 0, count: 1, batchSize: 3 },
      { first: 1, count: 1, batchSize: 3 },
      { first: 2, count: 1, batchSize: 2 },
    ]);
  });

  it("continue from a step within the epoch", () => {
    expect(stepRanges(sample, 10, 1)).to.deep.equal([
      { first: 1, count: 1, batchSize: 3 },
      { first: 2, count: 1, batchSize: 2 },
    ]);
    expect(stepRanges(sample, 10, 2)).to.deep.equal([{ first: 2, count: 1, batchSize: 2 }]);
    expect(stepRanges(sample, 10, 3)).to.deep.equal([]);
  });

  it("of an epoch of full batches or of one short batch have no other", () => {
    const six = { ...sample, steps: 2, length: 6 };
    expect(stepRanges(six, 10)).to.deep.equal([{ first: 0, count: 2, batchSize: 3 }]);
    const two = { ...sample, steps: 1, length: 2 };
    expect(stepRanges(two, 10)).to.deep.equal([{ first: 0, count: 1, batchSize: 2 }]);
  });
});

describe("step ranges of no steps", () => {
  it("are refused", () => {
    for (const most of [0, -1, 1.5]) {
      expect(() => stepRanges(sample, most)).to.throw(SamplerError, `${most} steps cannot be stacked`);
    }
  });
});

describe("batch feeds", () => {
  it("stack the steps and fill every source", () => {
    const third = Math.fround(1 / 3);
    expect(plain(batchFeeds(sample, entries, { first: 0, count: 2, batchSize: 3 }, noMatrix))).to.deep.equal({
      u: ["int32", [2, 3], [4, 1, 4, 2, 2, 2]],
      i: ["int32", [2, 3], [7, 0, 3, 5, 9, 5]],
      j: ["int32", [2, 3], [1, 2, 3, 4, 5, 6]],
      items: ["int32", [2, 3], [7, 0, 3, 5, 9, 0]],
      item_weight: ["float32", [2, 3], [third, third, third, 0.5, 0.5, 0]],
      users: ["int32", [2, 3], [4, 1, 0, 2, 0, 0]],
      user_weight: ["float32", [2, 3], [0.5, 0.5, 0, 1, 0, 0]],
    });
  });

  it("of the short last batch have its size", () => {
    expect(plain(batchFeeds(sample, entries, { first: 2, count: 1, batchSize: 2 }, noMatrix))).to.deep.equal({
      u: ["int32", [1, 2], [0, 5]],
      i: ["int32", [1, 2], [8, 8]],
      j: ["int32", [1, 2], [7, 8]],
      items: ["int32", [1, 2], [8, 0]],
      item_weight: ["float32", [1, 2], [1, 0]],
      users: ["int32", [1, 2], [0, 5]],
      user_weight: ["float32", [1, 2], [0.5, 0.5]],
    });
  });

  it("are as long as the most distinct positives of a batch of the epoch, however the epoch is cut", () => {
    const distinct: readonly BatchEntry[] = [
      { name: "items", source: "distinctPositive" },
      { name: "weight", source: "distinctPositiveWeight" },
    ];
    const positive = Int32Array.of(5, 9, 5, 7, 7, 7, 8, 8);
    const repeated = { ...sample, columns: { ...sample.columns, positive } };
    const feeds = (first: number, count: number, batchSize: number) =>
      plain(batchFeeds(repeated, distinct, { first, count, batchSize }, noMatrix));
    expect(feeds(0, 2, 3)).to.deep.equal({
      items: ["int32", [2, 2], [5, 9, 7, 0]],
      weight: ["float32", [2, 2], [0.5, 0.5, 1, 0]],
    });
    expect(feeds(1, 1, 3)).to.deep.equal({
      items: ["int32", [1, 2], [7, 0]],
      weight: ["float32", [1, 2], [1, 0]],
    });
    expect(feeds(2, 1, 2)).to.deep.equal({ items: ["int32", [1, 1], [8]], weight: ["float32", [1, 1], [1]] });
  });

  it("have the distinct items of a batch once, with the places of positives and negatives among them", () => {
    const drawn: readonly BatchEntry[] = [
      { name: "items", source: "drawnItem" },
      { name: "i", source: "positivePlace" },
      { name: "j", source: "negativePlace" },
      { name: "among_positives", source: "distinctPlace" },
    ];
    const positive = Int32Array.of(5, 9, 5, 7, 7, 7, 8, 8);
    const negative = Int32Array.of(9, 2, 9, 1, 7, 1, 8, 3);
    const repeated = { ...sample, columns: { ...sample.columns, positive, negative } };
    const feeds = (first: number, count: number, batchSize: number) =>
      plain(batchFeeds(repeated, drawn, { first, count, batchSize }, noMatrix));
    expect(feeds(0, 2, 3)).to.deep.equal({
      items: ["int32", [2, 3], [5, 9, 2, 7, 1, 0]],
      i: ["int32", [2, 3], [0, 1, 0, 0, 0, 0]],
      j: ["int32", [2, 3], [1, 2, 1, 1, 0, 1]],
      among_positives: ["int32", [2, 3], [0, 1, 0, 0, 0, 0]],
    });
    // However the epoch is cut.
    expect(feeds(1, 1, 3)["items"]).to.deep.equal(["int32", [1, 3], [7, 1, 0]]);
    expect(feeds(2, 1, 2)).to.deep.equal({
      items: ["int32", [1, 2], [8, 3]],
      i: ["int32", [1, 2], [0, 0]],
      j: ["int32", [1, 2], [0, 1]],
      among_positives: ["int32", [1, 2], [0, 0]],
    });
  });

  it("do not share memory with the sample", () => {
    const feeds = batchFeeds(sample, entries, { first: 0, count: 1, batchSize: 3 }, noMatrix);
    (feeds.get("u")!.data as Int32Array)[0] = 99;
    expect(sample.columns.user![0]).to.equal(4);
  });

  it("of ranges that are not in the epoch are refused", () => {
    const ranges = [
      { first: 2, count: 1, batchSize: 3 },
      { first: 0, count: 3, batchSize: 3 },
      { first: 0, count: 1, batchSize: 2 },
      { first: 1, count: 2, batchSize: 2 },
      { first: -1, count: 1, batchSize: 3 },
      { first: 0, count: 0, batchSize: 3 },
    ];
    for (const range of ranges) {
      expect(() => batchFeeds(sample, entries, range, noMatrix), JSON.stringify(range)).to.throw(
        SamplerError,
        "are not in an epoch of 3 steps",
      );
    }
  });

  it("that the sampler does not draw are refused", () => {
    const row: readonly BatchEntry[] = [{ name: "rows", source: "row" }];
    expect(() => batchFeeds(sample, row, { first: 0, count: 1, batchSize: 3 }, noMatrix)).to.throw(
      SamplerError,
      "the sampler draws user, positive, negative, but a batch input needs row",
    );
  });
});

describe("batch feeds of rows", () => {
  const rows: EpochSample = {
    epoch: 0,
    steps: 2,
    batchSize: 2,
    length: 3,
    columns: { row: Int32Array.of(2, 0, 1) },
  };
  const matrix = (): SparseMatrix => ({
    rows: 3,
    columns: 4,
    rowStart: Int32Array.of(0, 2, 2, 3),
    columnIds: Int32Array.of(0, 3, 1),
    values: Float32Array.of(0.5, 2, 7),
  });
  const entries: readonly BatchEntry[] = [
    { name: "ids", source: "row" },
    { name: "dense", source: "denseRow", buffer: "links" },
  ];

  it("hold the rows of the matrix, dense", () => {
    expect(plain(batchFeeds(rows, entries, { first: 0, count: 1, batchSize: 2 }, matrix))).to.deep.equal({
      ids: ["int32", [1, 2], [2, 0]],
      dense: ["float32", [1, 2, 4], [0, 7, 0, 0, 0.5, 0, 0, 2]],
    });
    expect(plain(batchFeeds(rows, entries, { first: 1, count: 1, batchSize: 1 }, matrix))).to.deep.equal({
      ids: ["int32", [1, 1], [1]],
      dense: ["float32", [1, 1, 4], [0, 0, 0, 0]],
    });
  });

  it("take the bytes that bytesPerStep says", () => {
    const feeds = batchFeeds(rows, entries, { first: 0, count: 1, batchSize: 2 }, matrix);
    const bytes = [...feeds.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(bytesPerStep(entries, 2, matrix)).to.equal(bytes);
  });
});
