import type { Json } from "../artifacts/manifest.js";
import type { EarlierTrial, SearchMethod } from "./searchMethod.js";
import {
  axisBounds,
  fromAxis,
  SearchSpaceError,
  toAxis,
  type Dimension,
  type Point,
  type SearchSpace,
} from "./searchSpace.js";

/** The values of a dimension that grid search takes: all that are stated; of a range, its points, bounds included. */
function gridValues(dimension: Dimension): readonly Json[] | null {
  if (dimension.kind === "choice") return dimension.values;
  const { low, high, isInteger, points, scale } = dimension;
  if (points === null) {
    if (!isInteger || scale === "log") return null;
    return Array.from({ length: high - low + 1 }, (_, step) => low + step);
  }
  const [from, to] = isInteger ? [toAxis(dimension, low), toAxis(dimension, high)] : axisBounds(dimension);
  const values = Array.from({ length: points }, (_, step) =>
    fromAxis(dimension, from + ((to - from) * step) / (points - 1)),
  );
  return [...new Set(values)];
}

/** All combinations, the last hyper-parameter changing fastest. */
export class GridSearch implements SearchMethod {
  readonly ahead = Infinity;
  readonly size: number;
  readonly #dimensions: readonly (readonly [name: string, values: readonly Json[]])[];

  /** @throws SearchSpaceError naming every range without a number of points */
  constructor(space: SearchSpace) {
    const problems: string[] = [];
    this.#dimensions = Object.entries(space).map(([name, dimension]) => {
      const values = gridValues(dimension);
      if (values === null) {
        problems.push(
          `${name}: grid search needs the number of points of the range, such as 1e-4..1e-2:log:5`,
        );
      }
      return [name, values ?? []] as const;
    });
    if (problems.length > 0) throw new SearchSpaceError(problems);
    this.size = this.#dimensions.reduce((product, [, values]) => product * values.length, 1);
  }

  propose(earlier: readonly EarlierTrial[]): Point | null {
    let rest = earlier.length;
    if (rest >= this.size) return null;
    const point = [...this.#dimensions].reverse().map(([name, values]): [string, Json] => {
      const value = values[rest % values.length]!;
      rest = Math.floor(rest / values.length);
      return [name, value];
    });
    return Object.fromEntries(point.reverse());
  }
}
