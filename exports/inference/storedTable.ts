import { floatToHalf, halfToFloat } from "../../runtime/data/halfFloat.js";
import type { Precision } from "../../runtime/serving/exportFormat.js";
import type { OnnxTensor } from "../../src/onnx/model.js";
import type { VectorTable } from "../inferenceVectors.js";
import { GraphWriter } from "./graphWriter.js";

/** Values of a tile of rows that stand in memory as float32 at once, 1 MB: within a core's own cache. */
const TILE_VALUES = 2 ** 18;
/** Largest value of an int8 row; -128 stays unused, so that rows are symmetric. */
const INT8_LARGEST = 127;

/** A table of vectors as graphs store it: padded with rows of zeros to whole tiles unless it is float32. */
export interface StoredTable {
  readonly rows: number;
  readonly dim: number;
  readonly precision: Precision;
  /** Rows of a tile. */
  readonly tile: number;
  /** [tiles · tile, dim]. */
  readonly values: OnnxTensor;
  /** float32 [tiles · tile]: what a row of int8 is multiplied by. */
  readonly scales: OnnxTensor | null;
}

function toHalf(data: Float32Array, padded: number): Uint16Array {
  const stored = new Uint16Array(padded);
  data.forEach((value, i) => (stored[i] = floatToHalf(value)));
  return stored;
}

/** Rows divided by scales of their own, largest absolute value / 127, and rounded. */
function toInt8({ rows, dim, data }: VectorTable, paddedRows: number) {
  const stored = new Int8Array(paddedRows * dim);
  const scales = new Float32Array(paddedRows);
  for (let row = 0; row < rows; row++) {
    const vector = data.subarray(row * dim, (row + 1) * dim);
    const scale = Math.fround(
      vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / INT8_LARGEST,
    );
    scales[row] = scale;
    if (scale === 0) continue;
    vector.forEach((value, d) => {
      stored[row * dim + d] = Math.max(-INT8_LARGEST, Math.min(INT8_LARGEST, Math.round(value / scale)));
    });
  }
  return { stored, scales };
}

/**
 * Stores vectors in a precision; `name` is that of the tensor, `<name>_scales` that of its scales.
 *
 * @param tileValues values of a tile at most, at least one row
 */
export function storeTable(
  name: string,
  table: VectorTable,
  precision: Precision,
  tileValues = TILE_VALUES,
): StoredTable {
  const { rows, dim, data } = table;
  if (precision === "float32") {
    const values = { name, dtype: precision, dims: [rows, dim], data };
    return { rows, dim, precision, tile: rows, values, scales: null };
  }
  const tiles = Math.ceil(rows / Math.max(1, Math.floor(tileValues / dim)));
  const tile = Math.ceil(rows / tiles);
  const dims = [tiles * tile, dim];
  if (precision === "float16") {
    const values = { name, dtype: precision, dims, data: toHalf(data, tiles * tile * dim) };
    return { rows, dim, precision, tile, values, scales: null };
  }
  const { stored, scales } = toInt8(table, tiles * tile);
  return {
    rows,
    dim,
    precision,
    tile,
    values: { name, dtype: precision, dims, data: stored },
    scales: { name: `${name}_scales`, dtype: "float32", dims: [tiles * tile], data: scales },
  };
}

/** The vectors that a stored table stands for. */
export function storedVectors({ rows, dim, precision, values, scales }: StoredTable): VectorTable {
  if (precision === "float32") return { rows, dim, data: values.data as Float32Array };
  const stored = values.data as Uint16Array | Int8Array;
  const scaleOf = scales?.data as Float32Array | undefined;
  const data = Float32Array.from({ length: rows * dim }, (_, i) =>
    scaleOf === undefined ? halfToFloat(stored[i]!) : stored[i]! * scaleOf[Math.floor(i / dim)]!,
  );
  return { rows, dim, data };
}

/**
 * Writes the lookup of rows: ids of any shape to float32 [...ids, dim]. Only the rows asked for become float32.
 *
 * @param output name of the result
 */
export function writeRows(writer: GraphWriter, table: StoredTable, ids: string, output: string): string {
  const values = writer.constant(table.values);
  if (table.precision === "float32") return writer.node(output, "Gather", [values, ids]);
  const rows = writer.cast(
    `${output}/float32`,
    writer.node(`${output}/stored`, "Gather", [values, ids]),
    "float32",
  );
  if (table.scales === null) return rows;
  const scales = writer.node(`${output}/scale`, "Gather", [writer.constant(table.scales), ids]);
  const column = writer.node(`${output}/scale_column`, "Unsqueeze", [scales, writer.ints(-1)]);
  return writer.node(output, "Mul", [rows, column]);
}

/**
 * Writes the products of vectors [block, dim] with all rows of a table: float32 [block, rows]. Tables of more than one
 * tile are widened tile by tile (Scan), so that the table never stands in memory as float32; a plain Cast of a constant
 * would be folded by onnxruntime when it loads the graph.
 *
 * @param output name of the result
 */
export function writeProducts(
  writer: GraphWriter,
  table: StoredTable,
  vectors: string,
  output: string,
): string {
  const values = writer.constant(table.values);
  if (table.precision === "float32") return writer.node(output, "Gemm", [vectors, values], { transB: 1 });
  const tiles = table.values.dims[0]! / table.tile;
  const scales = table.scales === null ? null : writer.constant(table.scales);
  if (tiles === 1) {
    const wide = writer.cast(`${output}/wide`, values, "float32");
    const products = writer.node(`${output}/products`, "Gemm", [vectors, wide], { transB: 1 });
    return scales === null ? products : writer.node(output, "Mul", [products, scales]);
  }
  const starts = writer.constant({
    name: `${output}/tile_starts`,
    dtype: "int64",
    dims: [tiles, 1],
    data: BigInt64Array.from({ length: tiles }, (_, t) => BigInt(t * table.tile)),
  });
  const byTile = writer.node(`${output}/tiles`, "Scan", [starts], {
    body: tileBody(table, { vectors, values, scales }, `${output}/tile/`),
    num_scan_inputs: 1,
    scan_output_axes: [1],
  });
  const products = writer.node(`${output}/joined`, "Reshape", [byTile, writer.ints(0, -1)]);
  if (tiles * table.tile === table.rows) return products;
  const ends = [writer.ints(0), writer.ints(table.rows), writer.ints(1)];
  return writer.node(output, "Slice", [products, ...ends]);
}

/** First row of a tile, int64 [1], to products [block, tile]; what is named comes from the graph around. */
function tileBody(
  { tile }: StoredTable,
  around: { readonly vectors: string; readonly values: string; readonly scales: string | null },
  prefix: string,
) {
  const body = new GraphWriter("tile", prefix);
  const start = body.input(`${prefix}start`, "int64", [1]);
  const end = body.node("end", "Add", [start, body.ints(tile)]);
  const part = (output: string, of: string): string =>
    body.node(output, "Slice", [of, start, end, body.ints(0)]);
  const wide = body.cast("wide", part("stored", around.values), "float32");
  const raw = body.node("raw", "Gemm", [around.vectors, wide], { transB: 1 });
  const products =
    around.scales === null ? raw : body.node("products", "Mul", [raw, part("scales", around.scales)]);
  return body.graph([{ name: products, dtype: "float32", dims: ["block", tile] }]);
}
