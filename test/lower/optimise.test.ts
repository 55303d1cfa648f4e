import { expect } from "chai";
import { gradients } from "../../src/autodiff/gradients.js";
import { nodeNames } from "../../src/ir/names.js";
import { inputName, topologicalOrder, type Graph, type Node } from "../../src/ir/node.js";
import { axisNames } from "../../src/ir/types.js";
import { optimise } from "../../src/lower/optimise.js";
import { verifyTypes } from "../../src/lower/rewrite.js";
import { share } from "../../src/lower/share.js";
import { apply } from "../../src/ops/apply.js";
import * as build from "../../src/ops/build.js";
import { relativeError } from "../evaluator/closeness.js";
import { evaluate, numbersOf } from "../evaluator/evaluate.js";
import { GraphBuilder } from "../evaluator/graphBuilder.js";
import { numbersFrom, runGraph } from "../evaluator/runGraph.js";
import { randomGraph } from "./randomGraph.js";

const roots = (graph: Graph): Node[] => graph.outputs.map(({ node }) => node);

/** Operations of a graph, inputs and constants left out. */
function operationsIn(graph: Graph): string[] {
  return topologicalOrder(roots(graph))
    .map(({ operation }) => operation)
    .filter((operation) => !["input", "constant"].includes(operation))
    .sort();
}

function optimised(...nodes: Node[]): Graph {
  return optimise({ name: "graph", outputs: nodes.map((node, i) => ({ name: `output_${i}`, node })) });
}

describe("passes on random graphs", () => {
  for (let seed = 1; seed <= 40; seed++) {
    it(`keep every output and type, also of gradients: seed ${seed}`, () => {
      const { g, graph } = randomGraph(seed);
      const loss = graph.outputs
        .slice(0, 3)
        .map(({ node }) => build.sum(build.multiply(node, node), axisNames(build.typeOf(node))))
        .reduce((total, term) => build.add(total, term));
      const derivatives = gradients(loss, g.floats).map((node, i) => ({
        name: `${inputName(g.floats[i]!)}.grad`,
        node,
      }));
      const before: Graph = { name: graph.name, outputs: [...graph.outputs, ...derivatives] };
      const after = optimise(before);
      verifyTypes(after, "optimise");
      expect(operationsIn(after).length).to.be.at.most(operationsIn(before).length);
      const [expected, found] = [evaluate(roots(before), g.feeds), evaluate(roots(after), g.feeds)];
      before.outputs.forEach(({ name, node }, i) => {
        const now = after.outputs[i]!;
        expect(now.name).to.equal(name);
        expect(relativeError(numbersOf(found, now.node), numbersOf(expected, node)), name).to.be.below(1e-12);
      });
    });
  }

  for (let seed = 101; seed <= 106; seed++) {
    it(`run on onnxruntime as in plain loops: seed ${seed}`, async () => {
      const { g, graph } = randomGraph(seed);
      const values = evaluate(roots(graph), g.feeds);
      const results = await runGraph(optimise(graph), g.inputs, g.feeds, { precision: "float64" });
      for (const { name, node } of graph.outputs) {
        expect(relativeError(numbersFrom(results[name]), numbersOf(values, node)), name).to.be.below(1e-12);
      }
    });
  }
});

describe("the check of types after a pass", () => {
  const g = new GraphBuilder();
  const sum = build.sum(g.float("x", { row: 2, column: 2 }), ["row"]);
  const graph = (node: Node): Graph => ({ name: "graph", outputs: [{ name: "output", node }] });

  it("names the pass where a value no longer fits its inputs", () => {
    const broken = { ...sum, inputs: [g.float("r", { column: 2 })] };
    expect(() => {
      verifyTypes(graph(broken), "simplify");
    }).to.throw(
      Error,
      /^internal: after simplify, sum does not fit its inputs \(float32 \[column\]\): .*"row"/,
    );
  });

  it("names the pass where a value has another type than its inputs give", () => {
    const wrong = { ...sum, type: g.float("s", { row: 2 }).type };
    expect(() => {
      verifyTypes(graph(wrong), "simplify");
    }).to.throw(Error, "internal: after simplify, sum is float32 [row] but infers float32 [column]");
  });
});

