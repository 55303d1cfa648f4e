import { expect } from "chai";
import { Random } from "../../../runtime/data/random.js";
import { ParzenEstimator } from "../../../runtime/tuning/parzenEstimator.js";
import { parseSpace, parseSpaceWords } from "../../../runtime/tuning/parseSpace.js";
import { searchMethod, type EarlierTrial, type MethodName } from "../../../runtime/tuning/searchMethod.js";
import {
  pointKey,
  SearchSpaceError,
  type Point,
  type SearchSpace,
} from "../../../runtime/tuning/searchSpace.js";
import { rejection } from "../data/rejection.js";

const spaceOf = (...words: readonly string[]): SearchSpace =>
  parseSpace(parseSpaceWords(words), new Set(["dim", "layers"]));

/** The first points of a search whose trials score what `objective` gives, and their scores. */
function search(
  name: MethodName,
  space: SearchSpace,
  seed: number,
  trials: number,
  objective: (point: Point) => number | null = () => 0,
  ahead = 4,
): EarlierTrial[] {
  const method = searchMethod(name, space, seed, ahead);
  const done: EarlierTrial[] = [];
  while (done.length < trials) {
    const known = done.map(({ point, score }, trial) => ({
      point,
      score: trial <= done.length - method.ahead ? score : null,
    }));
    const point = method.propose(known);
    if (point === null) return done;
    done.push({ point, score: objective(point) });
  }
  return done;
}

const mixed = spaceOf("rate=1e-5..1:log", "dim=8..256", "layers=1,2,3,4", "drop=0..0.9");

/** Highest, 0, at rate 3e-3, dim 96, layers 3, drop 0.3. */
function hill(point: Point): number {
  const { rate, dim, layers, drop } = point as Record<"rate" | "dim" | "layers" | "drop", number>;
  const bumps = [Math.log10(rate / 3e-3), (dim - 96) / 64, layers === 3 ? 0 : 0.7, 2 * (drop - 0.3)];
  return -bumps.reduce((sum, distance) => sum + distance * distance, 0);
}

const best = (trials: readonly EarlierTrial[]): number => Math.max(...trials.map(({ score }) => score!));
const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;

describe("grid search", () => {
  it("tries every combination once, the last hyper-parameter changing fastest", () => {
    const points = search("grid", spaceOf("dim=8,16", "l2=0..1:3"), 1, 100).map(({ point }) => point);
    expect(points).to.deep.equal([
      { dim: 8, l2: 0 },
      { dim: 8, l2: 0.5 },
      { dim: 8, l2: 1 },
      { dim: 16, l2: 0 },
      { dim: 16, l2: 0.5 },
      { dim: 16, l2: 1 },
    ]);
  });

  it("takes even ratios of a log range, and each integer of a range once", () => {
    const values = (word: string): unknown[] =>
      search("grid", spaceOf(word), 1, 100).map(({ point }) => Object.values(point)[0]);
    expect(values("l2=1e-4..1e-2:log:3")).to.deep.equal([1e-4, 1e-3, 1e-2]);
    expect(values("layers=1..4")).to.deep.equal([1, 2, 3, 4]);
    expect(values("layers=1..3:9")).to.deep.equal([1, 2, 3]);
    expect(values("dim=8..128:log:5")).to.deep.equal([8, 16, 32, 64, 128]);
  });

  it("names every range without a number of points", async () => {
    const space = spaceOf("l2=0..1", "drop=0..0.5", "layers=1,2");
    const { problems } = await rejection(SearchSpaceError, () => searchMethod("grid", space, 1, 4));
    expect(problems.map((problem) => problem.slice(0, 5))).to.deep.equal(["l2: g", "drop:"]);
  });
});

