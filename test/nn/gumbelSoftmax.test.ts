import { expect } from "chai";
import { Declaration } from "../../src/authoring/declaration.js";
import { gumbelSoftmax, Tensor } from "../../src/index.js";
import { dense, evaluate, numbersOf } from "../evaluator/evaluate.js";
import { GraphBuilder } from "../evaluator/graphBuilder.js";

const ROWS = 4000;
const logits = [1, 0, -1];

function soften(training: boolean, temperature: number): Float64Array {
  const m = new Declaration(training);
  const g = new GraphBuilder();
  const values = Array.from({ length: ROWS }, () => logits).flat();
  const x = new Tensor<["row", "choice"]>(g.float("x", { row: ROWS, choice: 3 }, values, ["choice"]));
  const { node } = gumbelSoftmax(m, "soft", x, "choice", temperature);
  const random = { random_key: dense([], [0x1234567890abcdefn]), step: dense([], [1]) };
  return numbersOf(evaluate([node], { ...g.feeds, ...random }), node);
}

describe("Gumbel softmax", () => {
  it("is the softmax at its temperature outside training", () => {
    const weights = logits.map((x) => Math.exp(x / 0.5));
    const total = weights.reduce((sum, x) => sum + x, 0);
    const found = soften(false, 0.5);
    weights.forEach((weight, k) => {
      expect(found[k]!).to.be.closeTo(weight / total, 1e-12);
    });
  });

  it("chooses in training with the probabilities of the softmax at temperature 1", () => {
    const found = soften(true, 0.01);
    const shares = logits.map((_, k) => {
      let chosen = 0;
      for (let row = 0; row < ROWS; row++) chosen += found[row * 3 + k]! > 0.5 ? 1 : 0;
      return chosen / ROWS;
    });
    const total = logits.reduce((sum, x) => sum + Math.exp(x), 0);
    // Four standard deviations of a share of 4000 draws are at most 0.032.
    logits.forEach((x, k) => {
      expect(shares[k]!).to.be.closeTo(Math.exp(x) / total, 0.032);
    });
  });

  it("has rows that add up to 1", () => {
    const found = soften(true, 0.2);
    for (let row = 0; row < ROWS; row += 97) {
      expect(found[row * 3]! + found[row * 3 + 1]! + found[row * 3 + 2]!).to.be.closeTo(1, 1e-12);
    }
  });
});
