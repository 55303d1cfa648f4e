import type { InputBlock } from "./encoderInput.js";

/** Output of an encoder: [item, feature] or [item, token, feature]. */
export interface EncoderOutput {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Lengths below this are zero; such rows are left as they are. */
const NO_LENGTH = 1e-12;

/**
 * One row per item: the first token's (`cls`), or the mean over the tokens that the mask counts (`mean`).
 *
 * @param output [item, token, feature]
 * @param mask [item, token], null for all tokens
 * @returns [item, feature]
 */
export function pooled(
  { dims, data }: EncoderOutput,
  pooling: "mean" | "cls",
  mask: InputBlock | null,
): Float32Array {
  const [items, tokens, size] = dims as [number, number, number];
  const rows = new Float32Array(items * size);
  for (let item = 0; item < items; item++) {
    const start = item * tokens * size;
    if (pooling === "cls") {
      rows.set(data.subarray(start, start + size), item * size);
      continue;
    }
    const sums = new Float64Array(size);
    let counted = 0;
    for (let token = 0; token < tokens; token++) {
      if (mask !== null && mask.data[item * tokens + token] === 0) continue;
      counted++;
      for (let at = 0; at < size; at++) sums[at]! += data[start + token * size + at]!;
    }
    for (let at = 0; at < size; at++) rows[item * size + at] = sums[at]! / Math.max(1, counted);
  }
  return rows;
}

/** Rows scaled to length 1, in place. */
export function normaliseRows(rows: Float32Array, size: number): void {
  for (let start = 0; start < rows.length; start += size) {
    let squares = 0;
    for (let at = start; at < start + size; at++) squares += rows[at]! * rows[at]!;
    const length = Math.sqrt(squares);
    if (length < NO_LENGTH) continue;
    for (let at = start; at < start + size; at++) rows[at]! /= length;
  }
}