for (const name of ["random", "tpe"] as const) {
  describe(`${name} search`, () => {
    it("stays in the ranges, spreads over them and keeps integers whole", () => {
      for (const { point } of search(name, mixed, 3, 60, hill)) {
        const { rate, dim, layers, drop } = point as Record<"rate" | "dim" | "layers" | "drop", number>;
        expect(rate).to.be.within(1e-5, 1);
        expect(dim).to.be.within(8, 256);
        expect(Number.isInteger(dim)).to.equal(true);
        expect([1, 2, 3, 4]).to.include(layers);
        expect(drop).to.be.within(0, 0.9);
      }
    });

    it("proposes every point of a finite space once, then nothing", () => {
      const points = search(name, spaceOf("dim=1..5", "layers=1,2,3", "rr=true,false"), 2, 100, hill);
      expect(points).to.have.length(30);
      expect(new Set(points.map(({ point }) => pointKey(point))).size).to.equal(30);
    });

    it("proposes the same for the same seed and something else for another one", () => {
      const points = (seed: number): Point[] => search(name, mixed, seed, 20, hill).map(({ point }) => point);
      expect(points(5)).to.deep.equal(points(5));
      expect(points(5)).not.to.deep.equal(points(6));
    });
  });
}

describe("random search", () => {
  it("draws each decade of a log range, and each integer with its ends, about as often", () => {
    const points = search("random", spaceOf("rate=1e-4..1:log", "dim=1..4"), 1, 800).map(
      ({ point }) => point,
    );
    // Five standard deviations of a binomial of 800 draws at 1/4 are 61.
    for (const part of [0, 1, 2, 3]) {
      const inDecade = points.filter(({ rate }) => Math.floor(Math.log10(rate as number)) === part - 4);
      expect(inDecade.length).to.be.within(139, 261);
      expect(points.filter(({ dim }) => dim === part + 1).length).to.be.within(139, 261);
    }
  });
});

describe("TPE", () => {
  /** Two valleys along a curve and a ripple (after Branin), the deeper the better. */
  const valleys = (point: Point): number => {
    const { x, y } = point as Record<"x" | "y", number>;
    return -((y - 0.129 * x * x + 1.6 * x - 2) ** 2 + 5 * Math.cos(x) + (x * x) / 10);
  };
  const functions: readonly (readonly [string, SearchSpace, (point: Point) => number])[] = [
    ["a hill over mixed hyper-parameters", mixed, hill],
    ["valleys over two numbers", spaceOf("x=-5..5", "y=-5..5"), valleys],
  ];
  for (const [label, space, objective] of functions) {
    it(`beats random search on ${label} in the median over seeds, alone and with four trials at a time`, () => {
      const seeds = Array.from({ length: 31 }, (_, seed) => seed + 1);
      const reached = (name: MethodName, ahead: number): number =>
        median(seeds.map((seed) => best(search(name, space, seed, 50, objective, ahead))));
      const random = reached("random", 1);
      expect(reached("tpe", 1)).to.be.greaterThan(random);
      expect(reached("tpe", 4)).to.be.greaterThan(random);
    });
  }

  it("learns nothing from the last trials that it may not know", () => {
    const done = search("tpe", mixed, 1, 30, hill, 4);
    const method = searchMethod("tpe", mixed, 1, 4);
    const hidden = done.map(({ point, score }, trial) => ({ point, score: trial <= 26 ? score : null }));
    expect(method.propose(hidden)).to.deep.equal(method.propose(structuredClone(hidden)));
    expect(search("tpe", mixed, 1, 31, hill, 4)[30]!.point).to.deep.equal(method.propose(hidden));
  });

  it("keeps away from where trials diverge", () => {
    const diverging = (point: Point): number | null =>
      (point["rate"] as number) > 5e-2 ? null : hill(point);
    const seeds = Array.from({ length: 10 }, (_, seed) => seed + 1);
    const share = (from: number, to: number): number => {
      const trials = seeds.flatMap((seed) => search("tpe", mixed, seed, 40, diverging).slice(from, to));
      return trials.filter(({ score }) => score === null).length / trials.length;
    };
    expect(share(0, 10)).to.be.greaterThan(0.15);
    expect(share(20, 40)).to.be.below(0.1);
  });

  it("draws at random while nothing has a score", () => {
    const failing = search("tpe", mixed, 9, 20, () => null);
    expect(failing).to.deep.equal(search("random", mixed, 9, 20, () => null));
  });
});

