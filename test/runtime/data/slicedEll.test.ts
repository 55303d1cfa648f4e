import { expect } from "chai";
import { degreeGroups } from "../../../runtime/data/degreeGroups.js";
import { Random } from "../../../runtime/data/random.js";
import {
  slicedEll,
  SlicedEllError,
  type Orientation,
  type SlicedEll,
} from "../../../runtime/data/slicedEll.js";
import type { SparseMatrix } from "../../../runtime/data/sparseMatrix.js";
import { denseOf, randomSparse, sparseOfDegrees } from "./randomSparse.js";

const everything = (): boolean => true;

interface Groups {
  order: Int32Array;
  groups: {
    rows: number;
    width: number;
    neighbours: Int32Array;
    weights: Float32Array;
    entries: Int32Array;
  }[];
}

function groupsOf(ell: SlicedEll, orientation: Orientation, groups: number): Groups {
  const tensor = (name: string): { dims: readonly number[]; data: unknown } =>
    ell.tensors.get(`m/${orientation}/${name}`)!;
  return {
    order: tensor("order").data as Int32Array,
    groups: Array.from({ length: groups }, (_, group) => {
      const [rows, width] = tensor(`group_${group}/neighbours`).dims as [number, number];
      expect(tensor(`group_${group}/weights`).dims).to.deep.equal([rows, width]);
      expect(tensor(`group_${group}/entries`).dims).to.deep.equal([rows, width]);
      return {
        rows,
        width,
        neighbours: tensor(`group_${group}/neighbours`).data as Int32Array,
        weights: tensor(`group_${group}/weights`).data as Float32Array,
        entries: tensor(`group_${group}/entries`).data as Int32Array,
      };
    }),
  };
}

/** What the graph computes: every group's rows times x [column], concatenated and put in order. */
function product({ order, groups }: Groups, x: readonly number[]): number[] {
  const concatenated = groups.flatMap(({ rows, width, neighbours, weights }) =>
    Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let cell = row * width; cell < (row + 1) * width; cell++)
        sum += weights[cell]! * x[neighbours[cell]!]!;
      return sum;
    }),
  );
  return Array.from(order, (position) => concatenated[position]!);
}

/** The matrix that the neighbours and weights stand for. */
function rebuilt({ order, groups }: Groups, columns: number): number[][] {
  const concatenated = groups.flatMap(({ rows, width, neighbours, weights }) =>
    Array.from({ length: rows }, (_, row) => {
      const dense = new Array<number>(columns).fill(0);
      for (let cell = row * width; cell < (row + 1) * width; cell++)
        dense[neighbours[cell]!]! += weights[cell]!;
      return dense;
    }),
  );
  return Array.from(order, (position) => concatenated[position]!);
}

function mirrored(dense: readonly (readonly number[])[], columns: number): number[][] {
  return Array.from({ length: columns }, (_, column) => dense.map((row) => row[column]!));
}

function examples(): { matrix: SparseMatrix; groups: number }[] {
  return Array.from({ length: 40 }, (_, trial) => ({
    matrix: randomSparse(trial, 1 + ((trial * 7) % 23), 1 + ((trial * 5) % 17), (trial % 5) / 6),
    groups: 1 + (trial % 6),
  }));
}

