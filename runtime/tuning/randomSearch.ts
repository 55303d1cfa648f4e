import type { Json } from "../artifacts/manifest.js";
import { Random } from "../data/random.js";
import type { EarlierTrial, SearchMethod } from "./searchMethod.js";
import {
  axisBounds,
  fromAxis,
  pointKey,
  spaceSize,
  type Dimension,
  type Point,
  type SearchSpace,
} from "./searchSpace.js";

function draw(dimension: Dimension, random: Random): Json {
  if (dimension.kind === "choice") return dimension.values[random.below(dimension.values.length)]!;
  const [from, to] = axisBounds(dimension);
  return fromAxis(dimension, from + (to - from) * random.float64());
}

/** Independent uniform draws on each hyper-parameter's scale (Bergstra and Bengio 2012), none made twice. */
export class RandomSearch implements SearchMethod {
  readonly ahead = Infinity;
  readonly size: number;

  constructor(
    private readonly space: SearchSpace,
    private readonly seed: number,
  ) {
    this.size = spaceSize(space);
  }

  propose(earlier: readonly EarlierTrial[]): Point | null {
    if (earlier.length >= this.size) return null;
    const made = new Set(earlier.map(({ point }) => pointKey(point)));
    for (let attempt = 0; ; attempt++) {
      const random = new Random(this.seed, "random search", earlier.length, attempt);
      const point = Object.fromEntries(
        Object.entries(this.space).map(([name, dimension]) => [name, draw(dimension, random)]),
      );
      if (!made.has(pointKey(point))) return point;
    }
  }
}
