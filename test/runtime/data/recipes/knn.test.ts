import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildArtifacts, writeArtifacts } from "../../../../exports/artifacts.js";
import { models } from "../../../../graphs/registry.js";
import { loadArtifacts } from "../../../../runtime/artifacts/loadArtifacts.js";
import { hostTensor } from "../../../../runtime/data/hostTensor.js";
import { RecipeError, type RunGraph } from "../../../../runtime/data/recipe.js";
import { normaliseByRowSums } from "../../../../runtime/data/normaliseByRowSums.js";
import { Random } from "../../../../runtime/data/random.js";
import { DatasetError } from "../../../../runtime/data/datasetError.js";
import { RecipeGraphs } from "../../../../runtime/training/recipeGraphs.js";
import { denseOf } from "../randomSparse.js";
import { makeSparse, sparseEntry } from "../recipeContext.js";
import { referenceRunGraph } from "../referenceGraphs.js";
import { rejection } from "../rejection.js";
import { datasetOf, featuresOf } from "../smallDataset.js";

function datasetWith(matrix: readonly (readonly number[])[]): ReturnType<typeof datasetOf> {
  return datasetOf({ users: 1, items: matrix.length }, { train: [[0, 0]] }, [featuresOf("text", matrix)]);
}

function knnCall(k: number, includeSelf: boolean): ReturnType<typeof sparseEntry> {
  return sparseEntry({ kind: "knn", modality: "text", k, includeSelf, impute: "zero" });
}

function expectClose(found: number[][], expected: number[][]): void {
  expect(found.map((row) => row.length)).to.deep.equal(expected.map((row) => row.length));
  found.forEach((row, index) => {
    row.forEach((value, column) => {
      expect(value, `(${index}, ${column})`).to.be.closeTo(expected[index]![column]!, 1e-6);
    });
  });
}

/**
 * Cosines (cos 45° = c): item 0 = (1,0), 1 = (1,1), 2 = (0,1), 3 = (-1,0), 4 missing.
 * S = [1 c 0 -1→0 0; c 1 c -c→0 0; 0 c 1 0 0; 0 0 0 1 0; 0 0 0 0 0].
 */
const five = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 0],
  [0, 0],
];
const c = Math.SQRT1_2;

