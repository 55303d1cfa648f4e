import { gradients } from "../../src/autodiff/gradients.js";
import { inputName, type Graph, type Node } from "../../src/ir/node.js";
import { optimise } from "../../src/lower/optimise.js";
import { relativeError } from "./closeness.js";
import { evaluate, numbersOf, type DenseFeed, type Feeds } from "./evaluate.js";
import { directional } from "./finiteDifferences.js";
import { randomNumbers } from "./graphBuilder.js";
import { numbersFrom, runGraph } from "./runGraph.js";

export interface GradientReport {
  /** Relative error of the loss itself. */
  readonly loss: number;
  /** By parameter: largest relative error of its directional derivatives. */
  readonly parameters: Readonly<Record<string, number>>;
}

/** Directions in which a parameter is changed: random ones, or each element where there are few. */
function directions(size: number): number[][] {
  if (size <= 4)
    return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => (i === j ? 1 : 0)));
  return [1, 2, 3].map((seed) => randomNumbers(seed, size, -1, 1));
}

/**
 * Loss and gradients of a whole graph, optimised and run by onnxruntime in double precision, against the evaluator and
 * its central differences along random directions of every parameter.
 */
export async function checkGradients(
  loss: Node,
  parameters: readonly Node[],
  inputs: readonly Node[],
  feeds: Feeds,
): Promise<GradientReport> {
  const graph: Graph = optimise({
    name: "gradients",
    outputs: [
      { name: "loss", node: loss },
      ...gradients(loss, parameters).map((node, i) => ({ name: `${inputName(parameters[i]!)}.grad`, node })),
    ],
  });
  const results = await runGraph(graph, inputs, feeds, { precision: "float64" });
  const errors = parameters.map((parameter): [string, number] => {
    const name = inputName(parameter);
    const gradient = numbersFrom(results[`${name}.grad`]);
    const along = directional(loss, parameter, feeds);
    const changes = directions((feeds[name] as DenseFeed).data.length);
    const found = changes.map((change) => change.reduce((sum, value, i) => sum + value * gradient[i]!, 0));
    return [name, relativeError(found, changes.map(along), 1e-2)];
  });
  const expected = numbersOf(evaluate([loss], feeds), loss);
  return {
    loss: relativeError(numbersFrom(results["loss"]), expected),
    parameters: Object.fromEntries(errors),
  };
}
