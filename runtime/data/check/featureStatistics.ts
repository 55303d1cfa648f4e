import { createHash } from "node:crypto";
import type { Dataset } from "../dataset.js";
import { presenceMask, type ModalityFeatures } from "../modalityFeatures.js";
import { Random } from "../random.js";
import type { RunGraph } from "../recipe.js";
import { columnDegrees } from "../sparseMatrix.js";
import { homophily, type Homophily } from "./homophily.js";
import { equalBars, spreadOf, type Bar, type Spread } from "./spread.js";

/** What the features of one modality look like. */
export interface FeatureStatistics {
  readonly modality: string;
  readonly size: number;
  readonly missing: number;
  /** Items without features that have training interactions. */
  readonly missingInTrain: number;
  /** Lengths of the rows that are there; null if none is. */
  readonly norms: Spread | null;
  readonly normBars: readonly Bar[];
  /** Rows that are there but shorter than a millionth of the median: their direction is rounding. */
  readonly nearZeroRows: number;
  /** Columns with the same value in every row that is there. */
  readonly deadColumns: number;
  /** Rows equal to an earlier row, bit for bit. */
  readonly duplicateRows: number;
  /** Items of the largest set of equal rows, and one of them; 1 if all rows differ. */
  readonly largestDuplicate: { readonly count: number; readonly item: number };
  /** Mean cosine of two random rows: near 1, all point the same way. */
  readonly meanCosine: number | null;
  /** (Σ λ)² / Σ λ² of the covariance's eigenvalues λ on a sample: how many directions carry the variance. */
  readonly effectiveDimensions: number | null;
  readonly homophily: Homophily | null;
}

/** Rows from which cosines and effective dimensions are estimated. */
const SAMPLE = 400;
const BARS = 24;
const NEAR_ZERO = 1e-6;

function duplicates(
  features: ModalityFeatures,
  present: Int32Array,
): Pick<FeatureStatistics, "duplicateRows" | "largestDuplicate"> {
  const { size, data } = features;
  const groups = new Map<string, { count: number; item: number }>();
  for (const item of present) {
    const row = data.subarray(item * size, (item + 1) * size);
    const key = createHash("sha1")
      .update(new Uint8Array(row.buffer, row.byteOffset, row.byteLength))
      .digest("base64");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { count: 1, item });
    else group.count++;
  }
  const largest = [...groups.values()].reduce((best, group) => (group.count > best.count ? group : best), {
    count: 0,
    item: -1,
  });
  return { duplicateRows: present.length - groups.size, largestDuplicate: largest };
}

function deadColumns({ size, data }: ModalityFeatures, present: Int32Array): number {
  let dead = 0;
  for (let column = 0; column < size; column++) {
    const first = data[present[0]! * size + column]!;
    if (present.every((item) => data[item * size + column] === first)) dead++;
  }
  return dead;
}

/** Mean cosine and effective dimensions from the Gram matrix of a sample of rows. */
function sampleGeometry(
  { name, size, data }: ModalityFeatures,
  present: Int32Array,
): Pick<FeatureStatistics, "meanCosine" | "effectiveDimensions"> {
  const order = present.slice();
  new Random(0, "data check", "sample", name).shuffle(order);
  const sample = [...order.subarray(0, SAMPLE)].map((item) =>
    Float64Array.from(data.subarray(item * size, (item + 1) * size)),
  );
  if (sample.length < 3) return { meanCosine: null, effectiveDimensions: null };
  const dot = (left: Float64Array, right: Float64Array): number => {
    let sum = 0;
    for (let column = 0; column < size; column++) sum += left[column]! * right[column]!;
    return sum;
  };
  const lengths = sample.map((row) => Math.sqrt(dot(row, row)));
  let cosines = 0;
  for (let one = 0; one < sample.length; one++) {
    for (let other = 0; other < one; other++) {
      cosines += dot(sample[one]!, sample[other]!) / (lengths[one]! * lengths[other]!);
    }
  }
  const mean = Float64Array.from({ length: size }, (_, column) =>
    sample.reduce((sum, row) => sum + row[column]! / sample.length, 0),
  );
  for (const row of sample) for (let column = 0; column < size; column++) row[column]! -= mean[column]!;
  let trace = 0;
  let squares = 0;
  for (let one = 0; one < sample.length; one++) {
    trace += dot(sample[one]!, sample[one]!);
    for (let other = 0; other <= one; other++) {
      squares += (one === other ? 1 : 2) * dot(sample[one]!, sample[other]!) ** 2;
    }
  }
  return {
    meanCosine: cosines / ((sample.length * (sample.length - 1)) / 2),
    effectiveDimensions: squares === 0 ? 0 : (trace * trace) / squares,
  };
}

/** @param runGraph runs `recipes/cosine_top_k` */
export async function featureStatistics(
  dataset: Dataset,
  features: ModalityFeatures,
  runGraph: RunGraph,
): Promise<FeatureStatistics> {
  const { name, rows, size, data, missing } = features;
  const mask = presenceMask(features);
  const present = Int32Array.from(Array(rows).keys()).filter((item) => mask[item] === 1);
  const { users, items, train } = dataset;
  const degrees = columnDegrees({
    rows: users,
    columns: items,
    rowStart: train.rowStart,
    columnIds: train.itemIds,
  });
  const norms = Float64Array.from(present, (item) => {
    let sum = 0;
    for (let at = item * size; at < (item + 1) * size; at++) sum += data[at]! * data[at]!;
    return Math.sqrt(sum);
  });
  const spread = spreadOf(norms);
  return {
    modality: name,
    size,
    missing: missing.length,
    missingInTrain: missing.filter((item) => degrees[item]! > 0).length,
    norms: spread,
    normBars: equalBars(norms, BARS),
    nearZeroRows: norms.filter((norm) => norm < NEAR_ZERO * spread!.median).length,
    deadColumns: present.length === 0 ? size : deadColumns(features, present),
    ...duplicates(features, present),
    ...sampleGeometry(features, present),
    homophily: await homophily(features, train, runGraph),
  };
}