describe("sliced ELL", () => {
  it("rebuilds the matrix from its rows and the transpose from its columns", () => {
    for (const { matrix, groups } of examples()) {
      const ell = slicedEll("m", matrix, groups, everything);
      const dense = denseOf(matrix);
      expect(rebuilt(groupsOf(ell, "rows", groups), matrix.columns)).to.deep.equal(dense);
      expect(rebuilt(groupsOf(ell, "columns", groups), matrix.rows)).to.deep.equal(
        mirrored(dense, matrix.columns),
      );
    }
  });

  it("has no empty group where it is asked to fill them and there are as many rows, and is the same matrix", () => {
    for (const { matrix, groups } of examples()) {
      const filled = slicedEll("m", matrix, groups, everything, true);
      const dense = denseOf(matrix);
      const byRows = groupsOf(filled, "rows", groups);
      expect(rebuilt(byRows, matrix.columns)).to.deep.equal(dense);
      expect(rebuilt(groupsOf(filled, "columns", groups), matrix.rows)).to.deep.equal(
        mirrored(dense, matrix.columns),
      );
      const used = byRows.groups.filter(({ rows }) => rows > 0).length;
      expect(used).to.equal(Math.min(groups, matrix.rows));
    }
  });

  it("gives the products of the dense matrix and its transpose", () => {
    for (const { matrix, groups } of examples()) {
      const ell = slicedEll("m", matrix, groups, everything);
      const dense = denseOf(matrix);
      for (const orientation of ["rows", "columns"] as const) {
        const rows = orientation === "rows" ? dense : mirrored(dense, matrix.columns);
        const x = Array.from({ length: rows[0]?.length ?? 0 }, (_, index) => Math.sin(index + 1));
        const expected = rows.map((row) => row.reduce((sum, value, column) => sum + value * x[column]!, 0));
        const found = product(groupsOf(ell, orientation, groups), x);
        expect(found).to.have.length(expected.length);
        found.forEach((value, row) => {
          expect(value).to.be.closeTo(expected[row]!, 1e-12);
        });
      }
    }
  });

  it("stacks the columns and entries of a group's rows slot by slot, their number in the place of padding", () => {
    for (const { matrix, groups } of examples()) {
      const ell = slicedEll("m", matrix, groups, everything);
      for (const [orientation, past] of [
        ["rows", matrix.columns],
        ["columns", matrix.rows],
      ] as const) {
        groupsOf(ell, orientation, groups).groups.forEach(({ rows, width, neighbours, entries }, group) => {
          const stack = (values: (cell: number) => number): number[] =>
            Array.from({ length: width }, (_, slot) =>
              Array.from({ length: rows }, (_, row) => values(row * width + slot)),
            ).flat();
          const column = (cell: number): number =>
            entries[cell] === matrix.columnIds.length ? past : neighbours[cell]!;
          for (const [part, expected] of [
            ["stacked", stack(column)],
            ["stacked_entries", stack((cell) => entries[cell]!)],
          ] as const) {
            const stacked = ell.tensors.get(`m/${orientation}/group_${group}/${part}`)!;
            expect(stacked.dims).to.deep.equal([width, rows]);
            expect([...(stacked.data as Int32Array)]).to.deep.equal(expected);
          }
          const ones = ell.tensors.get(`m/${orientation}/group_${group}/ones`)!;
          expect([ones.dims, [...(ones.data as Float32Array)]]).to.deep.equal([
            [1, width],
            new Array<number>(width).fill(1),
          ]);
        });
      }
    }
  });

  it("orders by a permutation that keeps rows ascending within a group", () => {
    for (const { matrix, groups } of examples()) {
      const ell = slicedEll("m", matrix, groups, everything);
      for (const orientation of ["rows", "columns"] as const) {
        const { order, groups: found } = groupsOf(ell, orientation, groups);
        expect([...order].sort((left, right) => left - right)).to.deep.equal([...order.keys()]);
        const rowAt = new Int32Array(order.length);
        order.forEach((position, row) => {
          rowAt[position] = row;
        });
        let start = 0;
        for (const { rows } of found) {
          const ofGroup = rowAt.slice(start, start + rows);
          expect([...ofGroup]).to.deep.equal([...ofGroup].sort((left, right) => left - right));
          start += rows;
        }
        expect(start).to.equal(order.length);
      }
    }
  });

  it("points with entries into the row-major order of the matrix, for both orientations", () => {
    for (const { matrix, groups } of examples()) {
      const ell = slicedEll("m", matrix, groups, everything);
      const count = matrix.columnIds.length;
      const entryRow = ell.tensors.get("m/entry/rows")!.data as Int32Array;
      const entryColumn = ell.tensors.get("m/entry/columns")!.data as Int32Array;
      expect([...entryColumn]).to.deep.equal([...matrix.columnIds]);
      for (const orientation of ["rows", "columns"] as const) {
        const seen = new Set<number>();
        for (const { neighbours, weights, entries } of groupsOf(ell, orientation, groups).groups) {
          entries.forEach((entry, cell) => {
            if (entry === count) {
              expect([neighbours[cell], weights[cell]]).to.deep.equal([0, 0]);
              return;
            }
            seen.add(entry);
            expect(weights[cell]).to.equal(matrix.values[entry]);
            expect(neighbours[cell]).to.equal((orientation === "rows" ? entryColumn : entryRow)[entry]);
          });
        }
        expect(seen.size).to.equal(count);
      }
    }
  });

  it("worked by hand: two groups, an empty row, both orientations", () => {
    // Rows: 0 has columns 0, 1, 2; 1 has none; 2 has column 1.
    const matrix: SparseMatrix = {
      rows: 3,
      columns: 3,
      rowStart: Int32Array.of(0, 3, 3, 4),
      columnIds: Int32Array.of(0, 1, 2, 1),
      values: Float32Array.of(10, 20, 30, 40),
    };
    const ell = slicedEll("m", matrix, 3, everything);
    const plain = Object.fromEntries(
      [...ell.tensors].map(([name, { dims, data }]) => [name, [[...dims], Array.from(data as Int32Array)]]),
    );
    expect(plain).to.deep.equal({
      "m/rows/order": [[3], [2, 0, 1]],
      "m/rows/cells": [[4], [2, 3, 4, 1]],
      "m/rows/group_0/rows": [[2], [1, 2]],
      "m/rows/group_1/rows": [[1], [0]],
      "m/rows/group_2/rows": [[0], []],
      "m/columns/cells": [[4], [0, 2, 1, 3]],
      "m/columns/group_0/rows": [[2], [0, 2]],
      "m/columns/group_1/rows": [[1], [1]],
      "m/columns/group_2/rows": [[0], []],
      "m/rows/group_0/neighbours": [
        [2, 1],
        [0, 1],
      ],
      "m/rows/group_0/weights": [
        [2, 1],
        [0, 40],
      ],
      "m/rows/group_0/entries": [
        [2, 1],
        [4, 3],
      ],
      "m/rows/group_0/stacked_entries": [
        [1, 2],
        [4, 3],
      ],
      "m/rows/group_0/stacked": [
        [1, 2],
        [3, 1],
      ],
      "m/rows/group_0/ones": [[1, 1], [1]],
      "m/rows/group_1/neighbours": [
        [1, 3],
        [0, 1, 2],
      ],
      "m/rows/group_1/weights": [
        [1, 3],
        [10, 20, 30],
      ],
      "m/rows/group_1/entries": [
        [1, 3],
        [0, 1, 2],
      ],
      "m/rows/group_1/stacked_entries": [
        [3, 1],
        [0, 1, 2],
      ],
      "m/rows/group_1/stacked": [
        [3, 1],
        [0, 1, 2],
      ],
      "m/rows/group_1/ones": [
        [1, 3],
        [1, 1, 1],
      ],
      "m/rows/group_2/neighbours": [[0, 1], []],
      "m/rows/group_2/weights": [[0, 1], []],
      "m/rows/group_2/entries": [[0, 1], []],
      "m/rows/group_2/stacked_entries": [[1, 0], []],
      "m/rows/group_2/stacked": [[1, 0], []],
      "m/rows/group_2/ones": [[1, 1], [1]],
      "m/columns/order": [[3], [0, 2, 1]],
      "m/columns/group_0/neighbours": [
        [2, 1],
        [0, 0],
      ],
      "m/columns/group_0/weights": [
        [2, 1],
        [10, 30],
      ],
      "m/columns/group_0/entries": [
        [2, 1],
        [0, 2],
      ],
      "m/columns/group_0/stacked_entries": [
        [1, 2],
        [0, 2],
      ],
      "m/columns/group_0/stacked": [
        [1, 2],
        [0, 0],
      ],
      "m/columns/group_0/ones": [[1, 1], [1]],
      "m/columns/group_1/neighbours": [
        [1, 2],
        [0, 2],
      ],
      "m/columns/group_1/weights": [
        [1, 2],
        [20, 40],
      ],
      "m/columns/group_1/entries": [
        [1, 2],
        [1, 3],
      ],
      "m/columns/group_1/stacked_entries": [
        [2, 1],
        [1, 3],
      ],
      "m/columns/group_1/stacked": [
        [2, 1],
        [0, 2],
      ],
      "m/columns/group_1/ones": [
        [1, 2],
        [1, 1],
      ],
      "m/columns/group_2/neighbours": [[0, 1], []],
      "m/columns/group_2/weights": [[0, 1], []],
      "m/columns/group_2/entries": [[0, 1], []],
      "m/columns/group_2/stacked_entries": [[1, 0], []],
      "m/columns/group_2/stacked": [[1, 0], []],
      "m/columns/group_2/ones": [[1, 1], [1]],
      "m/entry/rows": [[4], [0, 0, 0, 2]],
      "m/entry/columns": [[4], [0, 1, 2, 1]],
      "m/entry/weights": [[4], [10, 20, 30, 40]],
    });
    expect(ell.padding).to.deep.equal([
      { orientation: "rows", rows: 3, entries: 4, cells: 5, usedGroups: 2 },
      { orientation: "columns", rows: 3, entries: 4, cells: 4, usedGroups: 2 },
    ]);
  });

  it("makes only the tensors that are wanted", () => {
    const matrix = randomSparse(1, 8, 8, 0.5);
    const wanted = new Set(["m/columns/order", "m/columns/group_1/weights"]);
    const ell = slicedEll("m", matrix, 4, (name) => wanted.has(name));
    expect(new Set(ell.tensors.keys())).to.deep.equal(wanted);
    expect(ell.padding.map(({ orientation }) => orientation)).to.deep.equal(["columns"]);
    expect(slicedEll("m", matrix, 4, () => false)).to.deep.equal({ tensors: new Map(), padding: [] });
  });

  it("refuses a matrix that one wide row would blow up, and takes it with two groups", () => {
    const degrees = new Array<number>(40_000).fill(1);
    degrees[17] = 40_000;
    const matrix = sparseOfDegrees(degrees, 40_000);
    const orderOnly = (name: string): boolean => name === "m/rows/order";
    try {
      slicedEll("m", matrix, 1, orderOnly);
      expect.fail("the matrix was accepted");
    } catch (error) {
      if (!(error instanceof SlicedEllError)) throw error;
      expect([error.buffer, error.orientation, error.cells, error.groups]).to.deep.equal([
        "m",
        "rows",
        1.6e9,
        1,
      ]);
      expect(error.message).to.include("Declare the buffer with more groups");
    }
    expect(slicedEll("m", matrix, 2, orderOnly).padding[0]!.cells).to.equal(79_999);
  });
});

