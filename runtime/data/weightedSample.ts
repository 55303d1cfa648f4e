import type { Random } from "./random.js";

/**
 * `count` different indices, ascending, drawn one after the other with probability proportional to their weights: the
 * indices of the smallest of independent exponential variables with the weights as rates (Efraimidis and Spirakis 2006).
 *
 * @param weights [index], positive
 * @param count at most as many as there are weights
 */
export function weightedSample(weights: Float64Array, count: number, random: Random): Int32Array {
  const arrivals = weights.map((weight) => -Math.log(1 - random.float64()) / weight);
  if (count === 0) return new Int32Array(0);
  const last = arrivals.slice().sort()[count - 1]!;
  let ties = count;
  for (const arrival of arrivals) if (arrival < last) ties--;
  const drawn = new Int32Array(count);
  let found = 0;
  for (let index = 0; index < arrivals.length; index++) {
    const arrival = arrivals[index]!;
    if (arrival > last || (arrival === last && ties-- <= 0)) continue;
    drawn[found++] = index;
  }
  return drawn;
}
