import type { Json } from "../artifacts/manifest.js";
import { Random } from "../data/random.js";
import { ParzenEstimator } from "./parzenEstimator.js";
import { RandomSearch } from "./randomSearch.js";
import type { EarlierTrial, SearchMethod } from "./searchMethod.js";
import {
  axisBounds,
  fromAxis,
  pointKey,
  toAxis,
  type Choice,
  type Dimension,
  type Point,
  type Range,
  type SearchSpace,
} from "./searchSpace.js";

/** Trials drawn at random before the model is asked. */
const STARTUP_TRIALS = 10;
/**
 * Of n trials, sqrt(n) times this count as good, at most MOST_GOOD. The square root is Bergstra, Yamins and Cox's
 * (2013), whose factor is 1/4; 1/2 was better with the 25 to 50 trials that a budget of training runs allows, and
 * better than a fixed share of 10, 15 or 25 %, which holds on to the first good value of a choice.
 */
const GOOD_FACTOR = 0.5;
const MOST_GOOD = 25;
/** Draws of which the one with the highest expected improvement is taken. */
const CANDIDATES = 24;
/** Proposals that may repeat an earlier one before one is drawn at random. */
const ATTEMPTS = 20;

/** How likely the values of a hyper-parameter are in a group of trials. */
interface Likelihood {
  sample(random: Random): Json;
  of(value: Json): number;
}

function rangeLikelihood(range: Range, values: readonly Json[]): Likelihood {
  const [low, high] = axisBounds(range);
  const observed = values.map((value) => toAxis(range, value as number));
  const estimator = new ParzenEstimator(observed, low, high);
  return {
    sample: (random) => fromAxis(range, estimator.sample(random)),
    of(value) {
      const number = value as number;
      if (!range.isInteger) return estimator.density(toAxis(range, number));
      return estimator.probability(toAxis(range, number - 0.5), toAxis(range, number + 0.5));
    },
  };
}

/** Relative frequencies after one more observation of each value, the prior. */
function choiceLikelihood({ values }: Choice, observed: readonly Json[]): Likelihood {
  const texts = values.map((value) => JSON.stringify(value));
  const weights = texts.map(
    (text) =>
      (1 + observed.filter((value) => JSON.stringify(value) === text).length) /
      (observed.length + texts.length),
  );
  return {
    sample(random) {
      let rest = random.float64();
      const found = weights.findIndex((weight) => (rest -= weight) < 0);
      return values[found < 0 ? values.length - 1 : found]!;
    },
    of: (value) => weights[texts.indexOf(JSON.stringify(value))]!,
  };
}

function likelihood(dimension: Dimension, values: readonly Json[]): Likelihood {
  return dimension.kind === "choice"
    ? choiceLikelihood(dimension, values)
    : rangeLikelihood(dimension, values);
}

function goodCount(trials: number): number {
  return Math.min(MOST_GOOD, Math.ceil(GOOD_FACTOR * Math.sqrt(trials)));
}

/**
 * Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio, Kégl 2011, Algorithms for Hyper-Parameter Optimization,
 * section 4). Earlier trials are split into the few best and the others; of values drawn as in the good group, the one
 * is taken that is likeliest there compared with the others, which maximises expected improvement. Hyper-parameters are
 * modelled independently of each other. Trials that diverged, or whose score is not known yet, count as bad, so that
 * trials at the same time do not crowd.
 *
 * Departures: no tree, as no hyper-parameter exists only under a value of another; a proposal made before is drawn
 * anew, because equal trials would give equal scores.
 */
export class TpeSearch implements SearchMethod {
  readonly size: number;
  readonly #random: RandomSearch;

  constructor(
    private readonly space: SearchSpace,
    private readonly seed: number,
    readonly ahead: number,
  ) {
    this.#random = new RandomSearch(space, seed);
    this.size = this.#random.size;
  }

  propose(earlier: readonly EarlierTrial[]): Point | null {
    const drawn = this.#random.propose(earlier);
    if (drawn === null || earlier.length < STARTUP_TRIALS) return drawn;
    const scored = earlier.filter(({ score }) => score !== null);
    if (scored.length === 0) return drawn;
    const ordered = scored.toSorted((left, right) => right.score! - left.score!);
    const good = ordered.slice(0, goodCount(earlier.length));
    const bad = earlier.filter((trial) => !good.includes(trial));
    const made = new Set(earlier.map(({ point }) => pointKey(point)));
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const random = new Random(this.seed, "tpe", earlier.length, attempt);
      const point = Object.fromEntries(
        Object.entries(this.space).map(([name, dimension]) => {
          const values = (trials: readonly EarlierTrial[]): Json[] => trials.map(({ point }) => point[name]!);
          return [name, this.#choose(dimension, values(good), values(bad), random)];
        }),
      );
      if (!made.has(pointKey(point))) return point;
    }
    return drawn;
  }

  #choose(dimension: Dimension, good: readonly Json[], bad: readonly Json[], random: Random): Json {
    const inGood = likelihood(dimension, good);
    const inBad = likelihood(dimension, bad);
    let best: { readonly value: Json; readonly ratio: number } | undefined;
    for (let candidate = 0; candidate < CANDIDATES; candidate++) {
      const value = inGood.sample(random);
      const ratio = inGood.of(value) / inBad.of(value);
      if (best === undefined || ratio > best.ratio) best = { value, ratio };
    }
    return best!.value;
  }
}
