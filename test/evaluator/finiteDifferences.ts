import { topologicalOrder, inputName, type Node } from "../../src/ir/node.js";
import { evaluate, numbersOf, type DenseFeed, type EvaluationOptions, type Feeds } from "./evaluate.js";
import type { Value } from "./value.js";

/** Derivative of a scalar along a change of one input, by central differences in float64. */
export type Directional = (change: ArrayLike<number>) => number;

/**
 * Directional derivatives of `loss` for one input. `stopGradient` keeps the value it has at the fed point, as
 * differentiation sees it, and only what depends on the input is evaluated anew.
 */
export function directional(
  loss: Node,
  parameter: Node,
  feeds: Feeds,
  options: EvaluationOptions = {},
  step = 1e-6,
): Directional {
  const base = evaluate([loss], feeds, options);
  const dependent = new Set<Node>([parameter]);
  const known = new Map<Node, Value>();
  for (const node of topologicalOrder([loss])) {
    const depends = node.operation !== "stopGradient" && node.inputs.some((input) => dependent.has(input));
    if (depends) dependent.add(node);
    else if (node !== parameter) known.set(node, base.get(node)!);
  }
  const name = inputName(parameter);
  const feed = feeds[name] as DenseFeed;
  const at = Array.from(feed.data, Number);
  const lossAt = (change: ArrayLike<number>, scale: number): number => {
    const data = at.map((value, i) => value + scale * change[i]!);
    const values = evaluate([loss], { ...feeds, [name]: { ...feed, data } }, { ...options, known });
    return numbersOf(values, loss)[0]!;
  };
  return (change) => (lossAt(change, step) - lossAt(change, -step)) / (2 * step);
}

/** The whole gradient, one element at a time. */
export function numericGradient(
  loss: Node,
  parameter: Node,
  feeds: Feeds,
  options: EvaluationOptions = {},
): number[] {
  const along = directional(loss, parameter, feeds, options);
  const { length } = (feeds[inputName(parameter)] as DenseFeed).data;
  return Array.from({ length }, (_, i) => along(Array.from({ length }, (__, j) => (i === j ? 1 : 0))));
}
