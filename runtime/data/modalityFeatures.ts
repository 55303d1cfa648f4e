import { readSafetensors } from "../training/safetensors.js";
import { SafetensorsError } from "../training/safetensorsFormat.js";
import { DatasetError } from "./datasetError.js";
import { readNpy } from "./npy.js";

/** The raw features of one modality, one row per item. */
export interface ModalityFeatures {
  readonly name: string;
  readonly file: string;
  readonly rows: number;
  readonly size: number;
  /** float32 [rows, size]; the rows of `missing` items are zeros. */
  readonly data: Float32Array;
  /** Items without features of this modality, ascending: listed as such, or their row is all zeros or all NaN. */
  readonly missing: Int32Array;
}

interface Matrix {
  readonly rows: number;
  readonly size: number;
  readonly data: Float32Array;
}

/** The one tensor of the file, or the one named `features` or like the modality. */
async function readSafetensorsMatrix(file: string, name: string): Promise<Matrix> {
  const { tensors } = await readSafetensors(file).catch((error: unknown) => {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new DatasetError({ file }, error.problem, error.fix.replace(/\.$/, ""));
  });
  const tensor =
    tensors.size === 1 ? [...tensors.values()][0]! : (tensors.get("features") ?? tensors.get(name));
  if (tensor === undefined) {
    throw new DatasetError(
      { file },
      `it holds ${tensors.size} tensors (${[...tensors.keys()].join(", ")})`,
      `Name the one with one row per item "features" or "${name}"`,
    );
  }
  if (!(tensor.data instanceof Float32Array) || tensor.dims.length !== 2) {
    throw new DatasetError(
      { file },
      `the tensor is ${tensor.dtype} [${tensor.dims.join(", ")}], expected float16 or float32 [any, any]`,
      "Write floats, one row per item",
    );
  }
  return { rows: tensor.dims[0]!, size: tensor.dims[1]!, data: tensor.data };
}

async function readNpyMatrix(file: string): Promise<Matrix> {
  const { shape, data } = await readNpy(file, { dtype: "float32", shape: [null, null] });
  return { rows: shape[0]!, size: shape[1]!, data: data as Float32Array };
}

/**
 * Reads a `.npy` or `.safetensors` file with one row per item.
 *
 * @param listed items that are known to have no features, whatever their rows hold
 * @throws DatasetError if the file is not a float matrix with at least one row and column, or a row is not finite
 *   without being all NaN
 */
export async function readFeatures(
  file: string,
  name: string,
  listed: Int32Array = new Int32Array(0),
): Promise<ModalityFeatures> {
  const { rows, size, data } = file.endsWith(".npy")
    ? await readNpyMatrix(file)
    : await readSafetensorsMatrix(file, name);
  if (rows === 0 || size === 0) {
    throw new DatasetError(
      { file },
      `the feature matrix [${rows}, ${size}] is empty`,
      "Write one row per item or remove the file",
    );
  }
  const isListed = new Uint8Array(rows);
  for (const item of listed) isListed[item] = 1;
  const missing: number[] = [];
  const bad: string[] = [];
  for (let row = 0; row < rows; row++) {
    const start = row * size;
    const found = isListed[row] === 1 ? "missing" : rowState(data, start, size);
    if (typeof found === "number")
      bad.push(`the feature in row ${row}, column ${found} is ${data[start + found]!}`);
    if (found !== "missing") continue;
    data.fill(0, start, start + size);
    missing.push(row);
  }
  if (bad.length > 0) {
    const more =
      bad.length === 1 ? "" : `, and ${bad.length - 1} more of ${rows} rows hold values that are not finite`;
    throw new DatasetError(
      { file },
      `${bad[0]!}${more}`,
      "Features must be finite; give an item without features a row of zeros or of NaN",
    );
  }
  return { name, file, rows, size, data, missing: Int32Array.from(missing) };
}

/** Whether a row is all zeros or all NaN, or the column of a value that is not finite. */
function rowState(data: Float32Array, start: number, size: number): "missing" | "there" | number {
  let isZero = true;
  let notFinite = 0;
  let first = -1;
  for (let column = 0; column < size; column++) {
    const value = data[start + column]!;
    if (value !== 0) isZero = false;
    if (Number.isFinite(value)) continue;
    if (first < 0) first = column;
    if (Number.isNaN(value)) notFinite++;
  }
  if (isZero || notFinite === size) return "missing";
  return first < 0 ? "there" : first;
}

/** [rows]: 1 where the item has features of the modality, 0 where they are missing. */
export function presenceMask({ rows, missing }: ModalityFeatures): Float32Array {
  const mask = new Float32Array(rows).fill(1);
  for (const item of missing) mask[item] = 0;
  return mask;
}

/** Sum of each column over `divisor`, added in float64. */
export function columnMean(data: Float32Array, rows: number, size: number, divisor: number): Float64Array {
  const mean = new Float64Array(size);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < size; column++) mean[column]! += data[row * size + column]!;
  }
  return mean.map((sum) => sum / divisor);
}
