import { expect } from "chai";
import type { SamplerEntry } from "../../../runtime/artifacts/manifest.js";
import { createSampler, type SampledData, type Sampler } from "../../../runtime/data/sampler.js";
import { SamplerError } from "../../../runtime/data/samplerError.js";
import type { SparseMatrix } from "../../../runtime/data/sparseMatrix.js";
import { datasetOf, type Pair } from "./smallDataset.js";

/** Row 0 has column 1 twice (two relations) and 3, row 1 nothing, row 2 all but column 0. */
const links: SparseMatrix = {
  rows: 3,
  columns: 4,
  rowStart: Int32Array.of(0, 3, 3, 6),
  columnIds: Int32Array.of(1, 1, 3, 1, 2, 3),
  values: new Float32Array(6).fill(1),
};

const train = Array.from({ length: 10 }, (_, user): Pair => [user, user % 3]);

function dataOf(matrix: SparseMatrix): SampledData {
  return {
    dataset: datasetOf({ users: 10, items: 4 }, { train }),
    matrix: () => matrix,
    size: (axis) => ({ user: 10, item: 4 })[axis]!,
  };
}

function samplerOf(entry: SamplerEntry, matrix = links, phase = "main"): Sampler {
  return createSampler(entry, dataOf(matrix), 7, phase);
}

const entries = { kind: "entries", batchSize: 4, buffer: "links" } as const;
const rows = { kind: "rows", batchSize: 4, axis: "user" } as const;

describe("the entries sampler", () => {
  it("visits every entry once, with its row, its column and a column that the row has no entry in", () => {
    const { columns, length } = samplerOf(entries).epoch(0);
    expect(length).to.equal(6);
    expect([...columns.entry!].sort()).to.deep.equal([0, 1, 2, 3, 4, 5]);
    const rowOf = [0, 0, 0, 2, 2, 2];
    columns.entry!.forEach((entry, place) => {
      expect(columns.entryRow![place]).to.equal(rowOf[entry]);
      expect(columns.entryColumn![place]).to.equal(links.columnIds[entry]);
      expect(rowOf[entry] === 0 ? [0, 2] : [0]).to.include(columns.negativeColumn![place]);
    });
  });

  it("draws all wrong columns equally often", () => {
    const counts = [0, 0, 0, 0];
    const sampler = samplerOf(entries);
    for (let epoch = 0; epoch < 2000; epoch++) {
      const { columns } = sampler.epoch(epoch);
      columns.entryRow!.forEach((row, place) => {
        if (row === 0) counts[columns.negativeColumn![place]!]!++;
      });
    }
    expect([counts[1], counts[3]]).to.deep.equal([0, 0]);
    expect(counts[0]! / 6000).to.be.closeTo(0.5, 0.03);
  });

  it("refuses a matrix without entries, and a row that has all columns", () => {
    const none = { ...links, rowStart: new Int32Array(4), columnIds: new Int32Array(0) };
    expect(() => samplerOf(entries, none)).to.throw(SamplerError, 'the matrix "links" has no entries');
    const full = { ...links, columns: 3, columnIds: Int32Array.of(0, 1, 2, 0, 1, 2) };
    expect(() => samplerOf(entries, full)).to.throw(
      SamplerError,
      'row 0 of the matrix "links" has an entry in each of the 3 columns, so there is no other',
    );
  });
});

describe("the rows sampler", () => {
  it("visits every id once per epoch in an order of its own, the last batch short", () => {
    const sampler = samplerOf(rows);
    expect([sampler.stepsPerEpoch, sampler.lastBatchSize]).to.deep.equal([3, 2]);
    const [first, again, next] = [0, 0, 1].map((epoch) => [...sampler.epoch(epoch).columns.row!]);
    expect(first!.toSorted((a, b) => a - b)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(again).to.deep.equal(first);
    expect(next).not.to.deep.equal(first);
  });
});

describe("a part of a sampler's epoch", () => {
  const users = { kind: "users", batchSize: 4, negativePool: "all", stream: "shared" } as const;
  const rest = { first: 1, count: null };

  it("and the rest of it are together the whole, for phases of one stream", () => {
    const whole = samplerOf(users, links, "one");
    const first = samplerOf({ ...users, steps: { first: 0, count: 1 } }, links, "two");
    const other = samplerOf({ ...users, steps: rest }, links, "three");
    expect([first.stepsPerEpoch, other.stepsPerEpoch]).to.deep.equal([1, whole.stepsPerEpoch - 1]);
    for (const column of ["user", "positive", "negative"] as const) {
      const joined = [first, other].flatMap((sampler) => [...sampler.epoch(3).columns[column]!]);
      expect(joined).to.deep.equal([...whole.epoch(3).columns[column]!]);
    }
  });

  it("may hold the short last batch, or nothing", () => {
    const last = samplerOf({ ...rows, steps: { first: 2, count: 5 } });
    expect([last.stepsPerEpoch, last.lastBatchSize, last.epoch(0).length]).to.deep.equal([1, 2, 2]);
    const before = samplerOf({ ...rows, steps: { first: 0, count: 2 } });
    expect([before.stepsPerEpoch, before.lastBatchSize, before.epoch(0).length]).to.deep.equal([2, 4, 8]);
    const none = samplerOf({ ...rows, steps: { first: 9, count: null } });
    expect([none.stepsPerEpoch, none.epoch(0).length]).to.deep.equal([0, 0]);
  });
});
