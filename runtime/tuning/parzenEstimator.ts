import type { Random } from "../data/random.js";

interface Component {
  readonly mean: number;
  readonly deviation: number;
  /** Of the normal distribution between the bounds. */
  readonly mass: number;
}

/** Error function, absolute error below 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26). */
function errorFunction(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const value = 1 - series * Math.exp(-x * x);
  return x < 0 ? -value : value;
}

function normalMass({ mean, deviation }: Omit<Component, "mass">, from: number, to: number): number {
  const cumulative = (x: number): number => 0.5 * (1 + errorFunction((x - mean) / (deviation * Math.SQRT2)));
  return cumulative(to) - cumulative(from);
}

/**
 * Adaptive Parzen estimator between two bounds (Bergstra et al. 2011, section 4.2): a mixture of equally weighted
 * truncated normals, one at each observation and one as wide as the range at its middle, the prior.
 *
 * Departure: an observation's deviation is the distance to the nearer of its neighbours, not the farther, and at least
 * half of the range over the number of components. With the few good trials that a budget of training runs gives, the
 * paper's widths explore almost as much as random search does; on test functions these reach better points.
 */
export class ParzenEstimator {
  private readonly components: readonly Component[];

  constructor(
    observations: readonly number[],
    private readonly low: number,
    private readonly high: number,
  ) {
    const range = high - low;
    const prior = (low + high) / 2;
    const means = [...observations, prior].sort((left, right) => left - right);
    const narrowest = range / (2 * means.length);
    const priorAt = means.indexOf(prior);
    this.components = means.map((mean, index) => {
      const left = mean - (means[index - 1] ?? low);
      const right = (means[index + 1] ?? high) - mean;
      const deviation = index === priorAt ? range : Math.max(narrowest, Math.min(left, right));
      return { mean, deviation, mass: normalMass({ mean, deviation }, low, high) };
    });
  }

  /** A number between the bounds. */
  sample(random: Random): number {
    const { mean, deviation } = this.components[random.below(this.components.length)]!;
    for (;;) {
      const value = mean + deviation * random.normal();
      if (value >= this.low && value <= this.high) return value;
    }
  }

  /** Probability density at a place between the bounds. */
  density(place: number): number {
    const densities = this.components.map(({ mean, deviation, mass }) => {
      const distance = (place - mean) / deviation;
      return Math.exp(-0.5 * distance * distance) / (deviation * Math.sqrt(2 * Math.PI) * mass);
    });
    return densities.reduce((sum, density) => sum + density, 0) / densities.length;
  }

  /** Probability of the places between two within the bounds. */
  probability(from: number, to: number): number {
    const masses = this.components.map((component) => normalMass(component, from, to) / component.mass);
    return masses.reduce((sum, mass) => sum + mass, 0) / masses.length;
  }
}
