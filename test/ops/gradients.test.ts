import { expect } from "chai";
import { gradients } from "../../src/autodiff/gradients.js";
import { inputName, type Graph, type Node } from "../../src/ir/node.js";
import { axisNames, tensorType } from "../../src/ir/types.js";
import { share } from "../../src/lower/share.js";
import { input } from "../../src/ops/apply.js";
import { multiply, sum, typeOf } from "../../src/ops/build.js";
import { operations, type OperationName } from "../../src/ops/table.js";
import { relativeError } from "../evaluator/closeness.js";
import { dense, evaluate } from "../evaluator/evaluate.js";
import { numericGradient } from "../evaluator/finiteDifferences.js";
import { GraphBuilder, randomNumbers } from "../evaluator/graphBuilder.js";
import { numbersFrom, runGraph } from "../evaluator/runGraph.js";
import { cases } from "./cases.js";
import type { OperationCase } from "./cases/operationCase.js";

interface Weighted {
  readonly g: GraphBuilder;
  readonly loss: Node;
}

/** Σ result ⊙ upstream with random upstream, or the plain sum where a convention is asserted. */
function weightedSum(example: OperationCase): Weighted {
  const g = new GraphBuilder("parameter");
  const result = example.build(g);
  const type = typeOf(result);
  const all = axisNames(type);
  if (example.convention !== undefined) return { g, loss: sum(result, all) };
  const value = evaluate([result, ...g.inputs], g.feeds).get(result)!;
  if (value.kind === "sparse") throw new Error("a loss is made of tensors");
  const upstream = input("upstream", "argument", tensorType("float32", type.axes));
  g.inputs.push(upstream);
  g.feeds["upstream"] = dense(
    value.axes.map((axis) => axis.size),
    randomNumbers(99, value.data.length),
  );
  return { g, loss: sum(multiply(result, upstream), all) };
}

/** Gradients of the float inputs by onnxruntime in double precision. */
async function analytic({ g, loss }: Weighted): Promise<Record<string, number[]>> {
  const derivatives = gradients(loss, g.floats).map((node, i) => ({
    name: `${inputName(g.floats[i]!)}.grad`,
    node,
  }));
  const graph: Graph = share({ name: "gradient", outputs: [...derivatives, ...g.copies()] });
  const results = await runGraph(graph, g.inputs, g.feeds, { precision: "float64" });
  return Object.fromEntries(
    g.floats.map((node) => [inputName(node), numbersFrom(results[`${inputName(node)}.grad`])]),
  );
}

/** Operations through which no gradient passes, each for a reason of its own. */
const withoutGradient: readonly OperationName[] = [
  ...(["floor", "stopGradient", "greater", "greaterOrEqual", "equal", "and", "or", "not", "cast"] as const),
  ...(["constant", "axisSize", "positions", "fillPairs", "topKValues", "topKIndices"] as const),
  ...([
    "transposeSparse",
    "entryRows",
    "entryColumns",
    "segmentMax",
    "counters",
    "uniform",
    "entryWeights",
  ] as const),
];

describe("operations without a gradient", () => {
  for (const name of Object.keys(cases) as OperationName[]) {
    const none = withoutGradient.includes(name);
    it(`${name} ${none ? "says that none passes" : "has a gradient rule"}`, () => {
      expect(operations[name].gradient === "none").to.equal(none);
    });
  }

  it("stop the gradient of everything behind them", async () => {
    for (const name of ["floor", "stopGradient"] as const) {
      const found = await analytic(weightedSum(cases[name][0]!));
      expect(
        found["x"]!.every((value) => value === 0),
        name,
      ).to.equal(true);
    }
  });
});

for (const [name, examples] of Object.entries(cases)) {
  const differentiable = examples.filter(({ build }) => {
    const g = new GraphBuilder();
    const { dtype } = typeOf(build(g));
    return dtype === "float32" && g.floats.length > 0;
  });
  if (
    withoutGradient.includes(name as OperationName) &&
    !["constant", "axisSize", "positions"].includes(name)
  ) {
    if (!["transposeSparse", "entryRows", "entryColumns"].includes(name)) continue;
  }
  describe(`gradient of ${name}`, () => {
    for (const example of differentiable) {
      it(`is the derivative for ${example.label}`, async () => {
        const weighted = weightedSum(example);
        const found = await analytic(weighted);
        for (const parameter of weighted.g.floats) {
          const key = inputName(parameter);
          const expected =
            example.convention?.[key] ?? numericGradient(weighted.loss, parameter, weighted.g.feeds);
          expect(relativeError(found[key]!, expected, 1e-2), key).to.be.below(1e-5);
        }
      });
    }
  });
}
