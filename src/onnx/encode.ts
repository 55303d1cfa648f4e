import { attributeTypes } from "./attributeTypes.js";
import {
  IR_VERSION,
  OPSET,
  type OnnxAttribute,
  type OnnxDimension,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from "./model.js";
import { modelSchema } from "./modelSchema.js";
import { tensorFormats } from "./tensorFormats.js";

/**
 * The bytes of an ONNX file. Equal models give equal bytes: attributes and metadata are written in key order and
 * nothing depends on the time or the machine. Float attributes are rounded to float32, the format's only float.
 *
 * @param model a model that passes `checkModel`
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  const message = {
    ir_version: IR_VERSION,
    opset_import: [{ domain: "", version: OPSET }],
    producer_name: "mmkit",
    graph: graphMessage(model.graph),
    metadata_props: sortedEntries(model.metadata).map(([key, value]) => ({ key, value })),
  };
  // `finish` may return a slice of a larger pool; a caller that hands `.buffer` on must not leak the rest.
  return new Uint8Array(modelSchema().encode(message).finish());
}

function graphMessage(graph: OnnxGraph): object {
  return {
    node: graph.nodes.map(nodeMessage),
    name: graph.name,
    initializer: graph.initializers.map(tensorMessage),
    input: graph.inputs.map(valueMessage),
    output: graph.outputs.map(valueMessage),
  };
}

function nodeMessage(node: OnnxNode): object {
  return {
    input: node.inputs,
    output: node.outputs,
    name: node.name,
    op_type: node.opType,
    attribute: sortedEntries(node.attributes).map(([name, attribute]) => ({
      name,
      type: attributeTypes[attribute.kind].code,
      [attributeTypes[attribute.kind].field]: attributeValue(attribute),
    })),
  };
}

function attributeValue(attribute: OnnxAttribute): unknown {
  switch (attribute.kind) {
    case "string":
      return new TextEncoder().encode(attribute.value);
    case "tensor":
      return tensorMessage(attribute.value);
    case "graph":
      return graphMessage(attribute.value);
    case "int":
    case "float":
    case "ints":
    case "floats":
      return attribute.value;
  }
}

function tensorMessage(tensor: OnnxTensor): object {
  const { data } = tensor;
  return {
    dims: tensor.dims,
    data_type: tensorFormats[tensor.dtype].code,
    name: tensor.name,
    raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function valueMessage(value: OnnxValueInfo): object {
  return {
    name: value.name,
    type: {
      tensor_type: {
        elem_type: tensorFormats[value.dtype].code,
        shape: { dim: value.dims.map(dimensionMessage) },
      },
    },
  };
}

function dimensionMessage(dimension: OnnxDimension): object {
  return typeof dimension === "number" ? { dim_value: dimension } : { dim_param: dimension };
}

function sortedEntries<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1));
}
