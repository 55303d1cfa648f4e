import { topologicalOrder, type AttributeValue, type Graph } from "./node.js";
import { nodeNames } from "./names.js";
import { formatAxis, formatType, sizeKey } from "./types.js";

/** A readable, stable text dump: one line per value, inputs before users. */
export function formatGraph(graph: Graph): string {
  const names = nodeNames(graph);
  const lines = [`graph ${graph.name}`];
  for (const node of topologicalOrder(graph.outputs.map((output) => output.node))) {
    const inputs = node.inputs.map((input) => names.get(input)!).join(", ");
    const attributes = Object.entries(node.attributes)
      .filter(([key]) => !(node.operation === "input" && key === "name"))
      .map(([key, value]) => `${key}=${formatAttribute(value)}`);
    const suffix = attributes.length === 0 ? "" : ` {${attributes.join(", ")}}`;
    lines.push(`  ${names.get(node)!} = ${node.operation}(${inputs})${suffix} : ${formatType(node.type)}`);
  }
  for (const output of graph.outputs) lines.push(`  return ${output.name} = ${names.get(output.node)!}`);
  return `${lines.join("\n")}\n`;
}

function formatAttribute(value: AttributeValue): string {
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(formatAttribute).join(", ")}]`;
  if ("name" in value) return formatAxis(value);
  return sizeKey((value as { readonly size: string }).size);
}
