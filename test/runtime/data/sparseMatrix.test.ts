import { expect } from "chai";
import {
  columnDegrees,
  entryRows,
  patternFromPairs,
  rowDegrees,
  SparseMatrixError,
  transpose,
  transposePattern,
} from "../../../runtime/data/sparseMatrix.js";
import { denseOf, randomSparse } from "./randomSparse.js";

describe("sparse matrices", () => {
  it("from pairs have sorted rows without repetitions", () => {
    const rows = Int32Array.of(2, 0, 2, 0, 2, 0);
    const columns = Int32Array.of(1, 3, 0, 1, 1, 3);
    const pattern = patternFromPairs(4, 5, rows, columns);
    expect([...pattern.rowStart]).to.deep.equal([0, 2, 2, 4, 4]);
    expect([...pattern.columnIds]).to.deep.equal([1, 3, 0, 1]);
    expect(pattern.merged).to.equal(2);
    expect([...entryRows(pattern)]).to.deep.equal([0, 0, 2, 2]);
    expect([...rowDegrees(pattern)]).to.deep.equal([2, 0, 2, 0]);
    expect([...columnDegrees(pattern)]).to.deep.equal([1, 2, 0, 1, 0]);
  });

  it("from no pairs are empty", () => {
    const pattern = patternFromPairs(2, 3, new Int32Array(0), new Int32Array(0));
    expect([...pattern.rowStart]).to.deep.equal([0, 0, 0]);
    expect(transposePattern(pattern).rowStart).to.have.length(4);
  });

  it("from ids outside, or lists of different lengths, are refused, naming the entry", () => {
    const make = (rows: number[], columns: number[]): unknown =>
      patternFromPairs(2, 3, Int32Array.from(rows), Int32Array.from(columns));
    expect(() => make([0, 2], [0, 0]))
      .to.throw(SparseMatrixError, "entry 1")
      .with.property("index", 1);
    expect(() => make([0, 0], [0, -1])).to.throw(SparseMatrixError, "(0, -1) is outside [2, 3]");
    expect(() => make([0, 1, 1], [0])).to.throw(SparseMatrixError, "there are 3 rows but 1 columns");
  });

  it("transposed hold each value at the mirrored place, and twice transposed are the same again", () => {
    for (let trial = 0; trial < 20; trial++) {
      const matrix = randomSparse(trial, 1 + (trial % 7), 1 + ((trial * 5) % 11), 0.3);
      const dense = denseOf(matrix);
      const mirrored = denseOf(transpose(matrix));
      for (let row = 0; row < matrix.rows; row++) {
        for (let column = 0; column < matrix.columns; column++) {
          expect(mirrored[column]![row]).to.equal(dense[row]![column]);
        }
      }
      const again = transpose(transpose(matrix));
      expect(again).to.deep.equal(matrix);
      const { entries } = transposePattern(matrix);
      expect([...entries].sort((left, right) => left - right)).to.deep.equal([...entries.keys()]);
    }
  });
});