describe("sharing", () => {
  it("computes equal values once", () => {
    const g = new GraphBuilder();
    const [x, y] = [g.float("x", { row: 2 }), g.float("y", { row: 2 })];
    const twice = build.multiply(build.exp(build.add(x, y)), build.exp(build.add(x, y)));
    const shared = share({ name: "graph", outputs: [{ name: "output", node: twice }] });
    expect(operationsIn(shared)).to.deep.equal(["add", "exp", "multiply"]);
  });

  it("keeps values of other attributes apart", () => {
    const g = new GraphBuilder();
    const x = g.float("x", { row: 2, column: 2 });
    const sums = [build.sum(x, ["row"]), build.sum(x, ["column"])];
    expect(operationsIn(optimised(...sums))).to.deep.equal(["sum", "sum"]);
  });

  it("keeps infinities, NaN and -0 apart, in values and in names", () => {
    const constants = [Infinity, -Infinity, NaN, 0, -0, 1].map(build.scalar);
    const outputs = constants.map((node, i) => ({ name: `output_${i}`, node }));
    const graph = share({ name: "graph", outputs });
    expect(new Set(roots(graph)).size).to.equal(6);
    const names = nodeNames(graph);
    expect(new Set(roots(graph).map((node) => names.get(node))).size).to.equal(6);
    const twice = [-Infinity, -Infinity].map(build.scalar).map((node, i) => ({ name: `output_${i}`, node }));
    expect(new Set(roots(share({ name: "graph", outputs: twice }))).size).to.equal(1);
  });
});

describe("constants of an emitted graph", () => {
  it("keep 0 and -0 apart", async () => {
    const b = new GraphBuilder();
    const one = b.float("one", { row: 1 }, [1]);
    const outputs = [0, -0].map((zero, i) => ({
      name: `output_${i}`,
      node: build.divide(one, build.scalar(zero)),
    }));
    const results = await runGraph(optimise({ name: "graph", outputs }), b.inputs, b.feeds);
    const found = outputs.map(({ name }) => numbersFrom(results[name])[0]);
    expect(found).to.deep.equal([Infinity, -Infinity]);
  });
});

