import { DatasetError } from "./datasetError.js";
import { readNpy } from "./npy.js";

/** The raw features of one modality, one row per item. */
export interface ModalityFeatures {
  readonly name: string;
  readonly file: string;
  readonly rows: number;
  readonly size: number;
  /** float32 [rows, size] */
  readonly data: Float32Array;
  /** Items whose row is all zeros, ascending: they have no features of this modality. */
  readonly missing: Int32Array;
}

/** @throws DatasetError if the file is not a finite float matrix with at least one row and column */
export async function readFeatures(file: string, name: string): Promise<ModalityFeatures> {
  const array = await readNpy(file, { dtype: "float32", shape: [null, null] });
  const [rows, size] = array.shape as [number, number];
  const data = array.data as Float32Array;
  if (rows === 0 || size === 0) {
    throw new DatasetError(
      { file },
      `the feature matrix [${rows}, ${size}] is empty`,
      "Write one row per item or remove the file",
    );
  }
  const missing: number[] = [];
  for (let row = 0; row < rows; row++) {
    let isZero = true;
    for (let column = 0; column < size; column++) {
      const value = data[row * size + column]!;
      if (value === 0) continue;
      isZero = false;
      if (Number.isFinite(value)) continue;
      throw new DatasetError(
        { file },
        `the feature in row ${row}, column ${column} is ${value}`,
        "Features must be finite; give an item without features a row of zeros",
      );
    }
    if (isZero) missing.push(row);
  }
  return { name, file, rows, size, data, missing: Int32Array.from(missing) };
}

/**
 * The features with the mean of the available rows in place of the missing ones (all zeros if none is available).
 *
 * @returns float32 [rows, size], a copy
 */
export function imputeMissing(features: ModalityFeatures): Float32Array {
  const { rows, size, missing } = features;
  const data = features.data.slice();
  if (missing.length === 0 || missing.length === rows) return data;
  const mean = columnMean(data, rows, size, rows - missing.length);
  for (const row of missing) data.set(mean, row * size);
  return data;
}

/** Sum of each column over `divisor`, added in float64. */
export function columnMean(data: Float32Array, rows: number, size: number, divisor: number): Float64Array {
  const mean = new Float64Array(size);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < size; column++) mean[column]! += data[row * size + column]!;
  }
  return mean.map((sum) => sum / divisor);
}
