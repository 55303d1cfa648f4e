import type { VectorTable } from "../../../exports/inferenceVectors.js";

/** A vector of a table. */
export function row({ dim, data }: VectorTable, index: number): Float32Array {
  return data.subarray(index * dim, (index + 1) * dim);
}

/** Dot product in double precision. */
export function dot(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < left.length; d++) sum += left[d]! * right[d]!;
  return sum;
}

/** Scores of all items by plain loops. */
export function scoresOf(vector: ArrayLike<number>, items: VectorTable): Float64Array {
  return Float64Array.from({ length: items.rows }, (_, item) => dot(vector, row(items, item)));
}

/** Items by falling score, the lower id first among equals, without those left out. */
export function topItems(scores: Float64Array, k: number, left: ReadonlySet<number> = new Set()): number[] {
  const order = Array.from(scores.keys()).filter((item) => !left.has(item));
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, k);
}

/**
 * What is wrong with a list: an item left out, or one further down than its score allows by more than `tolerance`
 * times the largest score, so that only items of practically equal scores may change places. Undefined for a right list.
 */
export function listProblem(
  list: readonly number[],
  scores: Float64Array,
  left: ReadonlySet<number>,
  tolerance = 1e-6,
): string | undefined {
  const expected = topItems(scores, list.length, left);
  const allowed = tolerance * scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
  const repeated = list.find((item, place) => list.indexOf(item) !== place);
  if (repeated !== undefined) return `item ${repeated} comes twice`;
  const place = list.findIndex(
    (item, at) => left.has(item) || Math.abs(scores[item]! - scores[expected[at]!]!) > allowed,
  );
  if (place < 0) return undefined;
  return `place ${place + 1} has item ${list[place]!}, the reference item ${expected[place]!}`;
}
