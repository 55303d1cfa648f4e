import { createHash } from "node:crypto";
import { COST_KEY, SOURCES_KEY } from "../lower/lower.js";
import { formatPolynomial } from "../lower/polynomial.js";
import {
  IR_VERSION,
  OPSET,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from "./model.js";
import { shortestFloat32 } from "./shortestFloat32.js";

/** Constants up to this many values are printed in full. */
const PRINTED_VALUES = 8;

/**
 * A model as stable text, for people and for golden files: equal models give equal text. One line per node,
 * `output = Op(inputs) {attributes} : type`, the type where the graph states it and `@ name` where the node is not
 * named for its first output; `-` stands for an omitted input. Long constants are summarised by their range and the
 * start of their SHA-256; bodies are indented below their node. The metadata's map to source lines is left out.
 */
export function formatModel(model: OnnxModel): string {
  const metadata = Object.entries(model.metadata)
    .filter(([key]) => key !== SOURCES_KEY)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([key, value]) => metadataLines(key, value));
  return [`opset ${OPSET}, IR ${IR_VERSION}`, ...metadata, ...graphLines(model.graph), ""].join("\n");
}

/** The cost is shown as polynomials of the axes, a line each; another text under its key is shown as it is. */
function metadataLines(key: string, value: string): string[] {
  const cost = key === COST_KEY ? costLines(value) : undefined;
  return cost === undefined ? [`metadata ${key} = ${JSON.stringify(value)}`] : [`metadata ${key}`, ...cost];
}

function costLines(text: string): string[] | undefined {
  try {
    const cost = JSON.parse(text) as Record<"flops" | "bytes", Record<string, number>>;
    return (["flops", "bytes"] as const).map(
      (unit) => `  ${unit} = ${formatPolynomial(new Map(Object.entries(cost[unit])))}`,
    );
  } catch {
    return undefined;
  }
}

function graphLines(graph: OnnxGraph): string[] {
  const types = new Map(graph.outputs.map((output) => [output.name, typeText(output)]));
  const body = [
    ...graph.inputs.map((input) => `input ${input.name} : ${typeText(input)}`),
    ...graph.initializers.map((initializer) => `constant ${initializer.name} : ${tensorText(initializer)}`),
    ...graph.nodes.flatMap((node) => nodeLines(node, types)),
    ...graph.outputs.map((output) => `output ${output.name} : ${typeText(output)}`),
  ];
  return [`graph ${graph.name}`, ...body.map(indent)];
}

function nodeLines(node: OnnxNode, types: ReadonlyMap<string, string>): string[] {
  const names = Object.keys(node.attributes).sort();
  const attributes = names.map((name) => `${name}: ${attributeText(node.attributes[name]!)}`).join(", ");
  const known = node.outputs.map((output) => types.get(output));
  const line = [
    `${node.outputs.join(", ")} = ${node.opType}(${node.inputs.map((input) => input || "-").join(", ")})`,
    ...(attributes === "" ? [] : [`{${attributes}}`]),
    ...(known.every((type) => type === undefined)
      ? []
      : [`: ${known.map((type) => type ?? "?").join(", ")}`]),
    ...(node.name === node.outputs[0] ? [] : [`@ ${node.name}`]),
  ].join(" ");
  const bodies = names.flatMap((name) => {
    const attribute = node.attributes[name]!;
    return attribute.kind === "graph" ? graphLines(attribute.value).map(indent) : [];
  });
  return [line, ...bodies];
}

function attributeText(attribute: OnnxAttribute): string {
  switch (attribute.kind) {
    case "int":
      return String(attribute.value);
    case "float":
      return floatText(attribute.value);
    case "string":
      return JSON.stringify(attribute.value);
    case "ints":
      return `[${attribute.value.join(", ")}]`;
    case "floats":
      return `[${attribute.value.map(floatText).join(", ")}]`;
    case "tensor":
      return tensorText(attribute.value);
    case "graph":
      return `graph ${attribute.value.name}`;
  }
}

/** Floats are told from ints by a point or an exponent. */
function floatText(value: number): string {
  const text = String(shortestFloat32(Math.fround(value)));
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function typeText({ dtype, dims }: OnnxValueInfo | OnnxTensor): string {
  return `${dtype} [${dims.join(", ")}]`;
}

function tensorText(tensor: OnnxTensor): string {
  const { length } = tensor.data;
  if (length <= PRINTED_VALUES) {
    const values = Array.from<number | bigint>(tensor.data).map((value) => valueText(tensor, value));
    return `${typeText(tensor)} = [${values.join(", ")}]`;
  }
  const { buffer, byteOffset, byteLength } = tensor.data;
  const digest = createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
  const range = tensor.dtype === "float16" ? "" : `${rangeText(tensor)}, `;
  return `${typeText(tensor)} = ${length} values, ${range}sha256 ${digest.slice(0, 12)}`;
}

function rangeText(tensor: OnnxTensor): string {
  let least = tensor.data[0]!;
  let greatest = least;
  for (const value of tensor.data) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return `${valueText(tensor, least)} to ${valueText(tensor, greatest)}`;
}

function valueText(tensor: OnnxTensor, value: number | bigint): string {
  if (typeof value === "bigint") return value.toString();
  if (tensor.dtype === "bool") return value === 0 ? "false" : "true";
  if (tensor.dtype === "float32") return String(shortestFloat32(value));
  if (tensor.dtype === "float16") return `0x${value.toString(16).padStart(4, "0")}`;
  return String(value);
}

function indent(line: string): string {
  return `  ${line}`;
}
