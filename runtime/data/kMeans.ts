import type { Random } from "./random.js";

/** Rounds of Lloyd's algorithm at most. */
const ROUNDS = 25;

export interface Clustering {
  /** [index of `rows`]: its cluster. */
  readonly clusterOf: Int32Array;
  /** Rows that changed their cluster in the last round; 0 once settled. */
  readonly moved: number;
}

/**
 * k-means (Lloyd) with the starts of k-means++ (Arthur and Vassilvitskii 2007), by squared Euclidean distance. A cluster
 * that loses all its rows keeps its centre; of equally near centres the lower wins. Costs 3 · rows · k · size FLOPs per
 * round on the host.
 *
 * @param data float32 [row, size]
 * @param rows those that are clustered
 * @param k at most the number of rows
 */
export function kMeans(
  data: Float32Array,
  size: number,
  rows: Int32Array,
  k: number,
  random: Random,
): Clustering {
  const centres = startCentres(data, size, rows, k, random);
  const clusterOf = new Int32Array(rows.length).fill(-1);
  let moved = rows.length;
  for (let round = 0; round < ROUNDS && moved > 0; round++) {
    moved = 0;
    rows.forEach((row, index) => {
      let nearest = 0;
      let least = Infinity;
      for (let cluster = 0; cluster < k; cluster++) {
        const distance = squaredDistance(data, row * size, centres, cluster * size, size, least);
        if (distance >= least) continue;
        least = distance;
        nearest = cluster;
      }
      if (clusterOf[index] === nearest) return;
      clusterOf[index] = nearest;
      moved++;
    });
    moveCentres(centres, data, size, rows, clusterOf);
  }
  return { clusterOf, moved };
}

/** Stops adding once the sum is `enough`. */
function squaredDistance(
  a: ArrayLike<number>,
  aStart: number,
  b: ArrayLike<number>,
  bStart: number,
  size: number,
  enough = Infinity,
): number {
  let sum = 0;
  for (let column = 0; column < size && sum < enough; column++) {
    const difference = a[aStart + column]! - b[bStart + column]!;
    sum += difference * difference;
  }
  return sum;
}

/** Each further start is a row drawn with probability proportional to its squared distance to the nearest start. */
function startCentres(
  data: Float32Array,
  size: number,
  rows: Int32Array,
  k: number,
  random: Random,
): Float64Array {
  const centres = new Float64Array(k * size);
  const distances = new Float64Array(rows.length).fill(Infinity);
  for (let cluster = 0; cluster < k; cluster++) {
    const row = cluster === 0 ? rows[random.below(rows.length)]! : drawn(rows, distances, random);
    centres.set(data.subarray(row * size, (row + 1) * size), cluster * size);
    rows.forEach((other, index) => {
      const distance = squaredDistance(data, other * size, centres, cluster * size, size, distances[index]);
      distances[index] = Math.min(distances[index]!, distance);
    });
  }
  return centres;
}

function drawn(rows: Int32Array, weights: Float64Array, random: Random): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = random.float64() * total;
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  return rows[index < 0 ? random.below(rows.length) : index]!;
}

/** Puts every centre at the mean of its rows. */
function moveCentres(
  centres: Float64Array,
  data: Float32Array,
  size: number,
  rows: Int32Array,
  clusterOf: Int32Array,
): void {
  const counts = new Int32Array(centres.length / size);
  const sums = new Float64Array(centres.length);
  rows.forEach((row, index) => {
    const cluster = clusterOf[index]!;
    counts[cluster]!++;
    for (let column = 0; column < size; column++)
      sums[cluster * size + column]! += data[row * size + column]!;
  });
  counts.forEach((count, cluster) => {
    if (count === 0) return;
    for (let cell = cluster * size; cell < (cluster + 1) * size; cell++) centres[cell] = sums[cell]! / count;
  });
}
