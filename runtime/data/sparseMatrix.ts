/**
 * A sparse matrix in compressed rows: entries in row-major order, columns ascending within a row. A column stands more
 * than once in a row only where entries are things of their own, such as triples of several relations.
 */
export interface SparseMatrix extends SparsePattern {
  /** [entry] */
  readonly values: Float32Array;
}

/** Which entries a sparse matrix has, without their values. */
export interface SparsePattern {
  readonly rows: number;
  readonly columns: number;
  /** [rows + 1]: entries of row r are rowStart[r] up to rowStart[r + 1]. */
  readonly rowStart: Int32Array;
  /** [entry] */
  readonly columnIds: Int32Array;
}

/** An id outside the matrix, or lists of different lengths. */
export class SparseMatrixError extends Error {
  override readonly name = "SparseMatrixError";
  readonly index: number;

  constructor(index: number, problem: string) {
    super(`entry ${index} of the sparse matrix: ${problem}.`);
    this.index = index;
  }
}

/** Start of each bucket when `ids` are sorted into `buckets`; one more element than buckets. */
export function bucketStarts(buckets: number, ids: Int32Array): Int32Array {
  const starts = new Int32Array(buckets + 1);
  for (const id of ids) starts[id + 1]!++;
  for (let bucket = 0; bucket < buckets; bucket++) starts[bucket + 1]! += starts[bucket]!;
  return starts;
}

/** Positions of `ids` in ascending order of id; equal ids keep the order in which `from` lists them. */
export function stableOrder(buckets: number, ids: Int32Array, from: Int32Array | null): Int32Array {
  const next = bucketStarts(buckets, ids);
  const order = new Int32Array(ids.length);
  for (let index = 0; index < ids.length; index++) {
    const position = from === null ? index : from[index]!;
    order[next[ids[position]!]!++] = position;
  }
  return order;
}

/**
 * Sorts pairs into rows and merges repeated ones, in O(pairs + rows + columns).
 *
 * @param rowIds [pair]
 * @param columnIds [pair]
 * @returns the pattern and how many pairs were merged away
 * @throws SparseMatrixError if an id is outside the matrix
 */
export function patternFromPairs(
  rows: number,
  columns: number,
  rowIds: Int32Array,
  columnIds: Int32Array,
): SparsePattern & { readonly merged: number } {
  if (rowIds.length !== columnIds.length) {
    const index = Math.min(rowIds.length, columnIds.length);
    throw new SparseMatrixError(index, `there are ${rowIds.length} rows but ${columnIds.length} columns`);
  }
  for (let index = 0; index < rowIds.length; index++) {
    const row = rowIds[index]!;
    const column = columnIds[index]!;
    if (row < 0 || row >= rows || column < 0 || column >= columns) {
      throw new SparseMatrixError(index, `(${row}, ${column}) is outside [${rows}, ${columns}]`);
    }
  }
  const order = stableOrder(rows, rowIds, stableOrder(columns, columnIds, null));
  const rowStart = new Int32Array(rows + 1);
  const sorted = new Int32Array(order.length);
  let count = 0;
  let previousRow = -1;
  let previousColumn = -1;
  for (const index of order) {
    const row = rowIds[index]!;
    const column = columnIds[index]!;
    if (row === previousRow && column === previousColumn) continue;
    sorted[count++] = column;
    rowStart[row + 1]!++;
    previousRow = row;
    previousColumn = column;
  }
  for (let row = 0; row < rows; row++) rowStart[row + 1]! += rowStart[row]!;
  return { rows, columns, rowStart, columnIds: sorted.slice(0, count), merged: order.length - count };
}

/** A pattern with some of its entries only. @param kept entries, ascending */
export function withEntries(pattern: SparsePattern, kept: Int32Array): SparsePattern {
  const rowIds = entryRows(pattern);
  return {
    rows: pattern.rows,
    columns: pattern.columns,
    rowStart: bucketStarts(
      pattern.rows,
      kept.map((entry) => rowIds[entry]!),
    ),
    columnIds: kept.map((entry) => pattern.columnIds[entry]!),
  };
}

/** [entry]: the row of each entry. */
export function entryRows(pattern: SparsePattern): Int32Array {
  const rowIds = new Int32Array(pattern.columnIds.length);
  for (let row = 0; row < pattern.rows; row++) {
    rowIds.fill(row, pattern.rowStart[row], pattern.rowStart[row + 1]);
  }
  return rowIds;
}

/**
 * The transposed pattern.
 *
 * @returns `entries` [entry]: for each entry of the transpose, its index in the original's row-major order
 */
export function transposePattern(pattern: SparsePattern): SparsePattern & { readonly entries: Int32Array } {
  const { rows, columns, columnIds } = pattern;
  const entries = stableOrder(columns, columnIds, null);
  const rowIds = entryRows(pattern);
  return {
    rows: columns,
    columns: rows,
    rowStart: bucketStarts(columns, columnIds),
    columnIds: entries.map((entry) => rowIds[entry]!),
    entries,
  };
}

/** The transposed matrix. */
export function transpose(matrix: SparseMatrix): SparseMatrix {
  const { entries, ...pattern } = transposePattern(matrix);
  return { ...pattern, values: Float32Array.from(entries, (entry) => matrix.values[entry]!) };
}

/** [rows]: number of entries of each row. */
export function rowDegrees(pattern: SparsePattern): Int32Array {
  return Int32Array.from(
    { length: pattern.rows },
    (_, row) => pattern.rowStart[row + 1]! - pattern.rowStart[row]!,
  );
}

/** [columns]: number of entries of each column. */
export function columnDegrees(pattern: SparsePattern): Int32Array {
  const degrees = new Int32Array(pattern.columns);
  for (const column of pattern.columnIds) degrees[column]!++;
  return degrees;
}