describe("the recipe knn", () => {
  it("worked by hand with the item itself: k = 2, a tie, an item alone and a missing one", async () => {
    // Row 1 ties at c between items 0 and 2: the lower one stays. Row sums: 1 + c, 1 + c, 1 + c, 1, 0.
    const s = 1 + c;
    const made = await makeSparse(knnCall(2, true), datasetWith(five));
    expectClose(denseOf(made), [
      [1 / s, c / s, 0, 0, 0],
      [c / s, 1 / s, 0, 0, 0],
      [0, c / s, 1 / s, 0, 0],
      [0, 0, 0, 1, 0],
      [0, 0, 0, 0, 0],
    ]);
    expect([...made.rowStart]).to.deep.equal([0, 2, 4, 6, 7, 7]);
  });

  it("gives neighbours equal weights where asked to, which are 1 / k where all items have k neighbours", async () => {
    const unit = (k: number): ReturnType<typeof sparseEntry> =>
      sparseEntry({ kind: "knn", modality: "text", k, includeSelf: true, impute: "zero", weights: "unit" });
    // Row sums 2, 2, 2, 1, 0: item 3 has no neighbour but itself.
    expectClose(denseOf(await makeSparse(unit(2), datasetWith(five))), [
      [1 / 2, 1 / 2, 0, 0, 0],
      [1 / 2, 1 / 2, 0, 0, 0],
      [0, 1 / 2, 1 / 2, 0, 0],
      [0, 0, 0, 1, 0],
      [0, 0, 0, 0, 0],
    ]);
    const full = await makeSparse(unit(3), datasetWith(five.map((_, item) => [4, item])));
    expect([...full.values]).to.deep.equal(new Array(15).fill(Math.fround(1 / 3)));
  });

  it("worked by hand without the item itself: the directed graph stays asymmetric", async () => {
    // k = 1: 0→1, 1→0 (tie with 2, the lower), 2→1, 3 has no positive neighbour. All row sums are c or 0.
    const made = await makeSparse(knnCall(1, false), datasetWith(five));
    expectClose(denseOf(made), [
      [0, 1, 0, 0, 0],
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
    ]);
  });

  it("uses the row sums of the directed graph on both sides", async () => {
    // Angles 0°, 30°, 75°: cosines a = cos 30°, b = cos 75°, m = cos 45°; k = 1 without self:
    // 0→1 (a), 1→0 (a), 2→1 (m); row sums a, a, m; (2, 1) becomes m / sqrt(m a).
    const angles = [0, 30, 75].map((degrees) => (degrees * Math.PI) / 180);
    const made = await makeSparse(
      knnCall(1, false),
      datasetWith(angles.map((angle) => [3 * Math.cos(angle), 3 * Math.sin(angle)])),
    );
    const a = Math.cos(angles[1]!);
    const m = Math.SQRT1_2;
    expectClose(denseOf(made), [
      [0, 1, 0],
      [1, 0, 0],
      [0, m / Math.sqrt(m * a), 0],
    ]);
  });

  it("drops only the item itself when duplicates come before it", async () => {
    // Four equal items: the nearest without self of item 3 are 0 and 1; each row sum is 2.
    const made = await makeSparse(
      knnCall(2, false),
      datasetWith([
        [2, 1],
        [2, 1],
        [2, 1],
        [2, 1],
      ]),
    );
    expectClose(denseOf(made), [
      [0, 0.5, 0.5, 0],
      [0.5, 0, 0.5, 0],
      [0.5, 0.5, 0, 0],
      [0.5, 0.5, 0, 0],
    ]);
  });

  it("keeps all other items where k is larger than their number", async () => {
    const three = [
      [1, 0],
      [1, 1],
      [0, 1],
    ];
    const withSelf = await makeSparse(knnCall(10, true), datasetWith(three));
    expect([...withSelf.rowStart]).to.deep.equal([0, 2, 5, 7]);
    const without = await makeSparse(knnCall(10, false), datasetWith(three));
    expect([...without.rowStart]).to.deep.equal([0, 1, 3, 4]);
    const alone = await makeSparse(knnCall(1, false), datasetWith([[1, 2]]));
    expect([...alone.rowStart]).to.deep.equal([0, 0]);
  });

  it("compares every pair in tiles of at most 2048 rows, and reports its progress", async () => {
    // Only the tiling is looked at here, so the stand-in answers each query with the first key.
    const items = 4100;
    const tiles: string[] = [];
    const first: RunGraph = (name, feeds) => {
      expect(name).to.equal("recipes/cosine_top_k");
      const rows = feeds["queries"]!.dims[0]!;
      tiles.push(`${rows}x${feeds["keys"]!.dims[0]!}`);
      return Promise.resolve({
        neighbours: hostTensor("int64", [rows, 1], new BigInt64Array(rows)),
        similarities: hostTensor("float32", [rows, 1], new Float32Array(rows).fill(1)),
      });
    };
    const steps: [number, number][] = [];
    const progress = (done: number, total: number): void => void steps.push([done, total]);
    const dataset = datasetWith(Array.from({ length: items }, () => [1]));
    const made = await makeSparse(knnCall(1, true), dataset, { runGraph: first, progress });
    const [small, large] = [1366, 1367];
    const sizes = [small, large, large];
    expect(tiles).to.deep.equal(sizes.flatMap((rows) => sizes.map((keys) => `${rows}x${keys}`)));
    expect(steps).to.deep.equal([
      [small, items],
      [small + large, items],
      [items, items],
    ]);
    expect(new Set(made.columnIds)).to.deep.equal(new Set([0]));
  });

  it("compares wide vectors once for both rows, to the same bits whatever the tiles are", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await writeArtifacts(buildArtifacts(models.get("ksi")!, { modalities: ["text"] }), folder);
    const graphs = new RecipeGraphs(await loadArtifacts(folder), {
      device: "cpu",
      threads: 1,
      sizes: new Map(),
    });
    try {
      const [items, size, k] = [2100, 300, 5];
      const random = new Random(6, "features");
      const matrix = Array.from({ length: items }, () => Array.from({ length: size }, () => random.normal()));
      // Equal rows in both tiles: the lower one comes first.
      matrix[2000] = matrix[3]!;
      const dataset = datasetWith(matrix);
      const used = new Map<string, number>();
      const madeIn = (tile: number) =>
        makeSparse(knnCall(k, false), dataset, {
          runGraph: (name, feeds) => {
            used.set(name, (used.get(name) ?? 0) + 1);
            return graphs.run(name, feeds);
          },
          fitTile: () => Promise.resolve(tile),
        });
      const whole = await madeIn(2048);
      expect([...used]).to.deep.equal([
        ["recipes/cosine_top_k", 2],
        ["recipes/cosine_both_ways", 1],
      ]);
      // Tiles of 1050 queries: 1049 and one alone.
      expect(await madeIn(1049)).to.deep.equal(whole);
      const vectors = Float32Array.from(matrix.flat());
      const { neighbours } = await graphs.run("recipes/cosine_top_k", {
        queries: hostTensor("float32", [items, size], vectors),
        keys: hostTensor("float32", [items, size], vectors),
        k: hostTensor("int64", [1], BigInt64Array.of(BigInt(k + 1))),
      });
      const ids = neighbours!.data as BigInt64Array;
      for (let item = 0; item < items; item++) {
        const others = Array.from(ids.subarray(item * (k + 1), (item + 1) * (k + 1)), Number);
        const expected = others
          .filter((other) => other !== item)
          .slice(0, k)
          .sort((left, right) => left - right);
        const found = [...whole.columnIds.subarray(whole.rowStart[item], whole.rowStart[item + 1])];
        expect(found, `item ${item}`).to.deep.equal(expected);
      }
      expect([...whole.columnIds.subarray(whole.rowStart[3], whole.rowStart[4])]).to.include(2000);
    } finally {
      await graphs.close();
      await rm(folder, { recursive: true });
    }
  });

  it("gives the same bits whatever the tiles are, a last one of a single row included", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await writeArtifacts(buildArtifacts(models.get("ksi")!, { modalities: ["text"] }), folder);
    const graphs = new RecipeGraphs(await loadArtifacts(folder), {
      device: "cpu",
      threads: 1,
      sizes: new Map(),
    });
    try {
      const random = new Random(5, "features");
      const matrix = Array.from({ length: 37 }, () => Array.from({ length: 64 }, () => random.normal()));
      const madeIn = (tile: number) =>
        makeSparse(knnCall(9, false), datasetWith(matrix), {
          runGraph: graphs.run,
          fitTile: () => Promise.resolve(tile),
        });
      const whole = await madeIn(37);
      for (const tile of [1, 2, 3, 5, 36]) expect(await madeIn(tile), `${tile}`).to.deep.equal(whole);
      const single = await makeSparse(knnCall(9, true), datasetWith([[1, 2]]), { runGraph: graphs.run });
      expect([...single.columnIds]).to.deep.equal([0]);
    } finally {
      await graphs.close();
      await rm(folder, { recursive: true });
    }
  });

  it("keeps the k largest positive cosines of random features", async () => {
    const random = new Random(3, "features");
    const matrix = Array.from({ length: 40 }, () => Array.from({ length: 5 }, () => random.normal()));
    const made = await makeSparse(knnCall(6, true), datasetWith(matrix));
    const cosine = (left: readonly number[], right: readonly number[]): number =>
      left.reduce((sum, value, index) => sum + value * right[index]!, 0) /
      (Math.hypot(...left) * Math.hypot(...right));
    const kept = matrix.map((row) => {
      const scores = matrix.map((other) => Math.max(0, cosine(row, other)));
      const sixth = [...scores].sort((left, right) => right - left)[5]!;
      return scores.map((score) => (score >= sixth ? score : 0));
    });
    const sums = kept.map((row) => row.reduce((sum, value) => sum + value, 0));
    expectClose(
      denseOf(made),
      kept.map((row, item) => row.map((value, other) => value / Math.sqrt(sums[item]! * sums[other]!))),
    );
  });

  it("gives items without features the mean of the others first where asked to", async () => {
    const imputed = sparseEntry({
      kind: "knn",
      modality: "text",
      k: 1,
      includeSelf: false,
      impute: "mean",
    });
    const features = [
      [1, 0],
      [0, 1],
      [0, 0],
    ];
    // The mean (½, ½) has cosine 1/√2 to both axes, so item 2 is the nearest of both and item 0 its own.
    const kept = denseOf(await makeSparse(imputed, datasetWith(features))).map((row) =>
      row.map((value) => value > 0),
    );
    expect(kept).to.deep.equal([
      [false, false, true],
      [false, false, true],
      [true, false, false],
    ]);
  });

  it("gives items without features those of the items their users have, or leaves their rows and columns empty", async () => {
    // A user has items 0 and 2, so that item 2 gets the features of item 0 and is its neighbour, not item 1's.
    const matrix = [
      [1, 0],
      [0, 1],
      [0, 0],
    ];
    const train = [
      [0, 0],
      [0, 2],
    ] as const;
    const dataset = datasetOf({ users: 1, items: 3 }, { train }, [featuresOf("text", matrix)]);
    const graph = async (impute: string): Promise<boolean[][]> => {
      const call = sparseEntry({ kind: "knn", modality: "text", k: 1, includeSelf: false, impute });
      return denseOf(await makeSparse(call, dataset)).map((row) => row.map((value) => value > 0));
    };
    expect(await graph("neighbours")).to.deep.equal([
      [false, false, true],
      [false, false, false],
      [true, false, false],
    ]);
    expect((await graph("zero")).flat()).to.deep.equal(Array(9).fill(false));
  });

  it("refuses results that are no neighbours", async () => {
    const answers = [
      [BigInt64Array.of(5n), Float32Array.of(1)],
      [BigInt64Array.of(-1n), Float32Array.of(1)],
      [BigInt64Array.of(0n), Float32Array.of(NaN)],
    ] as const;
    for (const [neighbours, similarities] of answers) {
      const runGraph: RunGraph = () =>
        Promise.resolve({
          neighbours: hostTensor("int64", [1, 1], neighbours),
          similarities: hostTensor("float32", [1, 1], similarities),
        });
      const error = await rejection(RecipeError, () =>
        makeSparse(knnCall(1, true), datasetWith([[1]]), { runGraph }),
      );
      expect(error.problem).to.equal(
        `the graph recipes/cosine_top_k gave neighbour ${neighbours[0]} of similarity ${similarities[0]!} to item 0`,
      );
    }
    const silent: RunGraph = async (name, feeds) => {
      const { neighbours } = await referenceRunGraph(name, feeds);
      return { neighbours: neighbours! };
    };
    const missing = await rejection(RecipeError, () =>
      makeSparse(knnCall(1, true), datasetWith([[1]]), { runGraph: silent }),
    );
    expect(missing.problem).to.include('no output "similarities" (it has neighbours)');
  });

  it("refuses a modality that the dataset lacks and arguments of other types", async () => {
    const image = sparseEntry({
      kind: "knn",
      modality: "image",
      k: 1,
      includeSelf: true,
      impute: "zero",
    });
    const missing = await rejection(DatasetError, () => makeSparse(image, datasetWith([[1]])));
    expect(missing.problem).to.include('needs "image" features');
    const calls = [
      [{ kind: "knn", modality: "text", k: 0, includeSelf: true, impute: "zero" }, '"k" is 0'],
      [{ kind: "knn", modality: "text", k: 1.5, includeSelf: true, impute: "zero" }, '"k" is 1.5'],
      [{ kind: "knn", modality: "text", k: 1, includeSelf: "yes", impute: "zero" }, '"includeSelf" is "yes"'],
      [{ kind: "knn", modality: "", k: 1, includeSelf: true, impute: "zero" }, '"modality" is ""'],
      [{ kind: "knn", modality: "text", k: 1, impute: "zero" }, 'the argument "includeSelf" is missing'],
      [
        { kind: "knn", modality: "text", k: 1, includeself: true, impute: "zero" },
        'unknown argument "includeself"',
      ],
    ] as const;
    for (const [call, problem] of calls) {
      const error = await rejection(RecipeError, () => makeSparse(sparseEntry(call), datasetWith([[1]])));
      expect(error.problem).to.equal(problem);
    }
  });
});

describe("normalisation by row sums", () => {
  it("worked by hand: asymmetric, with a row of sum zero that is someone's neighbour", () => {
    // S = [0 4 2; 1 0 0; 0 0 0]: row sums 6, 1, 0. (0,2) points to a row of sum zero and becomes 0.
    const made = normaliseByRowSums({
      rows: 3,
      columns: 3,
      rowStart: Int32Array.of(0, 2, 3, 3),
      columnIds: Int32Array.of(1, 2, 0),
      values: Float32Array.of(4, 2, 1),
    });
    expectClose(denseOf(made), [
      [0, 4 / Math.sqrt(6), 0],
      [1 / Math.sqrt(6), 0, 0],
      [0, 0, 0],
    ]);
  });
});
