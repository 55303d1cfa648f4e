import { expect } from "chai";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { hostTensor } from "../../../../runtime/data/hostTensor.js";
import { Random } from "../../../../runtime/data/random.js";
import { RecipeError, type RunGraph } from "../../../../runtime/data/recipe.js";
import { denseEntry, makeDense, makeSparse, sparseEntry } from "../recipeContext.js";
import { rejection } from "../rejection.js";
import { datasetOf, featuresOf } from "../smallDataset.js";

type Rows = readonly (readonly number[])[];

function datasetWith(matrix: Rows): ReturnType<typeof datasetOf> {
  return datasetOf({ users: 1, items: matrix.length }, { train: [[0, 0]] }, [featuresOf("text", matrix)]);
}

async function pcaOf(matrix: Rows, dim: number): ReturnType<typeof makeDense> {
  return makeDense(denseEntry({ kind: "pca", modality: "text", dim }, ["item", "dim"]), datasetWith(matrix));
}

function rowsOf(tensor: { dims: readonly number[]; data: unknown }): number[][] {
  const [rows, columns] = tensor.dims as [number, number];
  const data = tensor.data as Float32Array;
  return Array.from({ length: rows }, (_, row) => [...data.subarray(row * columns, (row + 1) * columns)]);
}

/** Scores by a dense singular value decomposition in float64, with the recipe's signs. */
function denseScores(matrix: Rows, dim: number): number[][] {
  const means = matrix[0]!.map(
    (_, column) => matrix.reduce((sum, row) => sum + row[column]!, 0) / matrix.length,
  );
  const centred = new Matrix(matrix.map((row) => row.map((value, column) => value - means[column]!)));
  const { rightSingularVectors } = new SingularValueDecomposition(centred, { autoTranspose: true });
  const vectors = Array.from({ length: dim }, (_, index) => {
    const vector = rightSingularVectors.getColumn(index);
    const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    return vector.map((value) => value * Math.sign(largest));
  });
  return centred
    .to2DArray()
    .map((row) => vectors.map((vector) => row.reduce((sum, x, at) => sum + x * vector[at]!, 0)));
}

/** Features with singular values that fall by `ratio` from one to the next, and a mean far from zero. */
function decaying(items: number, size: number, ratio: number, seed: number): number[][] {
  const random = new Random(seed, "decaying");
  const mixing = Array.from({ length: size }, () => Array.from({ length: size }, () => random.normal()));
  return Array.from({ length: items }, () => {
    const factors = Array.from({ length: size }, (_, index) => random.normal() * ratio ** index);
    return mixing.map((row) => 7 + row.reduce((sum, weight, index) => sum + weight * factors[index]!, 0));
  });
}

