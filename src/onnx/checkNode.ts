import { tensorProblem } from "./checkTensor.js";
import type { OnnxAttribute, OnnxNode } from "./model.js";
import { nearestName } from "./nearestName.js";
import { opSupport, type OpSupport, type Provider } from "./opSupport.js";

/**
 * What is wrong with a node taken by itself: its operator, the numbers of its inputs and outputs, its attributes.
 *
 * @param providers those that must all have a kernel for it
 * @returns the problem without a final full stop; undefined when there is none
 */
export function nodeProblem(node: OnnxNode, providers: readonly Provider[]): string | undefined {
  const support = opSupport.get(node.opType);
  if (support === undefined) {
    const nearest = nearestName(node.opType, opSupport.keys());
    const hint = nearest === undefined ? "" : `; the nearest known one is ${nearest}`;
    return `operator "${node.opType}" is not in the support table${hint}`;
  }
  const missing = providers.find((provider) => !support.providers.includes(provider));
  if (missing !== undefined) {
    return `${node.opType} has no kernel on ${missing}, only on ${support.providers.join(", ")}`;
  }
  return (
    countProblem(node, "inputs", support.inputs) ??
    countProblem(node, "outputs", support.outputs) ??
    omissionProblem(node, support) ??
    attributesProblem(node, support) ??
    specialProblem(node)
  );
}

function countProblem(
  node: OnnxNode,
  side: "inputs" | "outputs",
  range: OpSupport["inputs"],
): string | undefined {
  const [least, greatest] = range;
  const found = node[side].length;
  if (found >= least && found <= greatest) return undefined;
  const expected =
    least === greatest ? `${least}` : greatest === Infinity ? `at least ${least}` : `${least} to ${greatest}`;
  return `${node.opType} takes ${expected} ${side}, found ${found}`;
}

function omissionProblem(node: OnnxNode, support: OpSupport): string | undefined {
  const variadic = support.inputs[1] === Infinity;
  const omitted = node.inputs.findIndex(
    (name, index) => name === "" && (variadic || index < support.inputs[0]),
  );
  if (omitted >= 0) return `input ${omitted} of ${node.opType} is required, but it is omitted`;
  if (node.outputs.includes("")) return `output ${node.outputs.indexOf("")} of ${node.opType} has no name`;
  return undefined;
}

function attributesProblem(node: OnnxNode, support: OpSupport): string | undefined {
  const known = Object.keys(support.attributes);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (!known.includes(name)) {
      const allowed = known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`;
      return `${node.opType} has no attribute "${name}"; ${allowed}`;
    }
    const { kind } = support.attributes[name]!;
    if (attribute.kind !== kind) {
      return `attribute "${name}" of ${node.opType} must be of kind ${kind}, found ${attribute.kind}`;
    }
    const problem = valueProblem(attribute);
    if (problem !== undefined) return `attribute "${name}" ${problem}`;
  }
  const absent = known.find((name) => support.attributes[name]!.required && !(name in node.attributes));
  return absent === undefined ? undefined : `${node.opType} requires the attribute "${absent}"`;
}

function valueProblem(attribute: OnnxAttribute): string | undefined {
  switch (attribute.kind) {
    case "int":
      return Number.isSafeInteger(attribute.value)
        ? undefined
        : `must be an integer, found ${attribute.value}`;
    case "ints": {
      const wrong = attribute.value.find((value) => !Number.isSafeInteger(value));
      return wrong === undefined ? undefined : `must hold integers, found ${wrong}`;
    }
    case "float":
      return Number.isFinite(Math.fround(attribute.value))
        ? undefined
        : `must be a finite float32, found ${attribute.value}`;
    case "floats": {
      const wrong = attribute.value.find((value) => !Number.isFinite(Math.fround(value)));
      return wrong === undefined ? undefined : `must hold finite float32 values, found ${wrong}`;
    }
    case "tensor":
      return tensorProblem(attribute.value);
    case "string":
    case "graph":
      return undefined;
  }
}

/** Rules of single operators that the table has no column for. */
function specialProblem(node: OnnxNode): string | undefined {
  switch (node.opType) {
    case "Constant": {
      const found = Object.keys(node.attributes).length;
      return found === 1 ? undefined : `Constant needs exactly one value attribute, found ${found}`;
    }
    case "Scan":
      return scanProblem(node);
    case "ScatterND": {
      const { reduction } = node.attributes;
      if (reduction === undefined || reduction.value === "none") return undefined;
      return (
        "ScatterND with a reduction loses updates when indices repeat and threads are two or more; " +
        "use ScatterElements, or no reduction on distinct indices"
      );
    }
    default:
      return undefined;
  }
}

function scanProblem(node: OnnxNode): string | undefined {
  const { body, num_scan_inputs: scanned } = node.attributes;
  if (body?.kind !== "graph" || scanned?.kind !== "int") return undefined;
  if (scanned.value < 1 || scanned.value > node.inputs.length) {
    return `num_scan_inputs must be 1 to ${node.inputs.length}, the number of inputs, found ${scanned.value}`;
  }
  for (const side of ["inputs", "outputs"] as const) {
    if (body.value[side].length !== node[side].length) {
      return `Scan has ${node[side].length} ${side}, but its body "${body.value.name}" has ${body.value[side].length}`;
    }
  }
  const states = node.inputs.length - scanned.value;
  return states <= node.outputs.length
    ? undefined
    : `Scan carries ${states} states, but has only ${node.outputs.length} outputs`;
}
