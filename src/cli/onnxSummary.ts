import { IR_VERSION, OPSET, type OnnxGraph, type OnnxModel } from "../onnx/model.js";

/**
 * A model for machines: its interface, metadata, and how often each operator occurs, bodies included.
 *
 * @param size of the file, bytes
 */
export function onnxSummary(model: OnnxModel, size: number): object {
  const operators = new Map<string, number>();
  countOperators(model.graph, operators);
  return {
    kind: "onnx",
    bytes: size,
    opset: OPSET,
    irVersion: IR_VERSION,
    metadata: model.metadata,
    graph: model.graph.name,
    inputs: model.graph.inputs,
    outputs: model.graph.outputs,
    operators: Object.fromEntries([...operators].sort(([left], [right]) => (left < right ? -1 : 1))),
  };
}

function countOperators(graph: OnnxGraph, counts: Map<string, number>): void {
  for (const { opType, attributes } of graph.nodes) {
    counts.set(opType, (counts.get(opType) ?? 0) + 1);
    for (const attribute of Object.values(attributes)) {
      if (attribute.kind === "graph") countOperators(attribute.value, counts);
    }
  }
}
