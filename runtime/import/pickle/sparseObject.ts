import { NumpyArray } from "./numpyArray.js";
import { PickleBuild, PickleTuple, type PickleValue, type Refusal } from "./pickleValue.js";

export type SparseKind = "coo" | "csr";

/** The places of a matrix that are not zero. */
export interface SparseEntries {
  readonly rows: number;
  readonly columns: number;
  /** [entry] */
  readonly rowIds: Int32Array;
  readonly columnIds: Int32Array;
}

/** A matrix of scipy.sparse: the attributes of the Python object. */
export class SparseObject extends PickleBuild {
  #entries: SparseEntries | null = null;

  constructor(readonly kind: SparseKind) {
    super();
  }

  build(state: PickleValue, refusal: Refusal): this {
    if (!(state instanceof Map)) throw refusal("the state of a sparse matrix is no dict");
    const shape = state.get("_shape") ?? state.get("shape");
    const sizes = shape instanceof PickleTuple ? shape.items : [];
    const [rows, columns] = sizes;
    if (sizes.length !== 2 || !isSize(rows) || !isSize(columns))
      throw refusal("the matrix has no shape of two sizes");
    const array = (name: string): Float64Array => {
      const value = attribute(state, name);
      if (!(value instanceof NumpyArray)) throw refusal(`the matrix has no array "${name}"`);
      return value.values;
    };
    const data = array("data");
    const columnIds = array(this.kind === "coo" ? "col" : "indices");
    const rowIds = this.kind === "coo" ? array("row") : rowsOf(array("indptr"), rows, data.length, refusal);
    if (rowIds.length !== data.length || columnIds.length !== data.length) {
      throw refusal(
        `the matrix has ${data.length} values for ${rowIds.length} rows and ${columnIds.length} columns`,
      );
    }
    checkIds("row", rowIds, rows, refusal);
    checkIds("column", columnIds, columns, refusal);
    const isEntry = (_: number, entry: number): boolean => data[entry] !== 0;
    this.#entries = {
      rows,
      columns,
      rowIds: Int32Array.from(rowIds.filter(isEntry)),
      columnIds: Int32Array.from(columnIds.filter(isEntry)),
    };
    return this;
  }

  /** Null until the state was read. */
  get entries(): SparseEntries | null {
    return this.#entries;
  }
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31;
}

/** An attribute by name; scipy 1.13 keeps `row` and `col` together in `coords`. */
function attribute(state: ReadonlyMap<string, PickleValue>, name: string): PickleValue | undefined {
  const coordinates = state.get("coords") ?? state.get("_coords");
  if (coordinates instanceof PickleTuple && name === "row") return coordinates.items[0];
  if (coordinates instanceof PickleTuple && name === "col") return coordinates.items[1];
  return state.get(name);
}

/** The row of every entry of a compressed matrix. */
function rowsOf(starts: Float64Array, rows: number, entries: number, refusal: Refusal): Float64Array {
  const isRising = starts.every((start, row) => row === 0 || start >= starts[row - 1]!);
  if (starts.length !== rows + 1 || starts[0] !== 0 || starts[rows] !== entries || !isRising) {
    throw refusal(`"indptr" does not divide ${entries} values into ${rows} rows`);
  }
  const ids = new Float64Array(entries);
  for (let row = 0; row < rows; row++) ids.fill(row, starts[row], starts[row + 1]);
  return ids;
}

function checkIds(what: string, ids: Float64Array, size: number, refusal: Refusal): void {
  const bad = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= size);
  if (bad !== undefined) throw refusal(`the ${what} ${bad} is outside of the matrix, which has ${size}`);
}
