import { expect } from "chai";
import { gradients } from "../../src/autodiff/gradients.js";
import { topologicalOrder, type Graph, type Node } from "../../src/ir/node.js";
import { axisNames } from "../../src/ir/types.js";
import { batchRows } from "../../src/lower/batchRows.js";
import { optimise } from "../../src/lower/optimise.js";
import { verifyTypes } from "../../src/lower/rewrite.js";
import { apply } from "../../src/ops/apply.js";
import * as build from "../../src/ops/build.js";
import { relativeError } from "../evaluator/closeness.js";
import { evaluate, numbersOf } from "../evaluator/evaluate.js";
import { GraphBuilder } from "../evaluator/graphBuilder.js";
import { randomGraph } from "./randomGraph.js";

const graphOf = (...nodes: Node[]): Graph => ({
  name: "graph",
  outputs: nodes.map((node, i) => ({ name: `output_${i}`, node })),
});
const roots = (graph: Graph): Node[] => graph.outputs.map(({ node }) => node);
const total = (x: Node): Node => build.sum(build.multiply(x, x), axisNames(build.typeOf(x)));

/** Operations whose result has the axis, inputs left out. */
function computedOver(axis: string, graph: Graph): string[] {
  return topologicalOrder(roots(graph))
    .filter(({ operation, type }) => {
      return operation !== "input" && type.kind === "tensor" && axisNames(type).includes(axis);
    })
    .map(({ operation }) => operation);
}

/** Tables of four rows, two lists of ids and everything that is computed row by row. */
function tables() {
  const g = new GraphBuilder("batch");
  const x = g.float("x", { item: 4, dim: 3 });
  const bias = g.float("bias", { item: 4 });
  const weight = g.float("weight", { dim: 3, out: 2 });
  const ids = [
    g.ids("positives", "item", { batch: 3 }, [1, 1, 3]),
    g.ids("negatives", "item", { batch: 3 }, [0, 1, 2]),
  ] as const;
  const unit = apply("normalise", [build.add(x, bias)], { axis: "dim", floor: 1e-12 });
  const joined = build.concat([unit, build.negate(x)], ["dim", "dim"], "both");
  const parts = ["dim", "rest"].map((name) => ({ name, size: "dim" }));
  const half = build.add(build.part(joined, "both", parts, 0), build.scalar(0.5));
  const table = build.multiply(
    build.rename(build.matmul(half, weight), "out", "hidden"),
    build.sum(x, ["dim"]),
  );
  return { g, x, table, ids };
}

describe("rows of the batch", () => {
  for (let seed = 1; seed <= 25; seed++) {
    it(`are what a random graph computes for whole tables, with equal gradients: seed ${seed}`, () => {
      const { g, graph } = randomGraph(seed, "batch");
      const after = batchRows(graph);
      verifyTypes(after, "batchRows");
      const withGradients = (of: Graph): Node[] => {
        const loss = roots(of)
          .slice(0, 3)
          .map(total)
          .reduce((sum, term) => build.add(sum, term));
        return [...roots(of), ...gradients(loss, g.floats)];
      };
      const [expected, found] = [withGradients(graph), withGradients(after)];
      const [before, now] = [evaluate(expected, g.feeds), evaluate(found, g.feeds)];
      expected.forEach((node, i) => {
        expect(relativeError(numbersOf(now, found[i]!), numbersOf(before, node)), `${i}`).to.be.below(1e-12);
      });
    });
  }

  it("are computed alone where nothing else of a table is read, also by the gradients", () => {
    const { g, table, ids } = tables();
    const looked = ids.map((id) => total(build.gather(table, id)));
    const before = graphOf(build.add(looked[0]!, looked[1]!));
    expect(computedOver("item", before)).to.include.members(["matmul", "rename"]);
    const after = batchRows(before);
    const products = /matmul/i;
    expect(computedOver("item", after)).not.to.include.members(["matmul", "rename", "multiply"]);
    const derivatives = gradients(roots(after)[0]!, g.floats);
    const whole = computedOver("item", optimise(graphOf(...derivatives)));
    expect(whole).to.include("scatterAdd");
    expect(whole.filter((operation) => products.test(operation))).to.deep.equal([]);
    const values = evaluate([...roots(before), ...roots(after)], g.feeds);
    const [expected, found] = [before, after].map((graph) => numbersOf(values, roots(graph)[0]!));
    expect(relativeError(found!, expected!)).to.be.below(1e-12);
  });

  it("are computed once for lookups of the same ids", () => {
    const { table, ids } = tables();
    const twice = build.add(
      total(build.gather(table, ids[0])),
      total(build.exp(build.gather(table, ids[0]))),
    );
    const products = topologicalOrder(roots(batchRows(graphOf(twice)))).filter(
      ({ operation }) => operation === "matmul",
    );
    expect(products).to.have.length(1);
  });

  it("are taken from a table that no product of matrices makes", () => {
    const { x, ids } = tables();
    const graph = graphOf(total(build.gather(apply("tanh", [x]), ids[0])));
    expect(computedOver("item", batchRows(graph))).to.deep.equal(["tanh"]);
  });

  it("are taken from a table that is needed as a whole", () => {
    const { table, ids } = tables();
    const graph = graphOf(build.add(total(build.gather(table, ids[0])), total(table)));
    expect(computedOver("item", batchRows(graph))).to.deep.equal(computedOver("item", graph));
    const result = graphOf(total(build.gather(table, ids[0])), table);
    expect(computedOver("item", batchRows(result))).to.deep.equal(computedOver("item", result));
  });

  it("are taken from tables whose rows depend on each other", () => {
    const { x, ids } = tables();
    const swapped = build.transpose(x, ["dim", "item"]);
    for (const table of [
      apply("softmax", [x], { axis: "item" }),
      apply("cumulativeSum", [x], { axis: "item", reverse: false }),
      build.transpose(apply("tanh", [swapped]), ["item", "dim"]),
    ]) {
      const graph = graphOf(total(build.gather(table, ids[0])));
      const kept = computedOver("item", batchRows(graph));
      expect(kept.length).to.be.greaterThan(0);
    }
  });

  it("are looked up late in a table that is as long as a batch itself", () => {
    const g = new GraphBuilder("batch");
    const x = g.float("x", { item: 4, dim: 3 });
    const distinct = g.ids("distinct", "item", { drawn: 2 }, [1, 3]);
    const table = apply("tanh", [build.gather(x, distinct)]);
    const looked = build.gather(table, g.ids("places", "drawn", { batch: 5 }, [0, 1, 1, 0, 0]));
    const after = batchRows(graphOf(total(looked)));
    expect(computedOver("drawn", after)).to.deep.equal(["gather", "tanh"]);
  });

  it("are looked up late where the ids are not a batch", () => {
    const g = new GraphBuilder("parameter");
    const table = apply("tanh", [g.float("x", { item: 4, dim: 3 })]);
    const looked = build.gather(table, g.ids("ids", "item", { link: 6 }, [0, 1, 1, 2, 3, 3]));
    expect(computedOver("item", batchRows(graphOf(total(looked))))).to.deep.equal(["tanh"]);
  });
});
