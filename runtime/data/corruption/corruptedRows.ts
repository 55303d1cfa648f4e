import { Random } from "../random.js";

/**
 * The rows that a corruption changes: `round(rate * rows.length)` of them, all equally likely, in the order in which
 * they are to be changed. The order depends on the seed and the purpose alone, so the rows of a lower rate are the
 * first of those of a higher one, and numbers drawn for one after the other are the same, too.
 */
export function corruptedRows(rows: Int32Array, rate: number, seed: number, purpose: string): Int32Array {
  const order = rows.slice();
  new Random(seed, purpose, "rows").shuffle(order);
  return order.subarray(0, Math.round(rate * rows.length));
}
