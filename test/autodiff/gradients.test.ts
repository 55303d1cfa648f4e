import { expect } from "chai";
import { gradients } from "../../src/autodiff/gradients.js";
import { topologicalOrder, type Node } from "../../src/ir/node.js";
import { apply } from "../../src/ops/apply.js";
import * as build from "../../src/ops/build.js";
import { evaluate, numbersOf } from "../evaluator/evaluate.js";
import { GraphBuilder } from "../evaluator/graphBuilder.js";

function values(g: GraphBuilder, node: Node): number[] {
  return [...numbersOf(evaluate([node, ...g.inputs], g.feeds), node)];
}

describe("reverse mode", () => {
  it("adds up the gradients of every use of a value", () => {
    const g = new GraphBuilder("parameter");
    const x = g.float("x", {}, [3]);
    const loss = build.add(build.multiply(x, x), build.multiply(build.scalar(5), x));
    expect(values(g, gradients(loss, [x])[0]!)).to.deep.equal([2 * 3 + 5]);
  });

  it("gives gradients in the order of the parameters, zeros to those without a path", () => {
    const g = new GraphBuilder("parameter");
    const [x, y, z] = [g.float("x", {}, [2]), g.float("y", {}, [7]), g.float("z", { row: 3 })];
    const loss = build.multiply(x, apply("stopGradient", [y]));
    const found = gradients(loss, [z, y, x]);
    expect(found.map((node) => values(g, node))).to.deep.equal([[0, 0, 0], [0], [7]]);
  });

  it("gives the gradient of the loss itself as one", () => {
    const g = new GraphBuilder("parameter");
    const x = g.float("x", {}, [2]);
    expect(values(g, gradients(x, [x])[0]!)).to.deep.equal([1]);
  });

  it("differentiates only what lies between a parameter and the loss", () => {
    const g = new GraphBuilder("parameter");
    const [x, data] = [g.float("x", { row: 2 }), g.float("data", { row: 2 })];
    const loss = build.sum(build.multiply(x, build.sin(data)), ["row"]);
    const operations = topologicalOrder(gradients(loss, [x])).map(({ operation }) => operation);
    expect(operations).to.not.include("cos");
    expect(topologicalOrder(gradients(loss, [data])).map(({ operation }) => operation)).to.include("cos");
  });

  it("attributes gradients to the line and path of the value they belong to", () => {
    const g = new GraphBuilder("parameter");
    const x = g.float("x", {}, [2]);
    const loss = build.sin(x);
    const [gradient] = gradients(loss, [x]);
    expect(gradient!.location).to.equal(loss.location);
    expect(gradient!.location).to.match(/^test\/autodiff\/gradients\.test\.ts:\d+$/);
    expect(gradient!.path).to.equal("sin.grad");
  });

  it("takes second derivatives of its own results", () => {
    const g = new GraphBuilder("parameter");
    const x = g.float("x", {}, [2]);
    const cube = build.multiply(x, build.multiply(x, x));
    const [first] = gradients(cube, [x]);
    const [second] = gradients(first!, [x]);
    expect(values(g, first!)).to.deep.equal([12]);
    expect(values(g, second!)).to.deep.equal([12]);
  });
});
