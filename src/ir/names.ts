import { createHash } from "node:crypto";
import { exactJson } from "./exactJson.js";
import { inputName, isInput, topologicalOrder, type Graph, type Node } from "./node.js";

/**
 * A unique, stable name for every node of a graph: inputs and outputs by their declared names, other values as
 * `<scope>/<operation>_<hash of what it computes>`. A name depends only on what the value computes, so adding an
 * unrelated line does not rename anything.
 */
export function nodeNames(graph: Graph): Map<Node, string> {
  const digests = new Map<Node, string>();
  const names = new Map<Node, string>();
  const taken = new Set<string>();
  const give = (node: Node, name: string): void => {
    names.set(node, name);
    taken.add(name);
  };
  const order = topologicalOrder(graph.outputs.map((output) => output.node));
  for (const node of order) if (isInput(node)) give(node, inputName(node));
  for (const node of order) {
    const inputs = node.inputs.map((input) => digests.get(input)!);
    const text = exactJson([node.operation, node.attributes, inputs]);
    const digest = createHash("sha256").update(text).digest("hex");
    digests.set(node, digest);
    if (names.has(node)) continue;
    const stem = `${node.path === "" ? "" : `${node.path}/`}${node.operation}_`;
    let length = 6;
    while (taken.has(stem + digest.slice(0, length))) {
      if (length === digest.length)
        throw new Error(`internal: value ${stem} occurs twice in graph "${graph.name}"`);
      length += 2;
    }
    give(node, stem + digest.slice(0, length));
  }
  return names;
}
