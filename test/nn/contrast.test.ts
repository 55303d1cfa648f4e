import { expect } from "chai";
import {
  infoNce,
  matmul,
  overPairs,
  Tensor,
  type ContrastOptions,
  type Ids,
  type Scalar,
} from "../../src/index.js";
import { gradients } from "../../src/autodiff/gradients.js";
import { topologicalOrder } from "../../src/ir/node.js";
import { axisNames } from "../../src/ir/types.js";
import { typeOf } from "../../src/ops/build.js";
import { optimise } from "../../src/lower/optimise.js";
import { checkGradients } from "../evaluator/compositeGradient.js";
import { relativeError } from "../evaluator/closeness.js";
import { evaluate, numbersOf } from "../evaluator/evaluate.js";
import { GraphBuilder } from "../evaluator/graphBuilder.js";
import { numbersFrom, runGraph } from "../evaluator/runGraph.js";
import { contrastSum, type Rows } from "../graphs/plainMatrix.js";

const ROWS = 5;
const DIM = 3;
const anchors = [4, 1, 1, 0];

interface Case {
  readonly g: GraphBuilder;
  readonly value: Scalar;
  readonly a: Rows;
  readonly b: Rows;
}

/** @param third row 2 of the second table, which is no anchor */
function contrast(options: ContrastOptions, third: readonly number[] = [2, 1, -1]): Case {
  const g = new GraphBuilder("parameter");
  const table = (name: string, values?: readonly number[]): Tensor<["row", "dim"]> =>
    new Tensor(g.float(name, { row: ROWS, dim: DIM }, values, ["dim"]));
  const a = table("a");
  const b = table("b", [1, 2, 3, -1, 0.5, 2, ...third, 4, -4, 1, 0.25, 0.5, -0.75]);
  const ids: Ids<"row", ["batch"]> = new Tensor(g.ids("ids", "row", { batch: anchors.length }, anchors));
  const rows = (name: string): Rows => {
    const feed = g.feeds[name]!;
    const data = feed.kind === "dense" ? Array.from(feed.data as readonly number[]) : [];
    return Array.from({ length: ROWS }, (_, row) => data.slice(row * DIM, (row + 1) * DIM));
  };
  return { g, value: infoNce(a, b, ids, options), a: rows("a"), b: rows("b") };
}

describe("InfoNCE of two tables", () => {
  for (const temperature of [0.2, 0.01]) {
    for (const candidates of ["all", "batch"] as const) {
      for (const reduce of ["sum", "mean"] as const) {
        it(`is the ${reduce} over anchors against ${candidates} candidates at temperature ${temperature}`, async () => {
          const { g, value, a, b } = contrast({ temperature, candidates, reduce });
          const pool = candidates === "all" ? undefined : anchors;
          const total = contrastSum(a, b, anchors, temperature, pool);
          const expected = reduce === "sum" ? total : total / anchors.length;
          expect(
            relativeError(numbersOf(evaluate([value.node], g.feeds), value.node), [expected]),
          ).to.be.below(1e-12);
          const report = await checkGradients(value.node, g.floats, g.inputs, g.feeds);
          expect(Math.max(report.loss, ...Object.values(report.parameters))).to.be.below(1e-5);
        });
      }
    }
  }

  it("gives a zero row the cosine 0", () => {
    const { g, value, a, b } = contrast({ temperature: 0.2, candidates: "all", reduce: "sum" }, [0, 0, 0]);
    const found = numbersOf(evaluate([value.node], g.feeds), value.node);
    expect(relativeError(found, [contrastSum(a, b, anchors, 0.2)])).to.be.below(1e-12);
  });

  it("has the same value and gradient through the factors of a table of low rank", async () => {
    const g = new GraphBuilder("parameter");
    const a = new Tensor<["row", "dim"]>(g.float("a", { row: ROWS, dim: DIM }, undefined, ["dim"]));
    const coefficients = new Tensor<["row", "inner"]>(
      g.float("h", { row: ROWS, inner: 2 }, undefined, ["inner"]),
    );
    const basis = new Tensor<["inner", "dim"]>(
      g.float("z", { inner: 2, dim: DIM }, undefined, ["inner", "dim"]),
    );
    const ids: Ids<"row", ["batch"]> = new Tensor(g.ids("ids", "row", { batch: anchors.length }, anchors));
    const options = { temperature: 0.2, candidates: "all", reduce: "sum" } as const;
    const b = matmul(coefficients, basis);
    const [whole, factored] = [
      infoNce(a, b, ids, options),
      infoNce(a, b, ids, options, { coefficients, basis }),
    ];
    const values = evaluate([whole.node, factored.node], g.feeds);
    expect(relativeError(numbersOf(values, factored.node), numbersOf(values, whole.node))).to.be.below(1e-12);
    const report = await checkGradients(factored.node, g.floats, g.inputs, g.feeds);
    expect(Math.max(report.loss, ...Object.values(report.parameters))).to.be.below(1e-5);
    const wide = ({ node }: Scalar): boolean =>
      topologicalOrder([node]).some(
        ({ operation, inputs }) => operation === "logSums" && axisNames(typeOf(inputs[1]!)).includes("dim"),
      );
    expect([wide(whole), wide(factored)]).to.deep.equal([true, false]);
  });

  it("never holds the cosines of all anchors and candidates at once", () => {
    const { g, value } = contrast({ temperature: 0.2, candidates: "all", reduce: "sum" });
    const tables = topologicalOrder([value.node, ...gradients(value.node, g.floats)]).filter(
      ({ type }) =>
        type.kind === "tensor" && axisNames(type).includes("batch") && axisNames(type).includes("candidate"),
    );
    expect(tables).to.deep.equal([]);
  });

  it("neither overflows nor vanishes in single precision where the temperature is small", async () => {
    for (const temperature of [1 / 60, 0.001]) {
      const { g, value, a, b } = contrast({ temperature, candidates: "all", reduce: "mean" });
      const graph = optimise({ name: "contrast", outputs: [{ name: "loss", node: value.node }] });
      const { loss } = await runGraph(graph, g.inputs, g.feeds);
      // In double precision exp(700) is still finite, so the sum over exponentials is known at 1/600.
      const known = Math.max(temperature, 1 / 600);
      const expected = contrastSum(a, b, anchors, known) / anchors.length;
      expect(relativeError(numbersFrom(loss), [(expected * known) / temperature])).to.be.below(1e-2);
    }
  });
});

describe("a sum over pairs", () => {
  const scalarOf = (text: string): Scalar => new Tensor(new GraphBuilder().float(text, {}, [1]));

  it("has every two values once, in order, and nothing for fewer than two", () => {
    const seen: string[] = [];
    const visit = (first: string, second: string): Scalar => {
      seen.push(first + second);
      return scalarOf(first + second);
    };
    expect(overPairs(["a"], visit)).to.equal(undefined);
    expect(overPairs([], visit)).to.equal(undefined);
    expect(overPairs(["a", "b", "c"], visit)).to.be.instanceOf(Tensor);
    expect(seen).to.deep.equal(["ab", "ac", "bc"]);
  });
});
