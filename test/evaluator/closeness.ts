/** Beyond any real value: stands for "none", and says nothing about the scale of the others. */
const HUGE = 1e30;

/**
 * Largest difference between two lists, relative to the largest magnitude in either (at least `floor`).
 * Not-a-number equals nothing, itself included.
 */
export function relativeError(
  actual: ArrayLike<number | bigint>,
  expected: ArrayLike<number | bigint>,
  floor = 1,
): number {
  if (actual.length !== expected.length) return Infinity;
  let scale = floor;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [Number(actual[i]!), Number(expected[i]!)];
    if (a === e) continue;
    if (!Number.isFinite(a) || !Number.isFinite(e)) return Infinity;
    if (Math.abs(e) > HUGE) {
      if (Math.abs(a - e) > 1e-6 * Math.abs(e)) return Infinity;
      continue;
    }
    worst = Math.max(worst, Math.abs(a - e));
    scale = Math.max(scale, Math.abs(e), Math.abs(a));
  }
  return worst / scale;
}