/** Least cells over all ways to cut the sorted distinct widths into at most `groups` runs. */
function leastCells(degrees: Int32Array, groups: number): number {
  const sorted = [...degrees].map((degree) => Math.max(1, degree)).sort((left, right) => left - right);
  const least = (end: number, left: number): number => {
    if (end === 0) return 0;
    if (left === 0) return Infinity;
    let best = Infinity;
    for (let start = 0; start < end; start++) {
      best = Math.min(best, least(start, left - 1) + (end - start) * sorted[end - 1]!);
    }
    return best;
  };
  return least(sorted.length, groups);
}

describe("degree groups", () => {
  it("need the fewest cells of all partitions", () => {
    for (let trial = 0; trial < 60; trial++) {
      const random = new Random(trial, "degreeGroups");
      const degrees = Int32Array.from(
        { length: 1 + random.below(9) },
        () => random.below(4) ** 2 + random.below(6),
      );
      const groups = 1 + random.below(4);
      const found = degreeGroups(degrees, groups);
      expect(found.cells).to.equal(leastCells(degrees, groups));
      expect(found.widths.length).to.be.at.most(groups);
      const cells = degrees.reduce((sum, degree) => sum + found.widths.find((width) => width >= degree)!, 0);
      expect(cells).to.equal(found.cells);
    }
  });

  it("need no padding where there are as many groups as degrees, and use no more groups than that", () => {
    expect(degreeGroups(Int32Array.of(5, 2, 2, 9), 8)).to.deep.equal({ widths: [2, 5, 9], cells: 18 });
    expect(degreeGroups(Int32Array.of(0, 0), 3)).to.deep.equal({ widths: [1], cells: 2 });
    expect(degreeGroups(new Int32Array(0), 3)).to.deep.equal({ widths: [], cells: 0 });
  });

  it("refuse a number of groups that is not a positive integer", () => {
    for (const groups of [0, -1, 1.5])
      expect(() => degreeGroups(Int32Array.of(1), groups)).to.throw(RangeError);
  });

  it("of power-law degrees stay within twice entries plus rows with 8 groups, however steep the law", () => {
    for (const exponent of [1.5, 2, 2.5, 3]) {
      const random = new Random(7, "powerLaw");
      const degrees = Int32Array.from({ length: 50_000 }, () =>
        Math.min(40_000, Math.floor((1 - random.float64()) ** (-1 / (exponent - 1))) - 1),
      );
      const entries = degrees.reduce((sum, degree) => sum + degree, 0);
      const start = performance.now();
      const { cells } = degreeGroups(degrees, 8);
      expect(performance.now() - start).to.be.below(1000);
      expect(cells / (entries + degrees.length), `exponent ${exponent}`).to.be.below(2);
    }
  });

  it("take thousands of distinct degrees in a fraction of a second", () => {
    const degrees = Int32Array.from({ length: 20_000 }, (_, row) => row);
    const start = performance.now();
    const { cells } = degreeGroups(degrees, 32);
    expect(performance.now() - start).to.be.below(1000);
    expect(cells).to.be.below(1.04 * ((20_000 * 20_000) / 2));
  });
});
