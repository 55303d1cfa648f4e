import { expect } from "chai";
import { gradients } from "../../src/autodiff/gradients.js";
import { correlationNorm, dynamicDeredundancy, Tensor, type Embeddings } from "../../src/index.js";
import { checkGradients } from "../evaluator/compositeGradient.js";
import { evaluate, numbersOf } from "../evaluator/evaluate.js";
import { GraphBuilder, randomNumbers } from "../evaluator/graphBuilder.js";
import { correlationAboveDiagonal, inverselyWeighted, transpose, type Rows } from "../graphs/plainMatrix.js";

const DIM = 3;

const rowsOf = (values: readonly number[]): Rows =>
  Array.from({ length: values.length / DIM }, (_, row) => values.slice(row * DIM, (row + 1) * DIM));

function normOf(values: readonly number[]): { value: number; gradient: readonly number[] } {
  const g = new GraphBuilder("parameter");
  const x = g.float("x", { row: values.length / DIM, dim: DIM }, values, ["dim"]);
  const { node } = correlationNorm(new Tensor<["row", "dim"]>(x));
  const [gradient] = gradients(node, [x]);
  const known = evaluate([node, gradient!], g.feeds);
  return { value: numbersOf(known, node)[0]!, gradient: [...numbersOf(known, gradient!)] };
}

/** ‖P - I‖_F / √2 with P from covariances, as printed. */
function asPrinted(x: Rows): number {
  const columns = transpose(x).map((column) => {
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    return column.map((value) => value - mean);
  });
  const covariance = (a: number, b: number): number =>
    columns[a]!.reduce((sum, value, row) => sum + value * columns[b]![row]!, 0);
  let total = 0;
  for (let a = 0; a < DIM; a++) {
    for (let b = 0; b < DIM; b++) {
      const p = covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
      total += (p - (a === b ? 1 : 0)) ** 2;
    }
  }
  return Math.sqrt(total / 2);
}

describe("the norm of the correlation of columns", () => {
  it("is ‖P - I‖ / √2 as printed, which is the norm above the diagonal", () => {
    const values = randomNumbers(3, 8 * DIM);
    expect(normOf(values).value).to.be.closeTo(asPrinted(rowsOf(values)), 1e-10);
    expect(normOf(values).value).to.be.closeTo(correlationAboveDiagonal(rowsOf(values)), 1e-10);
  });

  it("does not change with the columns' means and scales", () => {
    const values = randomNumbers(4, 8 * DIM);
    const moved = values.map((x, i) => (i % DIM === 0 ? 100 * x + 7 : x - 3));
    expect(normOf(moved).value).to.be.closeTo(normOf(values).value, 1e-8);
  });

  it("counts a column without variance as uncorrelated, with a finite gradient", () => {
    const values = randomNumbers(5, 8 * DIM).map((x, i) => (i % DIM === 1 ? 0.5 : x));
    const without = rowsOf(values).map(([first, , third]) => [first!, third!]);
    const { value, gradient } = normOf(values);
    expect(value).to.be.closeTo(correlationAboveDiagonal(without), 1e-9);
    expect(gradient.every(Number.isFinite)).to.equal(true);
  });

  it("is nearly 0 with a finite gradient where nothing varies or one row is all there is", () => {
    for (const values of [new Array<number>(4 * DIM).fill(0.5), [1, 2, 3]]) {
      const { value, gradient } = normOf(values);
      expect(value).to.be.closeTo(0, 1e-5);
      expect(gradient.every(Number.isFinite)).to.equal(true);
    }
  });
});

describe("dynamic de-redundancy", () => {
  const layersOf = (g: GraphBuilder): Embeddings[] =>
    [0, 1].map((layer) => ({
      users: new Tensor(g.float(`users_${layer}`, { user: 6, dim: DIM }, undefined, ["dim"])),
      items: new Tensor(g.float(`items_${layer}`, { item: 5, dim: DIM }, undefined, ["dim"])),
    }));
  const fed = (g: GraphBuilder, name: string): Rows => {
    const feed = g.feeds[name]!;
    return rowsOf(feed.kind === "dense" ? (feed.data as readonly number[]) : []);
  };

  it("weighs every layer by its inverse norm, users and items apart", async () => {
    const g = new GraphBuilder("parameter");
    const { node } = dynamicDeredundancy(layersOf(g));
    const side = (name: string): number =>
      inverselyWeighted([0, 1].map((layer) => correlationAboveDiagonal(fed(g, `${name}_${layer}`))));
    expect(numbersOf(evaluate([node], g.feeds), node)[0]!).to.be.closeTo(
      side("users") + side("items"),
      1e-10,
    );
    const report = await checkGradients(node, g.floats, g.inputs, g.feeds);
    expect(Math.max(report.loss, ...Object.values(report.parameters))).to.be.below(1e-5);
  });

  it("weighs a single layer by 1", () => {
    const g = new GraphBuilder("parameter");
    const { node } = dynamicDeredundancy(layersOf(g).slice(0, 1));
    const expected =
      correlationAboveDiagonal(fed(g, "users_0")) + correlationAboveDiagonal(fed(g, "items_0"));
    expect(numbersOf(evaluate([node], g.feeds), node)[0]!).to.be.closeTo(expected, 1e-10);
  });
});
