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

/** Where the bytes of a constant are outside of the ONNX file. */
export interface ExternalPlace {
  /** Name of the file, beside that of the model. */
  readonly file: string;
  /** In bytes from the start of that file. */
  readonly offset: number;
  readonly length: number;
}

/** `DataLocation.EXTERNAL` of onnx.proto3. */
const EXTERNAL = 1;

/**
 * The bytes of an ONNX file. Equal models give equal bytes: attributes and metadata are written in key order and
 * nothing depends on the time or the machine. Float attributes are rounded to float32, the format's only float.
 *
 * @param model a model that passes `checkModel`
 * @param external initializers of the outermost graph whose bytes are in other files, which the caller writes; `dims`
 *   and dtype stay
 */
export function encodeModel(
  model: OnnxModel,
  external: ReadonlyMap<string, ExternalPlace> = new Map(),
): Uint8Array {
  const message = {
    ir_version: IR_VERSION,
    opset_import: [{ domain: "", version: OPSET }],
    producer_name: "mmkit",
    graph: graphMessage(model.graph, external),
    metadata_props: sortedEntries(model.metadata).map(([key, value]) => ({ key, value })),
  };
  // `finish` may return a slice of a larger pool; a caller that hands `.buffer` on must not leak the rest.
  return new Uint8Array(modelSchema().encode(message).finish());
}

function graphMessage(graph: OnnxGraph, external: ReadonlyMap<string, ExternalPlace> = new Map()): object {
  return {
    node: graph.nodes.map(nodeMessage),
    name: graph.name,
    initializer: graph.initializers.map((tensor) => tensorMessage(tensor, external.get(tensor.name))),
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

function tensorMessage(tensor: OnnxTensor, place?: ExternalPlace): object {
  const { data } = tensor;
  const described = {
    dims: tensor.dims,
    data_type: tensorFormats[tensor.dtype].code,
    name: tensor.name,
  };
  if (place === undefined) {
    return { ...described, raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  }
  const { file, offset, length } = place;
  const entries = Object.entries({ location: file, offset: String(offset), length: String(length) });
  return {
    ...described,
    data_location: EXTERNAL,
    external_data: entries.map(([key, value]) => ({ key, value })),
  };
}

function valueMessage(value: OnnxValueInfo): object {
  return {
    name: value.name,
    type: {
      tensor_type: {
        elem_type: tensorFormats[value.dtype].code,
        shape: { dim: value.dims.map((dimension) => dimensionMessage(dimension, value.unnamed)) },
      },
    },
  };
}

function dimensionMessage(dimension: OnnxDimension, isUnnamed = false): object {
  if (typeof dimension === "number") return { dim_value: dimension };
  return isUnnamed ? {} : { dim_param: dimension };
}

function sortedEntries<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1));
}
