import type { InteractionLists } from "../../runtime/data/interactions.js";
import type { VectorTable } from "../inferenceVectors.js";

/** The items of one user, a view. */
export function itemsOf({ rowStart, itemIds }: InteractionLists, user: number): Int32Array {
  return itemIds.subarray(rowStart[user], rowStart[user + 1]);
}

/** Mean of the vectors of some items, at least one. */
export function meanVector({ dim, data }: VectorTable, items: Int32Array): Float64Array {
  const mean = new Float64Array(dim);
  for (const item of items) {
    for (let d = 0; d < dim; d++) mean[d]! += data[item * dim + d]! / items.length;
  }
  return mean;
}

/** A square matrix, row-major, times a vector. */
export function product(map: Float64Array, vector: Float64Array): Float64Array {
  const dim = vector.length;
  return vector.map((_, row) => {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += map[row * dim + d]! * vector[d]!;
    return sum;
  });
}
