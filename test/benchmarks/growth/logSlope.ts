/** A power law through points: y ≈ factor · x^slope. */
export interface PowerLaw {
  readonly slope: number;
  readonly factor: number;
}

/**
 * Least squares on logarithms.
 *
 * @param points x and y above 0, with at least two different x
 * @throws RangeError otherwise
 */
export function fitPowerLaw(points: readonly (readonly [x: number, y: number])[]): PowerLaw {
  if (new Set(points.map(([x]) => x)).size < 2 || points.some(([x, y]) => !(x > 0 && y > 0))) {
    throw new RangeError(`a power law needs two or more positive points, found ${JSON.stringify(points)}`);
  }
  const logs = points.map(([x, y]): [number, number] => [Math.log(x), Math.log(y)]);
  const mean = (at: 0 | 1): number => logs.reduce((sum, point) => sum + point[at], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  let [covariance, variance] = [0, 0];
  for (const [x, y] of logs) {
    covariance += (x - meanX) * (y - meanY);
    variance += (x - meanX) ** 2;
  }
  const slope = covariance / variance;
  return { slope, factor: Math.exp(meanY - slope * meanX) };
}
