import type { InteractionLists } from "./interactions.js";
import { columnMean, type ModalityFeatures } from "./modalityFeatures.js";
import { transposePattern } from "./sparseMatrix.js";

/** What stands in for the features of an item that has none. */
export const imputations = ["mean", "neighbours", "zero"] as const;
export type Imputation = (typeof imputations)[number];

/**
 * The features with something in place of the missing rows:
 *
 * - `mean`: the mean of the rows there are
 * - `neighbours`: the mean of the features of the items that training users have beside the item, each weighted by the
 *   number of such users (one hop of feature propagation on the item-item co-interaction graph); the mean where there
 *   is no such item
 * - `zero`: zeros, which have no direction, so that the item is nobody's neighbour
 *
 * @param train training items of every user
 * @returns float32 [rows, size], not to be changed: where nothing is replaced, the features themselves, as they may be
 *   most of the memory; all zeros if no row is there
 */
export function imputeFeatures(
  features: ModalityFeatures,
  imputation: Imputation,
  train: InteractionLists,
): Float32Array {
  const { rows, size, missing } = features;
  if (imputation === "zero" || missing.length === 0 || missing.length === rows) return features.data;
  const data = features.data.slice();
  const mean = columnMean(features.data, rows, size, rows - missing.length);
  for (const row of missing) data.set(mean, row * size);
  if (imputation === "neighbours") fillFromNeighbours(data, features, train);
  return data;
}

function fillFromNeighbours(data: Float32Array, features: ModalityFeatures, train: InteractionLists): void {
  const { rows, size, missing } = features;
  const users = train.rowStart.length - 1;
  const byItem = transposePattern({
    rows: users,
    columns: rows,
    rowStart: train.rowStart,
    columnIds: train.itemIds,
  });
  const isMissing = new Uint8Array(rows);
  for (const item of missing) isMissing[item] = 1;
  const shared = new Int32Array(rows);
  for (const item of missing) {
    const neighbours: number[] = [];
    let total = 0;
    for (let entry = byItem.rowStart[item]!; entry < byItem.rowStart[item + 1]!; entry++) {
      const user = byItem.columnIds[entry]!;
      for (const other of train.itemIds.subarray(train.rowStart[user], train.rowStart[user + 1])) {
        if (isMissing[other] === 1) continue;
        if (shared[other] === 0) neighbours.push(other);
        shared[other]!++;
        total++;
      }
    }
    const sum = new Float64Array(size);
    for (const other of neighbours.sort((left, right) => left - right)) {
      const weight = shared[other]! / total;
      for (let column = 0; column < size; column++)
        sum[column]! += weight * features.data[other * size + column]!;
      shared[other] = 0;
    }
    if (total > 0) data.set(sum, item * size);
  }
}
