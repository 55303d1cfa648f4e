import { inputName, isInput, topologicalOrder, type Graph, type Node } from "../ir/node.js";
import { concat, matmul, part, typeOf } from "../ops/build.js";
import { rewrite } from "./rewrite.js";

/** A product of given values, which do not change in training, by a parameter. */
function isProjection({ operation, inputs }: Node): boolean {
  if (operation !== "matmul") return false;
  const [given, weight] = inputs as [Node, Node];
  const source = given.operation === "gather" ? given.inputs[0]! : given;
  const isMatrix = [given, weight].every((value) => typeOf(value).axes.length === 2);
  return (
    isMatrix &&
    isInput(source) &&
    source.attributes.role === "buffer" &&
    weight.attributes.role === "parameter"
  );
}

/**
 * Projections of the same given values by several weights become one product, so that the values are read once, also
 * for the weights' gradients: features are much wider than what they are projected to, and narrow products are slow.
 */
export function joinProducts(graph: Graph): Graph {
  const products = topologicalOrder(graph.outputs.map(({ node }) => node)).filter(isProjection);
  const parts = new Map<Node, Node>();
  for (const given of new Set(products.map(({ inputs }) => inputs[0]!))) {
    const same = products.filter(({ inputs }) => inputs[0] === given);
    if (same.length === 1) continue;
    const weights = same.map(({ inputs }) => inputs[1]!);
    const columns = weights.map((weight) => typeOf(weight).axes[1]!);
    const into = weights.map(inputName).join("+");
    const names = columns.map(({ name }) => name);
    const product = matmul(given, concat(weights, names, into));
    same.forEach((node, i) => parts.set(node, part(product, into, columns, i)));
  }
  return rewrite(graph, (node) => parts.get(node));
}