describe("the recipe pca", () => {
  it("worked by hand: points on a line through their mean", async () => {
    // Centred: (-3,-4), (0,0), (3,4): one component of length 5 along (0.6, 0.8), the larger part positive.
    const made = await pcaOf(
      [
        [-2, -3],
        [1, 1],
        [4, 5],
      ],
      2,
    );
    expect(made.dims).to.deep.equal([3, 2]);
    const [first, second, third] = rowsOf(made);
    expect(first![0]).to.be.closeTo(-5, 1e-5);
    expect(second![0]).to.be.closeTo(0, 1e-5);
    expect(third![0]).to.be.closeTo(5, 1e-5);
    expect(rowsOf(made).map((row) => row[1])).to.deep.equal([0, 0, 0]);
    expect(made.notes).to.deep.equal([
      {
        kind: "shortRank",
        count: 1,
        message: '1 of 2 principal components of the "text" features are zero (rank 1)',
      },
    ]);
  });

  it("worked by hand: the sign makes the largest part of the direction positive", async () => {
    // Along (0.6, -0.8): the larger part must be +0.8, so the direction is (-0.6, 0.8).
    const made = await pcaOf(
      [
        [-3, 4],
        [3, -4],
      ],
      1,
    );
    expect(rowsOf(made)[0]![0]).to.be.closeTo(5, 1e-5);
    expect(rowsOf(made)[1]![0]).to.be.closeTo(-5, 1e-5);
  });

  it("equals a dense decomposition, fewer dimensions than features", async () => {
    const matrix = decaying(120, 40, 0.8, 1);
    const made = rowsOf(await pcaOf(matrix, 8));
    const expected = denseScores(matrix, 8);
    const scale = Math.max(...expected.flat().map(Math.abs));
    made.forEach((row, item) => {
      row.forEach((value, index) => {
        expect(value, `(${item}, ${index})`).to.be.closeTo(expected[item]![index]!, 1e-4 * scale);
      });
    });
  });

  it("equals a dense decomposition with more features than items", async () => {
    const matrix = decaying(25, 60, 0.85, 2);
    const made = rowsOf(await pcaOf(matrix, 5));
    const expected = denseScores(matrix, 5);
    const scale = Math.max(...expected.flat().map(Math.abs));
    made.forEach((row, item) => {
      row.forEach((value, index) => {
        expect(value, `(${item}, ${index})`).to.be.closeTo(expected[item]![index]!, 1e-4 * scale);
      });
    });
  });

  it("keeps the variance of the leading components where the spectrum is nearly flat", async () => {
    const random = new Random(4, "flat");
    const matrix = Array.from({ length: 150 }, () => Array.from({ length: 60 }, () => random.normal()));
    const made = rowsOf(await pcaOf(matrix, 6));
    const expected = denseScores(matrix, 6);
    for (let index = 0; index < 6; index++) {
      const length = (rows: number[][]): number => Math.hypot(...rows.map((row) => row[index]!));
      expect(length(made)).to.be.closeTo(length(expected), 1e-4 * length(expected));
    }
  });

  it("gives zero columns beyond the rank and beyond the number of features, and notes it", async () => {
    const random = new Random(5, "lowRank");
    const directions = Array.from({ length: 3 }, () => Array.from({ length: 20 }, () => random.normal()));
    const matrix = Array.from({ length: 50 }, () => {
      const factors = directions.map(() => random.normal());
      return Array.from({ length: 20 }, (_, column) =>
        directions.reduce((sum, direction, index) => sum + direction[column]! * factors[index]!, 0),
      );
    });
    const made = await pcaOf(matrix, 24);
    for (const row of rowsOf(made)) {
      expect(row.slice(0, 3).every((value) => value !== 0)).to.equal(true);
      expect(row.slice(3).every((value) => value === 0)).to.equal(true);
    }
    expect(made.notes.map(({ kind, count }) => [kind, count])).to.deep.equal([["shortRank", 21]]);
  });

  it("of constant features is zero", async () => {
    const made = await pcaOf(
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      2,
    );
    expect(
      rowsOf(made)
        .flat()
        .every((value) => value === 0),
    ).to.equal(true);
    expect(made.notes[0]?.count).to.equal(2);
  });

  it("leaves items with missing features at the mean, that is at zero", async () => {
    const known = decaying(30, 12, 0.7, 6);
    const made = rowsOf(await pcaOf([...known, new Array<number>(12).fill(0)], 3));
    for (const value of made.at(-1)!) expect(value).to.be.closeTo(0, 1e-5);
    const without = rowsOf(await pcaOf(known, 3));
    without.forEach((row, item) => {
      row.forEach((value, index) => {
        expect(made[item]![index]).to.be.closeTo(value, 1e-3);
      });
    });
  });

  it("repeats itself to the last bit", async () => {
    const matrix = decaying(60, 30, 0.9, 7);
    expect(rowsOf(await pcaOf(matrix, 6))).to.deep.equal(rowsOf(await pcaOf(matrix, 6)));
  });

  it("is an error if the products are too noisy to converge", async () => {
    const random = new Random(8, "noise");
    const noise: RunGraph = (_, feeds) => {
      const dims = [feeds["left"]!.dims[0]!, feeds["right"]!.dims[1]!];
      const data = Float32Array.from({ length: dims[0]! * dims[1]! }, () => random.normal());
      return Promise.resolve({ product: hostTensor("float32", dims, data) });
    };
    const entry = denseEntry({ kind: "pca", modality: "text", dim: 2 }, ["item", "dim"]);
    const dataset = datasetWith(decaying(20, 10, 0.9, 9));
    const error = await rejection(RecipeError, () => makeDense(entry, dataset, { runGraph: noise }));
    expect(error.problem).to.match(
      /^the 2 leading singular values of the "text" features still change by \S+ after 500 iterations, at most 0.001/,
    );
    const broken: RunGraph = (_, feeds) => {
      const dims = [feeds["left"]!.dims[0]!, feeds["right"]!.dims[1]!];
      return Promise.resolve({
        product: hostTensor("float32", dims, new Float32Array(dims[0]! * dims[1]!).fill(NaN)),
      });
    };
    const infinite = await rejection(RecipeError, () => makeDense(entry, dataset, { runGraph: broken }));
    expect(infinite.problem).to.include("recipes/matrix_product gave values that are not finite");
  });

  it("refuses a buffer that is not [item, any] float32", async () => {
    const call = { kind: "pca", modality: "text", dim: 2 };
    const dataset = datasetWith([[1, 2]]);
    for (const axes of [["user", "dim"], ["item"]]) {
      const error = await rejection(RecipeError, () => makeDense(denseEntry(call, axes), dataset));
      expect(error.problem).to.include("it makes a dense float32 [item, any]");
    }
    const sparse = await rejection(RecipeError, () => makeSparse(sparseEntry(call), dataset));
    expect(sparse.problem).to.include("but the buffer is sparse [item, item]");
  });
});

describe("the recipe features", () => {
  it("gives the raw features with the mean of the others in missing rows", async () => {
    const entry = denseEntry({ kind: "features", modality: "text" }, ["item", "text_feature"]);
    const dataset = datasetWith([
      [1, 2],
      [0, 0],
      [3, 5],
      [0, 0],
    ]);
    const made = await makeDense(entry, dataset);
    expect([made.dims, rowsOf(made)]).to.deep.equal([
      [4, 2],
      [
        [1, 2],
        [2, 3.5],
        [3, 5],
        [2, 3.5],
      ],
    ]);
    expect([...dataset.modalities.get("text")!.data.subarray(2, 4)]).to.deep.equal([0, 0]);
    const none = await makeDense(
      entry,
      datasetWith([
        [0, 0],
        [0, 0],
      ]),
    );
    expect(rowsOf(none).flat()).to.deep.equal([0, 0, 0, 0]);
  });

  it("refuses an axis of another modality", async () => {
    const entry = denseEntry({ kind: "features", modality: "text" }, ["item", "image_feature"]);
    const error = await rejection(RecipeError, () => makeDense(entry, datasetWith([[1]])));
    expect(error.problem).to.equal(
      "it makes a dense float32 [item, text_feature], but the buffer is dense float32 [item, image_feature]",
    );
  });
});
