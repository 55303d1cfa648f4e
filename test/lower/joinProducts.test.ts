import { expect } from "chai";
import { gradients } from "../../src/autodiff/gradients.js";
import { topologicalOrder, type Graph, type Node } from "../../src/ir/node.js";
import { axisNames } from "../../src/ir/types.js";
import { joinProducts } from "../../src/lower/joinProducts.js";
import { verifyTypes } from "../../src/lower/rewrite.js";
import * as build from "../../src/ops/build.js";
import { relativeError } from "../evaluator/closeness.js";
import { evaluate, numbersOf } from "../evaluator/evaluate.js";
import { GraphBuilder } from "../evaluator/graphBuilder.js";

const buffers = new GraphBuilder("buffer");
const parameters = new GraphBuilder("parameter");
const features = buffers.float("features", { item: 4, feature: 5 });
const weights = [
  parameters.float("wide", { feature: 5, dim: 3 }),
  parameters.float("narrow", { feature: 5, hyper: 2 }),
];
const feeds = { ...buffers.feeds, ...parameters.feeds };

/** A loss of two products, and its gradients. */
function lossOf(products: readonly Node[]): Graph {
  const terms = products.map((x) => build.sum(build.exp(x), axisNames(build.typeOf(x))));
  return { name: "graph", outputs: [{ name: "loss", node: build.addAll(terms) }] };
}

function withGradients(graph: Graph): Node[] {
  const loss = graph.outputs[0]!.node;
  return [loss, ...gradients(loss, parameters.floats)];
}

const countProducts = (roots: readonly Node[]): number =>
  topologicalOrder(roots).filter(({ operation }) => operation === "matmul").length;

describe("products of the same given values", () => {
  it("are one, and so is their gradient, with equal values", () => {
    const before = lossOf(weights.map((weight) => build.matmul(features, weight)));
    const after = joinProducts(before);
    verifyTypes(after, "joinProducts");
    const [expected, found] = [withGradients(before), withGradients(after)];
    expect([expected, found].map(countProducts)).to.deep.equal([4, 2]);
    const [then, now] = [evaluate(expected, feeds), evaluate(found, feeds)];
    expected.forEach((node, i) => {
      expect(relativeError(numbersOf(now, found[i]!), numbersOf(then, node)), `${i}`).to.be.below(1e-12);
    });
  });

  it("stay apart where the left side or a weight is computed", () => {
    const [wide, narrow] = weights as [Node, Node];
    const scaled = build.multiply(features, build.scalar(2));
    for (const products of [
      [build.matmul(scaled, wide), build.matmul(scaled, narrow)],
      [build.matmul(features, wide), build.matmul(features, build.exp(narrow))],
    ]) {
      expect(countProducts([joinProducts(lossOf(products)).outputs[0]!.node])).to.equal(2);
    }
  });
});
