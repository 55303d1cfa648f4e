import { expect } from "chai";
import { gradients } from "../../src/autodiff/gradients.js";
import { topologicalOrder, type Graph, type Node } from "../../src/ir/node.js";
import { axisNames } from "../../src/ir/types.js";
import { optimise } from "../../src/lower/optimise.js";
import * as build from "../../src/ops/build.js";
import { relativeError } from "../evaluator/closeness.js";
import { evaluate, numbersOf } from "../evaluator/evaluate.js";
import { GraphBuilder } from "../evaluator/graphBuilder.js";

const total = (x: Node): Node => build.sum(build.multiply(x, x), axisNames(build.typeOf(x)));

/** A table of five rows, looked up by two lists with repetitions. */
function lookedUp() {
  const g = new GraphBuilder("batch");
  const table = g.float("table", { item: 5, dim: 3 });
  const lists = [
    g.ids("positives", "item", { batch: 4 }, [1, 1, 3, 0]),
    g.ids("negatives", "item", { batch: 4 }, [0, 1, 2, 1]),
  ] as const;
  const rows = lists.map((ids) => build.gather(table, ids)) as [Node, Node];
  return { g, table, rows, weights: g.float("weights", { batch: 4 }) };
}

/** The gradient of a loss by the table, optimised, and the axes of what is scattered in it. */
function gradientOf(g: GraphBuilder, table: Node, loss: Node) {
  const [plain] = gradients(loss, [table]);
  const graph: Graph = optimise({ name: "graph", outputs: [{ name: "gradient", node: plain! }] });
  const found = graph.outputs[0]!.node;
  const [expected, values] = [plain!, found].map((node) => numbersOf(evaluate([node], g.feeds), node));
  expect(relativeError(values!, expected!)).to.be.below(1e-12);
  return topologicalOrder([found])
    .filter(({ operation }) => operation === "scatterAdd")
    .map((node) => axisNames(build.typeOf(node)));
}

describe("rows that are added up where they came from", () => {
  it("become a scale of the table: a number is scattered per row, of several lists in one go", () => {
    const { g, table, rows } = lookedUp();
    expect(gradientOf(g, table, total(rows[0]))).to.deep.equal([["item"]]);
    expect(gradientOf(g, table, build.add(total(rows[0]), total(rows[1])))).to.deep.equal([["item"]]);
  });

  it("may have a weight each", () => {
    const { g, table, rows, weights } = lookedUp();
    const squares = build.sum(build.multiply(rows[0], rows[0]), ["dim"]);
    const loss = build.sum(build.multiply(squares, weights), ["batch"]);
    expect(gradientOf(g, table, loss)).to.deep.equal([["item"]]);
  });

  it("stay rows where others are scattered with them", () => {
    const { g, table, rows } = lookedUp();
    const scores = build.sum(build.multiply(rows[0], rows[1]), ["dim"]);
    const loss = build.add(build.sum(build.exp(scores), ["batch"]), total(rows[0]));
    expect(gradientOf(g, table, loss)).to.deep.equal([["item", "dim"]]);
  });
});
