import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadDataset, type Dataset } from "../../../../runtime/data/dataset.js";
import { walkSimilarities, type WalkSettings } from "../../../../runtime/data/randomWalks.js";
import { RecipeError } from "../../../../runtime/data/recipe.js";
import type { SparsePattern } from "../../../../runtime/data/sparseMatrix.js";
import type { DatasetNote } from "../../../../runtime/data/datasetNote.js";
import { denseOf } from "../randomSparse.js";
import { denseEntry, makeDense, makeSparse, sparseEntry } from "../recipeContext.js";
import { rejection } from "../rejection.js";
import { datasetOf, type Pair } from "../smallDataset.js";

const patternOf = ({ users, items, train }: Dataset): SparsePattern => ({
  rows: users,
  columns: items,
  rowStart: train.rowStart,
  columnIds: train.itemIds,
});

const settings = (given: Partial<WalkSettings>): WalkSettings => ({
  ...{ walk: "rwr", length: 2, walks: 200, restart: 0, includeStart: false, seed: 5 },
  ...given,
});

/** User 0 has item 0, user 1 items 0 and 1; item 2 and user 2 have nothing. */
const small = datasetOf(
  { users: 3, items: 3 },
  {
    train: [
      [0, 0],
      [1, 0],
      [1, 1],
    ],
  },
);

/** Copies of one small graph that do not touch each other. */
function copies(count: number, users: number, items: number, pairs: readonly Pair[]): SparsePattern {
  const train = Array.from({ length: count }, (_, copy) =>
    pairs.map(([user, item]): Pair => [copy * users + user, copy * items + item]),
  ).flat();
  return patternOf(datasetOf({ users: count * users, items: count * items }, { train }));
}

const share = (values: ArrayLike<number>, value: number): number =>
  Array.from(values).filter((found) => Math.abs(found - value) < 1e-6).length / values.length;

