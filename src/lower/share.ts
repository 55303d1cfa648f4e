import { exactJson } from "../ir/exactJson.js";
import type { Graph, Node } from "../ir/node.js";
import { rewrite } from "./rewrite.js";

/** Common subexpressions: values that compute the same from the same inputs become one. */
export function share(graph: Graph): Graph {
  const identities = new Map<Node, number>();
  const known = new Map<string, Node>();
  return rewrite(graph, (node) => {
    if (identities.has(node)) return undefined;
    const inputs = node.inputs.map((input) => identities.get(input));
    const key = exactJson([node.operation, node.attributes, inputs]);
    const twin = known.get(key);
    if (twin !== undefined) return twin;
    identities.set(node, identities.size);
    known.set(key, node);
    return undefined;
  });
}