describe("simplification", () => {
  const g = new GraphBuilder();
  const x = g.float("x", { row: 3, column: 2 });
  const y = g.float("y", { row: 3, column: 2 });
  const r = g.float("r", { row: 3 });
  const s = g.float("s", {});
  const axes = build.typeOf(x).axes;
  const zero = build.scalar(0);
  const one = build.scalar(1);

  /** Each rule: what goes in, and the operations that remain. */
  const rules: readonly (readonly [label: string, before: Node, after: readonly string[]])[] = [
    [
      "folds functions of constants",
      build.multiply(x, build.exp(build.log(build.sqrt(build.scalar(9))))),
      ["multiply"],
    ],
    [
      "folds sums, products, quotients and extrema of constants",
      build.multiply(
        x,
        apply("maximum", [
          build.divide(build.add(one, build.scalar(2)), build.scalar(2)),
          build.subtract(one, apply("minimum", [one, zero])),
        ]),
      ),
      ["multiply"],
    ],
    ["drops zeros added on the left", build.exp(build.add(zero, x)), ["exp"]],
    ["drops zeros added on the right", build.exp(build.add(x, build.zeros(axes))), ["exp"]],
    ["makes a sum with a negated value a difference", build.add(x, build.negate(y)), ["subtract"]],
    ["makes a sum of a negated value a difference", build.add(build.negate(x), y), ["subtract"]],
    ["drops zeros subtracted", build.exp(build.subtract(x, zero)), ["exp"]],
    ["makes zero minus a value its negative", build.subtract(zero, x), ["negate"]],
    ["makes a difference with a negated value a sum", build.subtract(x, build.negate(y)), ["add"]],
    ["drops factors of one on the left", build.exp(build.multiply(one, x)), ["exp"]],
    ["drops factors of one on the right", build.exp(build.multiply(x, one)), ["exp"]],
    ["makes products with zero zeros", build.multiply(build.exp(x), zero), ["broadcast"]],
    ["makes products with minus one negatives", build.multiply(build.scalar(-1), x), ["negate"]],
    ["makes products by minus one negatives", build.multiply(x, build.scalar(-1)), ["negate"]],
    ["drops divisors of one", build.exp(build.divide(x, one)), ["exp"]],
    ["drops double negatives", build.exp(build.negate(build.negate(x))), ["exp"]],
    [
      "lets elementwise operations repeat their operands",
      build.multiply(x, build.broadcast(r, axes)),
      ["multiply"],
    ],
    [
      "merges transpositions",
      build.exp(build.transpose(build.transpose(x, ["column", "row"]), ["row", "column"])),
      ["exp"],
    ],
    ["merges renamings", build.exp(build.rename(build.rename(x, "row", "line"), "line", "row")), ["exp"]],
    ["merges repetitions", build.broadcast(build.broadcast(s, [axes[0]!]), axes), ["broadcast"]],
    ["merges sums", build.sum(build.sum(x, ["row"]), ["column"]), ["sum"]],
    [
      "makes sums of repetitions products with a size",
      build.sum(build.broadcast(r, axes), ["column"]),
      ["axisSize", "multiply"],
    ],
    ["writes fixed sizes as constants", build.multiply(x, build.axisSize(5)), ["multiply"]],
  ];
  for (const [label, before, after] of rules) {
    it(label, () => {
      const graph = optimised(before);
      expect(operationsIn(graph)).to.deep.equal(after);
      const found = numbersOf(evaluate([...roots(graph), x], g.feeds), graph.outputs[0]!.node);
      const expected = numbersOf(evaluate([before, x], g.feeds), before);
      expect(relativeError(found, expected)).to.be.below(1e-14);
    });
  }

  /** x [row, column] and two numbers per row. */
  const scaled = (): { g: GraphBuilder; x: Node; y: Node; s: Node; t: Node } => {
    const g = new GraphBuilder();
    return {
      ...{ g, x: g.float("x", { row: 2, column: 3 }), y: g.float("y", { row: 2, column: 3 }) },
      ...{ s: g.float("s", { row: 2 }), t: g.float("t", { row: 2 }) },
    };
  };

  /** Operations on tables [row, column], after optimisation, and that the value is the same. */
  const onTables = (g: GraphBuilder, value: Node): string[] => {
    const after = optimised(value).outputs[0]!.node;
    const [expected, found] = [evaluate([value], g.feeds), evaluate([after], g.feeds)];
    expect(relativeError(numbersOf(found, after), numbersOf(expected, value))).to.be.below(1e-12);
    return topologicalOrder([after])
      .filter((node) => node.operation !== "input" && build.typeOf(node).axes.length === 2)
      .map(({ operation }) => operation);
  };

  it("multiplies the scales of a table before the table", () => {
    const { g, x, s, t } = scaled();
    expect(
      onTables(g, build.multiply(t, build.multiply(build.multiply(x, s), build.scalar(0.5)))),
    ).to.deep.equal(["multiply"]);
  });

  it("scales the terms of a sum of which one is scaled already", () => {
    const { g, x, y, s } = scaled();
    expect(onTables(g, build.multiply(build.add(x, build.multiply(y, s)), s))).to.have.members([
      ...["multiply", "multiply", "add"],
    ]);
  });

  it("adds tables of one scale before they are scaled, wherever they stand in the sum", () => {
    const { g, x, y, s } = scaled();
    const z = g.float("z", { row: 2, column: 3 });
    const scaledZ = build.multiply(s, z);
    const layers = build.add(build.add(x, build.multiply(y, s)), scaledZ);
    expect(onTables(g, layers).sort()).to.deep.equal(["add", "add", "multiply"]);
    expect(onTables(g, build.add(build.multiply(y, s), scaledZ)).sort()).to.deep.equal(["add", "multiply"]);
  });

  it("leaves tables of different scales, and scales that would make a new table, as they are", () => {
    const { g, x, y, s, t } = scaled();
    const different = build.add(build.multiply(x, s), build.multiply(y, t));
    expect(onTables(g, different).sort()).to.deep.equal(["add", "multiply", "multiply"]);
    const column = g.float("c", { column: 3 });
    const crossed = build.multiply(build.multiply(x, s), column);
    expect(onTables(g, crossed)).to.deep.equal(["multiply", "multiply"]);
  });

  it("merges the scatters of several lookups of one table into one", () => {
    const b = new GraphBuilder("parameter");
    const table = b.float("table", { item: 4, dim: 2 });
    const looked = [0, 1, 2].map((i) =>
      build.gather(table, b.ids(`ids_${i}`, "item", { [`batch_${i}`]: 3 }, [i, 1, 3])),
    );
    const loss = looked
      .map((rows) => build.sum(build.multiply(rows, rows), axisNames(build.typeOf(rows))))
      .reduce((total, term) => build.add(total, term));
    const [gradient] = gradients(loss, [table]);
    const scatters = (graph: Graph): number =>
      operationsIn(graph).filter((operation) => operation === "scatterAdd").length;
    expect(scatters({ name: "before", outputs: [{ name: "gradient", node: gradient! }] })).to.equal(3);
    expect(scatters(optimised(gradient!))).to.equal(1);
  });

  it("adds rows up before they are multiplied by a wide matrix, also of two lookups with opposite signs", () => {
    const b = new GraphBuilder("parameter");
    const table = b.float("table", { item: 4, feature: 6 });
    const weight = b.float("weight", { feature: 6, dim: 2 }, undefined, ["dim"]);
    const [first, second] = [0, 1].map((i) => b.ids(`ids_${i}`, "item", { batch: 3 }, [i, 3, 3]));
    const apart = build.subtract(build.gather(table, first!), build.gather(table, second!));
    const loss = build.sum(build.exp(build.matmul(apart, weight)), ["batch", "dim"]);
    const [gradient] = gradients(loss, [table]);
    const after = optimised(gradient!);
    const scattered = topologicalOrder(roots(after)).filter(({ operation }) => operation === "scatterAdd");
    expect(scattered.map((node) => axisNames(build.typeOf(node)))).to.deep.equal([["item", "dim"]]);
    // One product for the rows' projections, one for their gradients.
    const products = operationsIn(after).filter((operation) => /matmul/i.test(operation));
    expect(products).to.have.length(2);
    const values = evaluate([...roots(after), gradient!], b.feeds);
    const [found, expected] = [roots(after)[0]!, gradient!].map((node) => numbersOf(values, node));
    expect(relativeError(found!, expected!)).to.be.below(1e-12);
  });

  it("multiplies first where the matrix is narrow", () => {
    const b = new GraphBuilder("parameter");
    const rows = b.float("rows", { batch: 3, wide: 6 }, undefined, ["wide"]);
    const weight = b.float("weight", { wide: 6, dim: 2 }, undefined, ["wide", "dim"]);
    const ids = b.ids("ids", "item", { batch: 3 }, [0, 1, 1]);
    const graph = optimised(
      build.scatterAdd(ids, build.matmul(rows, weight), { name: "item", size: "item" }),
    );
    expect(graph.outputs[0]!.node.operation).to.equal("scatterAdd");
  });

  it("adds up rows for the same ids before they are scattered", () => {
    const b = new GraphBuilder();
    const ids = b.ids("ids", "item", { batch: 3 }, [1, 1, 3]);
    const rows = ["x", "y"].map((name) => b.float(name, { batch: 3, dim: 2 }));
    const scattered = rows.map((updates) => build.scatterAdd(ids, updates, { name: "item", size: 4 }));
    const graph = optimised(build.add(scattered[0]!, scattered[1]!));
    expect(operationsIn(graph)).to.deep.equal(["add", "scatterAdd"]);
    expect(roots(graph)[0]!.operation).to.equal("scatterAdd");
  });

  it("adds up rows for the same lists of ids, wherever these were joined", () => {
    const b = new GraphBuilder();
    const lists = [
      b.ids("ids", "item", { batch: 3 }, [1, 1, 3]),
      b.ids("others", "item", { other: 2 }, [0, 3]),
    ];
    const scattered = ["x", "y"].map((name) => {
      const rows = [b.float(`${name}1`, { batch: 3, dim: 2 }), b.float(`${name}2`, { other: 2, dim: 2 })];
      const [ids, updates] = [lists, rows].map((parts) => build.concat(parts, ["batch", "other"], "both"));
      return build.scatterAdd(ids!, updates!, { name: "item", size: 4 });
    });
    const graph = optimised(build.add(scattered[0]!, scattered[1]!));
    expect(operationsIn(graph)).to.deep.equal(["add", "concat", "concat", "concat", "scatterAdd"]);
  });

  it("writes the gradients of the parts of an axis once", () => {
    const b = new GraphBuilder("parameter");
    const nodes = build.concat(
      [b.float("users", { user: 2, dim: 2 }), b.float("items", { item: 3, dim: 2 })],
      ["user", "item"],
      "node",
    );
    const z = apply("tanh", [nodes]);
    const parts = [
      { name: "user", size: "user" },
      { name: "item", size: "item" },
    ];
    const loss = [0, 1]
      .map((i) => build.part(z, "node", parts, i))
      .map((value) => build.sum(build.exp(value), axisNames(build.typeOf(value))))
      .reduce((total, term) => build.add(total, term));
    const graph = optimised(...gradients(loss, b.floats));
    expect(operationsIn(graph).filter((operation) => operation === "concat")).to.have.length(2);
  });

  it("keeps the order of axes where a rule exchanges operands", () => {
    const p = g.float("p", { column: 2, row: 3 });
    const before = build.add(build.negate(x), p);
    const after = optimised(before);
    verifyTypes(after, "optimise");
    expect(operationsIn(after)).to.deep.equal(["add", "negate"]);
    expect(axisNames(build.typeOf(after.outputs[0]!.node))).to.deep.equal(["row", "column"]);
    const values = evaluate([...roots(after), before], g.feeds);
    expect(relativeError(numbersOf(values, after.outputs[0]!.node), numbersOf(values, before))).to.equal(0);
  });

  it("does not merge scatters whose rows have their axes in another order", () => {
    const b = new GraphBuilder();
    const ids = [b.ids("first", "item", { batch: 2 }, [0, 2]), b.ids("second", "item", { other: 2 }, [1, 2])];
    const rows = [b.float("rows", { batch: 2, a: 2, b: 3 }), b.float("more", { other: 2, b: 3, a: 2 })];
    const item = { name: "item", size: "item" };
    const before = build.add(
      build.scatterAdd(ids[0]!, rows[0]!, item),
      build.scatterAdd(ids[1]!, rows[1]!, item),
    );
    const after = optimised(before);
    verifyTypes(after, "optimise");
    expect(operationsIn(after)).to.deep.equal(["add", "scatterAdd", "scatterAdd"]);
  });

  it("leaves a graph on which nothing applies as it is", () => {
    const node = build.exp(build.add(x, y));
    expect(operationsIn(optimised(node))).to.deep.equal(["add", "exp"]);
  });
});