describe("the similarity of random walks", () => {
  for (const walk of ["rwr", "backtrack"] as const) {
    it(`is that of the nodes within reach, with many walks of ${walk} that never turn back`, () => {
      // A(u0) = {i0, u0, u1}, A(u1) = {i0, i1, u0, u1}, B(i0) the same, B(i1) = {u1, i0, i1}.
      const found = walkSimilarities(patternOf(small), settings({ walk }));
      expect([...found]).to.deep.equal([0.75, 1, 0.75]);
    });
  }

  it("counts the start only where the walk returns to it, unless asked to", () => {
    const one = walkSimilarities(patternOf(small), settings({ length: 1 }));
    expect([...one]).to.deep.equal([0, 0, 0]);
    // A(u0) = {u0, i0}, A(u1) = {u1, i0, i1}, B(i0) = {i0, u0, u1}, B(i1) = {i1, u1}.
    const started = walkSimilarities(patternOf(small), settings({ length: 1, includeStart: true }));
    expect([...started]).to.deep.equal([2 / 3, 2 / 4, 2 / 3].map(Math.fround));
  });

  it("restarts with the probability that is said, a restart being a step without a visit", () => {
    // Of a lone pair, each side takes its one step with probability ½: S is 1, ½ or 0.
    const found = walkSimilarities(
      copies(2000, 1, 1, [[0, 0]]),
      settings({ length: 1, walks: 1, restart: 0.5, includeStart: true }),
    );
    expect(share(found, 1)).to.be.closeTo(0.25, 0.04);
    expect(share(found, 0.5)).to.be.closeTo(0.5, 0.04);
    expect(share(found, 0)).to.be.closeTo(0.25, 0.04);
  });

  it("steps back with a chance that rises from 0 and falls to 0, forgetting the last visit", () => {
    // The first step is certain, the second goes back with probability ½ and leaves nothing visited.
    const lone = copies(2000, 1, 1, [[0, 0]]);
    const two = walkSimilarities(lone, settings({ walk: "backtrack", walks: 1, restart: 0.5 }));
    expect(share(two, 1)).to.be.closeTo(0.25, 0.04);
    expect(share(two, 0)).to.be.closeTo(0.75, 0.04);
    // After going back the third step is certain: {i0} against {u0}, or all of both; after two steps the chance is 1.
    const three = walkSimilarities(lone, settings({ walk: "backtrack", walks: 1, restart: 0.5, length: 3 }));
    expect(share(three, 0)).to.equal(1);
  });

  it("walks back for every interaction, of which each sees those up to it", () => {
    const pairs: readonly Pair[] = [
      [0, 0],
      [0, 1],
    ];
    const found = walkSimilarities(
      copies(1000, 1, 2, pairs),
      settings({ walk: "backtrack", walks: 1, length: 1, includeStart: true }),
    );
    // By item 0 the user has one other node: {u, i0} or {u, i1} against {i0, u}; by item 1 up to two.
    const first = found.filter((_, entry) => entry % 2 === 0);
    const second = found.filter((_, entry) => entry % 2 === 1);
    expect(share(first, 1)).to.be.closeTo(0.5, 0.06);
    expect(share(first, 1 / 3)).to.be.closeTo(0.5, 0.06);
    expect(share(second, 2 / 3)).to.be.closeTo(0.5, 0.06);
  });

  it("is the same for one seed and another for another", () => {
    const graph = copies(30, 2, 3, [
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 2],
    ]);
    const few = settings({ walks: 2, length: 3, restart: 0.3 });
    const once = walkSimilarities(graph, few);
    expect(walkSimilarities(graph, few)).to.deep.equal(once);
    expect(walkSimilarities(graph, { ...few, seed: 6 })).to.not.deep.equal(once);
  });

  it("has the values released with KDiffE on TikTok, with its walks", async function () {
    this.timeout(120_000);
    const folder = join(process.env["MMKIT_DATA"] ?? join(process.cwd(), "..", "shared", "data"), "tiktok");
    const text = await readFile(join(folder, "kdiffe_ui_similarity.tsv"), "utf8").catch(() => null);
    if (text === null) {
      console.log(`      (no ${folder}; set MMKIT_DATA to test with it)`);
      this.skip();
    }
    // The released values are multiplied by 0.9.
    const lines = text.trimEnd().split("\n").slice(1);
    const released = lines.map((line) => Number(line.split("\t")[2]) / 0.9);
    const found = walkSimilarities(
      patternOf(await loadDataset(folder)),
      settings({ walk: "backtrack", walks: 6, length: 130, restart: 0.2, seed: 999 }),
    );
    const quantiles = (values: ArrayLike<number>): number[] => {
      const sorted = Float64Array.from(values).sort();
      return [0.05, 0.25, 0.5, 0.75, 0.95].map((q) => sorted[Math.round(q * (sorted.length - 1))]!);
    };
    quantiles(found).forEach((value, i) => {
      expect(value).to.be.closeTo(quantiles(released)[i]!, 0.003);
    });
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const values = [...found];
    expect(mean(values)).to.be.closeTo(mean(released), 0.002);
    // The file lists the interactions by user and item, as the matrix does.
    const centred = (numbers: readonly number[]): number[] => {
      const centre = mean(numbers);
      return numbers.map((value) => value - centre);
    };
    const [left, right] = [centred(values), centred(released)];
    const product = (a: readonly number[], b: readonly number[]): number =>
      mean(a.map((value, i) => value * b[i]!));
    const correlation = product(left, right) / Math.sqrt(product(left, left) * product(right, right));
    expect(correlation).to.be.above(0.99);
  });
});

