import { attributeTypes } from "./attributeTypes.js";
import { MessageReader } from "./messageReader.js";
import {
  IR_VERSION,
  OPSET,
  type OnnxAttribute,
  type OnnxDimension,
  type OnnxDType,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from "./model.js";
import { modelSchema } from "./modelSchema.js";
import { OnnxError } from "./onnxError.js";
import { shortestFloat32 } from "./shortestFloat32.js";
import { tensorFormats } from "./tensorFormats.js";

/**
 * The model in an ONNX file written by `encodeModel` without external constants; its inverse. Float attributes come back as the shortest decimal
 * of their float32.
 *
 * @throws OnnxError if the bytes are no ONNX model, or one with anything `encodeModel` never writes
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const model = new MessageReader(parse(bytes), "model");
  expectNumber(model, "ir_version", IR_VERSION);
  const opsets = model.messages("opset_import");
  if (opsets.length !== 1) model.fail(`expected one opset import, found ${opsets.length}`);
  const opset = opsets[0]!;
  const domain = opset.text("domain");
  if (domain !== "") opset.fail(`expected the standard operators, found those of domain "${domain}"`);
  expectNumber(opset, "version", OPSET);
  opset.end();
  model.text("producer_name");
  if (!model.has("graph")) model.fail("holds no graph; the bytes are not an ONNX model");
  const metadata = model.messages("metadata_props").map((entry): [string, string] => {
    const pair: [string, string] = [entry.text("key"), entry.text("value")];
    entry.end();
    return pair;
  });
  const graph = model.message("graph");
  model.end();
  return { graph: readGraph(graph), metadata: Object.fromEntries(metadata) };
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  try {
    const schema = modelSchema();
    return schema.toObject(schema.decode(bytes), { longs: String });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OnnxError("model", `the ${bytes.length} bytes are not a whole ONNX model (${reason})`, {
      cause: error,
    });
  }
}

function expectNumber(message: MessageReader, field: string, expected: number): void {
  const found = message.number(field);
  if (found !== expected) message.fail(`expected ${field} ${expected}, found ${found}`);
}

function readGraph(message: MessageReader): OnnxGraph {
  const name = message.text("name");
  const part = (kind: string) => (item: string) => `graph "${name}", ${kind} "${item}"`;
  const graph = {
    name,
    inputs: message.messages("input", part("input")).map(readValue),
    outputs: message.messages("output", part("output")).map(readValue),
    initializers: message.messages("initializer", part("initializer")).map(readTensor),
    nodes: message.messages("node", part("node")).map(readNode),
  };
  message.end();
  return graph;
}

function readValue(message: MessageReader): OnnxValueInfo {
  const name = message.text("name");
  const type = message.message("type");
  if (!type.has("tensor_type")) message.fail("expected a tensor type");
  const tensor = type.message("tensor_type");
  type.end();
  const dtype = readDType(tensor, "elem_type");
  const sizes = tensor.message("shape").messages("dim").map(readDimension);
  tensor.end();
  message.end();
  const dims = sizes.map((size, index) => size ?? `${name}:${index}`);
  return { name, dtype, dims, ...(sizes.includes(undefined) ? { unnamed: true } : {}) };
}

function readDimension(message: MessageReader): OnnxDimension | undefined {
  const isNamed = message.has("dim_param");
  const dimension = isNamed
    ? message.text("dim_param")
    : message.has("dim_value")
      ? message.number("dim_value")
      : undefined;
  message.end();
  return dimension;
}

function readDType(message: MessageReader, field: string): OnnxDType {
  const code = message.number(field);
  for (const [dtype, format] of Object.entries(tensorFormats))
    if (format.code === code) return dtype as OnnxDType;
  return message.fail(`dtype number ${code} is not one of ${Object.keys(tensorFormats).join(", ")}`);
}

function readTensor(message: MessageReader): OnnxTensor {
  const dtype = readDType(message, "data_type");
  const name = message.text("name");
  const dims = message.numbers("dims");
  if (message.has("external_data")) {
    message.fail(
      "has its values in another file, which is not read; export without --external-data to see them",
    );
  }
  const bytes = message.bytes("raw_data");
  message.end();
  const { array } = tensorFormats[dtype];
  const expected = dims.reduce((product, size) => product * size, 1) * array.BYTES_PER_ELEMENT;
  if (bytes.length !== expected) {
    message.fail(`${dtype} [${dims.join(", ")}] takes ${expected} bytes of raw_data, found ${bytes.length}`);
  }
  return { name, dtype, dims, data: new array(bytes.buffer) };
}

function readNode(message: MessageReader): OnnxNode {
  const within = (attribute: string) => `${message.where}, attribute "${attribute}"`;
  const attributes = new Map(message.messages("attribute", within).map(readAttribute));
  const node = {
    name: message.text("name"),
    opType: message.text("op_type"),
    inputs: message.texts("input"),
    outputs: message.texts("output"),
    attributes: Object.fromEntries(attributes),
  };
  message.end();
  return node;
}

function readAttribute(message: MessageReader): [string, OnnxAttribute] {
  const name = message.text("name");
  const code = message.number("type");
  const kind = Object.entries(attributeTypes).find(([, type]) => type.code === code)?.[0];
  if (kind === undefined) {
    return message.fail(`kind number ${code} is not one of ${Object.keys(attributeTypes).join(", ")}`);
  }
  const attribute = readAttributeValue(message, kind as OnnxAttribute["kind"]);
  message.end();
  return [name, attribute];
}

function readAttributeValue(message: MessageReader, kind: OnnxAttribute["kind"]): OnnxAttribute {
  const { field } = attributeTypes[kind];
  switch (kind) {
    case "int":
      return { kind, value: message.number(field) };
    case "float":
      return { kind, value: shortestFloat32(message.number(field)) };
    case "string":
      return { kind, value: new TextDecoder().decode(message.bytes(field)) };
    case "ints":
      return { kind, value: message.numbers(field) };
    case "floats":
      return { kind, value: message.numbers(field).map(shortestFloat32) };
    case "tensor":
      return { kind, value: readTensor(message.message(field)) };
    case "graph":
      return { kind, value: readGraph(message.message(field)) };
  }
}