describe("a Parzen estimator", () => {
  const estimator = new ParzenEstimator([0.1, 0.15, 0.9], 0, 1);

  it("has a density that integrates to one, and probabilities that are its integrals", () => {
    const steps = 4000;
    const integral = (from: number, to: number): number => {
      const width = (to - from) / steps;
      return Array.from({ length: steps }, (_, step) =>
        estimator.density(from + (step + 0.5) * width),
      ).reduce((sum, density) => sum + density * width, 0);
    };
    expect(integral(0, 1)).to.be.closeTo(1, 1e-5);
    expect(estimator.probability(0.1, 0.4)).to.be.closeTo(integral(0.1, 0.4), 1e-5);
  });

  it("draws what its probabilities say", () => {
    const random = new Random(1, "draws");
    const draws = Array.from({ length: 4000 }, () => estimator.sample(random));
    const share = draws.filter((place) => place < 0.3).length / draws.length;
    // Five standard deviations of 4000 draws are below 0.04.
    expect(share).to.be.closeTo(estimator.probability(0, 0.3), 0.04);
    expect(Math.min(...draws)).to.be.at.least(0);
    expect(Math.max(...draws)).to.be.at.most(1);
  });
});

describe("a search space", () => {
  it("is read from words", () => {
    expect(parseSpaceWords(["a=1e-4..1e-2:log", "b=0..1", "c=2..8:4", "d=-1..1:LINEAR:3"])).to.deep.equal({
      a: { from: 1e-4, to: 1e-2, scale: "log" },
      b: { from: 0, to: 1 },
      c: { from: 2, to: 8, points: 4 },
      d: { from: -1, to: 1, scale: "linear", points: 3 },
    });
    expect(
      parseSpaceWords(["a=32,64", "b=true,false", "c=mf, ngcf", 'd=["x"],["x","y"]', "e=3"]),
    ).to.deep.equal({
      a: [32, 64],
      b: [true, false],
      c: ["mf", "ngcf"],
      d: [["x"], ["x", "y"]],
      e: [3],
    });
  });

  it("refuses words of another form and names given twice, all at once", async () => {
    const error = await rejection(SearchSpaceError, () => parseSpaceWords(["dim", "=3", "a=", "b=1", "b=2"]));
    expect(error.problems).to.have.length(4);
    expect(error.problems[0]).to.equal('"dim" is not name=low..high, name=low..high:log or name=a,b,c');
    expect(error.problems[3]).to.equal("b is given twice");
  });

  it("refuses dimensions that make no sense, all at once", async () => {
    const wrong = {
      a: { from: 1, to: 1 },
      b: { from: 0, to: 1, scale: "log" },
      c: [],
      d: [1, 2, 1],
      e: { from: 0, to: 1, step: 2 },
      f: { from: 0, to: 1, points: 1 },
      g: 5,
    };
    const { problems } = await rejection(SearchSpaceError, () => parseSpace(wrong));
    expect(problems).to.have.length(7);
    expect(problems[0]).to.equal("a: the range goes from 1 to 1, but the first bound must be the lower one");
    expect(problems[1]).to.equal("b: a range on a log scale must lie above 0, but starts at 0");
    expect(problems[2]).to.equal("c: the list of values is empty");
    expect(problems[3]).to.equal("d: the list has 1 twice");
    for (const problem of problems.slice(4)) expect(problem).to.contain("is neither a list nor a range");
  });

  it("must search something", async () => {
    const empty = await rejection(SearchSpaceError, () => parseSpace({}));
    expect(empty.message).to.contain("nothing is searched");
    const list = await rejection(SearchSpaceError, () => parseSpace([1]));
    expect(list.message).to.contain("it must be a JSON object by hyper-parameter, found [1]");
  });
});
