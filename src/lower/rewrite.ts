import { atLocation } from "../ir/location.js";
import { topologicalOrder, type Graph, type Node } from "../ir/node.js";
import { withPath } from "../ir/scope.js";
import { formatType, sameType, type ValueType } from "../ir/types.js";
import { InferenceProblem } from "../ops/operation.js";
import { operationOf } from "../ops/table.js";

/** Replaces one value, or returns undefined where nothing applies. Its inputs are already rewritten. */
export type Rule = (node: Node) => Node | undefined;

const LIMIT = 100;

/** Applies a rule to every value from the inputs up, to each new value again until nothing applies. */
export function rewrite(graph: Graph, rule: Rule): Graph {
  const done = new Map<Node, Node>();
  for (const node of topologicalOrder(graph.outputs.map((output) => output.node))) {
    const inputs = node.inputs.map((input) => done.get(input)!);
    let current = inputs.every((input, i) => input === node.inputs[i]) ? node : { ...node, inputs };
    for (let round = 0; ; round++) {
      if (round === LIMIT)
        throw new Error(`internal: rewriting ${node.operation} does not end (${node.location})`);
      const before = current;
      const next = atLocation(node.location, () => withPath(node.path, () => rule(before)));
      if (next === undefined) break;
      current = next;
    }
    done.set(node, current);
  }
  return {
    name: graph.name,
    outputs: graph.outputs.map((output) => ({ name: output.name, node: done.get(output.node)! })),
  };
}

/** Type of a value after its inputs' types. @throws Error if they no longer fit it, an internal fault */
function inferAgain(node: Node, pass: string): ValueType {
  try {
    return operationOf(node).infer(
      node.inputs.map((input) => input.type),
      node.attributes,
    );
  } catch (error) {
    if (!(error instanceof InferenceProblem)) throw error;
    const types = node.inputs.map((input) => formatType(input.type)).join(", ");
    throw new Error(
      `internal: after ${pass}, ${node.operation} does not fit its inputs (${types}): ${error.message} (${node.location})`,
      { cause: error },
    );
  }
}

/** Infers every type again and compares it with the stored one. @throws Error on a difference, an internal fault */
export function verifyTypes(graph: Graph, pass: string): void {
  for (const node of topologicalOrder(graph.outputs.map((output) => output.node))) {
    if (node.operation === "input") continue;
    const inferred = inferAgain(node, pass);
    if (!sameType(inferred, node.type)) {
      throw new Error(
        `internal: after ${pass}, ${node.operation} is ${formatType(node.type)} but infers ${formatType(inferred)} (${node.location})`,
      );
    }
  }
}
