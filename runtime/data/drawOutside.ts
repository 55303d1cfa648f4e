import type { Random } from "./random.js";

/**
 * A uniform draw of the numbers from 0 to `size` - 1 that an ascending list leaves out, without rejection: the r-th of
 * them is found by binary search, so a list of nearly everything costs no more than any other.
 *
 * @param ids the list is `ids[start]` up to `ids[end - 1]`, no number twice, and not all of them
 */
export function drawOutside(
  size: number,
  ids: Int32Array,
  start: number,
  end: number,
  random: Random,
): number {
  const count = end - start;
  const rank = random.below(size - count);
  // ids[start + i] - i numbers that the list leaves out come before its i-th.
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ids[start + middle]! - middle <= rank) low = middle + 1;
    else high = middle;
  }
  return rank + low;
}