describe("the recipes walkSimilarity and walkSelfLoops", () => {
  const recipe = {
    ...{ walk: "rwr", length: 2, walks: 200, restart: 0, includeStart: false },
    ...{ share: 0.8, selfLoops: false, renormalise: false },
  };
  const matrix = async (given: object = {}, notes: DatasetNote[] = []): Promise<number[][]> => {
    const entry = sparseEntry({ kind: "walkSimilarity", ...recipe, ...given }, "user", "item");
    return denseOf(await makeSparse(entry, { ...small }, { note: (note) => notes.push(note) }));
  };
  const loops = async (axis: string, given: object = {}): Promise<number[]> => {
    const entry = denseEntry({ kind: "walkSelfLoops", ...recipe, ...given }, [axis]);
    return [...((await makeDense(entry, small)).data as Float32Array)];
  };
  const [third, full] = [1 + 0.8 * 0.75, 1.8];
  const rounded = (rows: number[][]): number[][] => rows.map((row) => row.map(Math.fround));

  it("add ξS to the adjacency after its degrees are taken", async () => {
    expect(await matrix()).to.deep.equal(
      rounded([
        [third / Math.sqrt(2), 0, 0],
        [full / 2, third / Math.sqrt(2), 0],
        [0, 0, 0],
      ]),
    );
  });

  it("count the self-loops in the degrees and give their diagonal", async () => {
    expect(await matrix({ selfLoops: true })).to.deep.equal(
      rounded([
        [third / Math.sqrt(2 * 3), 0, 0],
        [full / 3, third / Math.sqrt(3 * 2), 0],
        [0, 0, 0],
      ]),
    );
    expect(await loops("user", { selfLoops: true })).to.deep.equal([1 / 2, 1 / 3, 1].map(Math.fround));
    expect(await loops("item", { selfLoops: true })).to.deep.equal([1 / 3, 1 / 2, 1].map(Math.fround));
    expect(await loops("item")).to.deep.equal([1 / 2, 1, 0]);
  });

  it("take the degrees of A + ξS where asked to", async () => {
    const given = { selfLoops: true, renormalise: true };
    const users = [1 + third, 1 + full + third, 1];
    const items = [1 + third + full, 1 + third, 1];
    expect(await matrix(given)).to.deep.equal(
      rounded([
        [third / Math.sqrt(users[0]! * items[0]!), 0, 0],
        [full / Math.sqrt(users[1]! * items[0]!), third / Math.sqrt(users[1]! * items[1]!), 0],
        [0, 0, 0],
      ]),
    );
    expect(await loops("user", given)).to.deep.equal(users.map((degree) => Math.fround(1 / degree)));
  });

  it("take no walk where ξ is 0, and note the statistics where it is not", async () => {
    const notes: DatasetNote[] = [];
    expect(await matrix({ share: 0 }, notes)).to.deep.equal(
      rounded([
        [1 / Math.sqrt(2), 0, 0],
        [1 / 2, 1 / Math.sqrt(2), 0],
        [0, 0, 0],
      ]),
    );
    expect(notes).to.deep.equal([]);
    await matrix({}, notes);
    expect(notes.map(({ kind, count }) => [kind, count])).to.deep.equal([["walkSimilarity", 3]]);
    expect(notes[0]!.message).to.include("mean 0.833, 5% 0.750, median 0.750, 95% 1.000, largest 1.000");
  });

  it("refuse other axes and arguments", async () => {
    const axes = sparseEntry({ kind: "walkSimilarity", ...recipe }, "item", "user");
    expect((await rejection(RecipeError, () => makeSparse(axes, small))).problem).to.include("[user, item]");
    expect((await rejection(RecipeError, () => loops("entity"))).problem).to.include("[user|item]");
    for (const [given, problem] of [
      [{ walk: "random" }, '"walk" is "random"'],
      [{ restart: 1 }, '"restart" is 1'],
      [{ share: -1 }, '"share" is -1'],
      [{ length: 0 }, '"length" is 0'],
    ] as const) {
      expect((await rejection(RecipeError, () => matrix(given))).problem).to.equal(problem);
    }
  });
});
