import { expect } from "chai";
import type { Graph } from "../../src/ir/node.js";
import { share } from "../../src/lower/share.js";
import { evaluate, numbersOf } from "../evaluator/evaluate.js";
import { relativeError } from "../evaluator/closeness.js";
import { GraphBuilder } from "../evaluator/graphBuilder.js";
import { dealtLayout, runtimeLayout } from "../evaluator/onnxFeeds.js";
import { numbersFrom, runGraph, type RunOptions } from "../evaluator/runGraph.js";
import { cases } from "./cases.js";

const settings: readonly (readonly [label: string, options: RunOptions, tolerance: number])[] = [
  ["in float32 on onnxruntime-node", { precision: "float32", runtime: "onnxruntime-node" }, 1e-5],
  ["in float64 on onnxruntime-node", { precision: "float64", runtime: "onnxruntime-node" }, 1e-12],
  ["in float32 on onnxruntime-web", { precision: "float32", runtime: "onnxruntime-web" }, 1e-5],
];

for (const [name, examples] of Object.entries(cases)) {
  describe(`operation ${name}`, () => {
    for (const { label, build, sizes } of examples) {
      it(`equals plain loops for ${label}`, async () => {
        const g = new GraphBuilder();
        const node = build(g);
        const graph: Graph = share({ name, outputs: [{ name: "result", node }, ...g.copies()] });
        const options = sizes === undefined ? {} : { sizes };
        const values = evaluate([node, ...g.inputs], g.feeds, options);
        const expected = numbersOf(values, node);
        const value = values.get(node)!;
        const dims = value.kind === "sparse" ? [] : value.axes.map((axis) => axis.size);
        for (const [where, run, tolerance] of settings) {
          const { result } = await runGraph(graph, g.inputs, g.feeds, run);
          expect(result!.dims, where).to.deep.equal(dims);
          expect(relativeError(numbersFrom(result), expected), where).to.be.below(tolerance);
        }
      });
    }
  });
}

describe("sparse operations", () => {
  const grouped = [
    "sparseProduct",
    "neighbourSum",
    "entryProduct",
    "segmentSum",
    "segmentMax",
    "entryDot",
    "rowMatmul",
    "rowOuter",
  ];
  for (const name of grouped as (keyof typeof cases)[]) {
    for (const { label, build } of cases[name]) {
      it(`give the same in any grouping of the rows: ${name}, ${label}`, async () => {
        const g = new GraphBuilder();
        const graph: Graph = share({ name, outputs: [{ name: "result", node: build(g) }, ...g.copies()] });
        const [ours, theirs] = await Promise.all(
          [dealtLayout, runtimeLayout].map((layout) =>
            runGraph(graph, g.inputs, g.feeds, { precision: "float64", layout }),
          ),
        );
        expect(relativeError(numbersFrom(ours!["result"]), numbersFrom(theirs!["result"]))).to.be.below(
          1e-14,
        );
      });
    }
  }
});
