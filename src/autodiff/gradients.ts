import { atLocation } from "../ir/location.js";
import { topologicalOrder, type Node } from "../ir/node.js";
import { withPath } from "../ir/scope.js";
import { formatType, sameType } from "../ir/types.js";
import { add, scalar, typeOf, zeros } from "../ops/build.js";
import { operationOf } from "../ops/table.js";

/**
 * Reverse-mode derivatives of a scalar: one node per entry of `parameters`, with that entry's type. Only values
 * on a path from a parameter to the loss are differentiated; a parameter without such a path gets zeros.
 *
 * @param loss float32 []
 * @throws Error if a gradient rule breaks its contract (an internal fault)
 */
export function gradients(loss: Node, parameters: readonly Node[]): Node[] {
  const order = topologicalOrder([loss]);
  const relevant = new Set<Node>(parameters);
  for (const node of order) {
    if (node.inputs.length === 0) continue;
    if (operationOf(node).gradient !== "none" && node.inputs.some((input) => relevant.has(input)))
      relevant.add(node);
  }
  const upstream = new Map<Node, Node>([[loss, scalar(1)]]);
  for (const node of order.reverse()) {
    const total = upstream.get(node);
    if (total === undefined || !relevant.has(node) || node.inputs.length === 0) continue;
    const rule = operationOf(node).gradient;
    if (rule === "none") continue;
    atLocation(node.location, () => {
      withPath(`${node.path === "" ? node.operation : node.path}.grad`, () => {
        rule(total, node).forEach((gradient, index) => {
          const input = node.inputs[index]!;
          if (gradient === undefined || !relevant.has(input)) return;
          if (!sameType(gradient.type, input.type)) {
            throw new Error(
              `internal: gradient of ${node.operation} for input ${index} is ${formatType(gradient.type)}, ` +
                `expected ${formatType(input.type)} (${node.location})`,
            );
          }
          const earlier = upstream.get(input);
          upstream.set(input, earlier === undefined ? gradient : add(earlier, gradient));
        });
      });
    });
  }
  return parameters.map((parameter) => upstream.get(parameter) ?? zeros(typeOf(parameter).axes));
}

/** Those of `parameters` that a gradient of the loss reaches, in their order. */
export function reachedByGradient(loss: Node, parameters: readonly Node[]): Node[] {
  const reached = new Set<Node>([loss]);
  for (const node of topologicalOrder([loss]).reverse()) {
    if (!reached.has(node) || node.inputs.length === 0 || operationOf(node).gradient === "none") continue;
    for (const input of node.inputs) reached.add(input);
  }
  return parameters.filter((parameter) => reached.has(parameter));
}
