import type { ModalityFeatures } from "../modalityFeatures.js";
import { corruptedRows } from "./corruptedRows.js";

/** Features as they come out of a corruption. */
export interface ReducedFeatures {
  /** float32 [rows, size]; the rows of missing items are zeros. */
  readonly data: Float32Array;
  /** Items that had features before. */
  readonly candidates: number;
  /** Items that lost them, in the order in which that happened. */
  readonly lost: Int32Array;
}

/**
 * Missing modality of the robustness study (SLIF-MR, Fig. 7): deletes the features of a share of the items that have
 * some. Each modality loses its own items, independently of the others.
 *
 * Nested: with the same seed, the items lost at a lower rate are among those lost at a higher one.
 */
export function missingFeatures(features: ModalityFeatures, rate: number, seed: number): ReducedFeatures {
  const { name, rows, size, missing } = features;
  const absent = new Set(missing);
  const present = Int32Array.from(Array(rows).keys()).filter((item) => !absent.has(item));
  const lost = corruptedRows(present, rate, seed, `missing ${name}`);
  const data = features.data.slice();
  for (const item of lost) data.fill(0, item * size, (item + 1) * size);
  return { data, candidates: present.length, lost };
}
