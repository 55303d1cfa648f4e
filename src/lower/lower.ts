import { inputName, isInput, topologicalOrder, type Graph, type Node } from "../ir/node.js";
import { nodeNames } from "../ir/names.js";
import { tensorType, type Axis } from "../ir/types.js";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "../onnx/model.js";
import { sparseType } from "../ops/build.js";
import { graphCost } from "./cost.js";
import { graphMemory } from "./memory.js";
import {
  Block,
  BlockEmitter,
  dimension,
  onnxDType,
  type EmissionContext,
  type Precision,
  type SizeSource,
} from "./emit.js";

export interface LoweringOptions {
  /** Every input a graph may use, in the order in which the used ones become ONNX inputs. */
  readonly inputs: readonly Node[];
  /** int64 [1] inputs that carry the size of a symbol (`k`). */
  readonly sizeInputs?: Readonly<Record<string, string>>;
  readonly precision?: Precision;
}

/** Key of the metadata entry with FLOPs and bytes of one step as polynomials of the symbolic sizes. */
export const COST_KEY = "mmkit.cost";

/**
 * Key of the metadata entry with what lives at once and the largest values, as polynomials of the symbolic sizes; of
 * a fused epoch, for one step.
 */
export const MEMORY_KEY = "mmkit.memory";

/** Key of the metadata entry that maps values (prefixes of ONNX node names) to TypeScript lines. */
export const SOURCES_KEY = "mmkit.sources";

/** Inputs whose value changes from step to step of a fused epoch. */
const stacked = new Set(["batch", "scalar"]);

function role(node: Node): string {
  return node.attributes.role as string;
}

/** One key per run, not per step. */
function isStacked(node: Node): boolean {
  return stacked.has(role(node)) && inputName(node) !== "random_key";
}

function valueInfo(node: Node, precision: Precision, leading: readonly Axis[] = []): OnnxValueInfo {
  if (node.type.kind !== "tensor") throw new Error(`internal: ${inputName(node)} is sparse`);
  return {
    name: inputName(node),
    dtype: onnxDType(node.type.dtype, precision),
    dims: [...leading, ...node.type.axes].map((axis) => dimension(axis.size)),
  };
}

/** Where every symbol's size can be read from the inputs of the graph. */
function sizeSources(
  inputs: readonly Node[],
  options: LoweringOptions,
  offset: (node: Node) => number,
): Map<string, SizeSource> {
  const sources = new Map<string, SizeSource>();
  for (const [symbol, input] of Object.entries(options.sizeInputs ?? {})) sources.set(symbol, { input });
  const add = (symbol: Axis["size"], source: SizeSource): void => {
    if (typeof symbol === "string" && !sources.has(symbol)) sources.set(symbol, source);
  };
  for (const node of inputs) {
    if (node.type.kind !== "tensor") continue;
    node.type.axes.forEach((axis, i) => {
      add(axis.size, { input: inputName(node), position: i + offset(node) });
    });
  }
  for (const node of inputs) {
    if (node.type.kind !== "sparse") continue;
    const name = inputName(node);
    const { row, column, entry } = sparseType(node);
    const vector = (suffix: string, axis: Axis): SizeSource => ({
      input: `${name}/${suffix}`,
      position: 0,
      register: { name: `${name}/${suffix}`, dtype: "int32", dims: [dimension(axis.size)] },
    });
    add(row.size, vector("rows/order", row));
    add(column.size, vector("columns/order", column));
    add(entry.size, vector("entry/rows", entry));
  }
  return sources;
}

function usedInputs(order: readonly Node[], options: LoweringOptions): Node[] {
  const used = new Set(order.filter(isInput).map(inputName));
  for (const name of used) {
    if (!options.inputs.some((input) => inputName(input) === name)) {
      throw new Error(`internal: input "${name}" is not among the declared inputs`);
    }
  }
  const sizeInputs = new Set(Object.values(options.sizeInputs ?? {}));
  return options.inputs.filter((input) => used.has(inputName(input)) || sizeInputs.has(inputName(input)));
}

function createContext(
  graph: Graph,
  inputs: readonly Node[],
  options: LoweringOptions,
  offset: (node: Node) => number,
): EmissionContext {
  const outputs = graph.outputs.map((output) => output.name);
  return {
    root: new Block(),
    precision: options.precision ?? "float32",
    names: nodeNames(graph),
    sizeSources: sizeSources(inputs, options, offset),
    sparseInputs: new Map(),
    sizes: new Map(),
    taken: new Set([...inputs.map(inputName), ...outputs]),
    sources: new Map(),
  };
}

/** Emits the nodes in order, each into the block `blockOf` names; returns the ONNX name of every value. */
function emitNodes(
  context: EmissionContext,
  order: readonly Node[],
  blockOf: (node: Node) => Block,
  nameOfInput: (node: Node) => string,
): Map<Node, string> {
  const values = new Map<Node, string>();
  for (const node of order) {
    if (isInput(node)) {
      values.set(node, nameOfInput(node));
      continue;
    }
    const owner = { name: context.names.get(node)!, location: node.location };
    const emitter = new BlockEmitter(context, blockOf(node), owner);
    values.set(
      node,
      emitter.lower(
        node,
        node.inputs.map((input) => values.get(input)!),
      ),
    );
  }
  return values;
}

/** Gives the outputs of a block their declared names: the producing node is renamed, anything else is copied. */
function nameOutputs(
  block: Block,
  outputs: readonly { readonly name: string; readonly value: string }[],
): OnnxNode[] {
  const produced = new Set(block.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const { name, value } of outputs) {
    if (produced.has(value) && !renamed.has(value)) renamed.set(value, name);
    else
      copies.push({
        name: `${name}.Identity`,
        opType: "Identity",
        inputs: [value],
        outputs: [name],
        attributes: {},
      });
  }
  const rename = (value: string): string => renamed.get(value) ?? value;
  return [...block.nodes, ...copies].map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));
}

function outputInfo(graph: Graph, precision: Precision, leading: readonly Axis[] = []): OnnxValueInfo[] {
  return graph.outputs.map(({ name, node }) => {
    const { dtype, axes } = node.type.kind === "tensor" ? node.type : tensorType("float32", []);
    return {
      name,
      dtype: onnxDType(dtype, precision),
      dims: [...leading, ...axes].map((axis) => dimension(axis.size)),
    };
  });
}

/** Dense inputs in declared order, each sparse one replaced by its tensors in name order. */
function graphInputs(
  context: EmissionContext,
  inputs: readonly Node[],
  leading: (node: Node) => readonly Axis[],
): OnnxValueInfo[] {
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  return inputs.flatMap((node) => {
    if (node.type.kind === "tensor") return [valueInfo(node, context.precision, leading(node))];
    const prefix = `${inputName(node)}/`;
    const parts = [...context.sparseInputs.values()].filter((part) => part.name.startsWith(prefix));
    return parts.sort((a, b) => compare(a.name, b.name));
  });
}

function memoryText(context: EmissionContext, source: Graph, loop?: ReadonlySet<Node>): string {
  const { live, largest } = graphMemory(source, (node) => context.names.get(node)!, loop);
  return JSON.stringify({
    live: live.map((set) => Object.fromEntries(set)),
    largest: largest.map((value) => ({ ...value, bytes: Object.fromEntries(value.bytes) })),
  });
}

function model(
  context: EmissionContext,
  source: Graph,
  graph: OnnxGraph,
  loop?: ReadonlySet<Node>,
): OnnxModel {
  const { flops, bytes } = graphCost(source);
  const cost = { flops: Object.fromEntries(flops), bytes: Object.fromEntries(bytes) };
  const sources = Object.fromEntries([...context.sources].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    graph,
    metadata: {
      [COST_KEY]: JSON.stringify(cost),
      [MEMORY_KEY]: memoryText(context, source, loop),
      [SOURCES_KEY]: JSON.stringify(sources),
    },
  };
}

/** Lowers a graph to one ONNX model; only the inputs it uses become inputs. */
export function lowerGraph(graph: Graph, options: LoweringOptions): OnnxModel {
  const order = topologicalOrder(graph.outputs.map((output) => output.node));
  const inputs = usedInputs(order, options);
  const context = createContext(graph, inputs, options, () => 0);
  const values = emitNodes(context, order, () => context.root, inputName);
  const outputs = graph.outputs.map(({ name, node }) => ({ name, value: values.get(node)! }));
  const nodes = nameOutputs(context.root, outputs);
  return model(context, graph, {
    name: graph.name,
    inputs: graphInputs(context, inputs, () => []),
    outputs: outputInfo(graph, context.precision),
    initializers: context.root.initializers,
    nodes,
  });
}

/** Leading axis of everything that differs from step to step. */
export const STEP_AXIS: Axis = { name: "step", size: "step" };

/**
 * Lowers one training step to a model that runs K of them: what the step updates is carried by Scan, batches and
 * scalars are stacked along a leading axis `step`. What depends on neither is computed once, outside of the loop.
 *
 * The graph's outputs are `<state>.next` for every state, then per-step results, which come out stacked.
 */
export function lowerSteps(graph: Graph, options: LoweringOptions): OnnxModel {
  const order = topologicalOrder(graph.outputs.map((output) => output.node));
  const inputs = usedInputs(order, options);
  const context = createContext(graph, inputs, options, (node) => (isStacked(node) ? 1 : 0));
  const body = new Block();
  const updated = new Set(graph.outputs.map((output) => output.name));
  const states = inputs.filter((node) => updated.has(`${inputName(node)}.next`));
  const scanned = inputs.filter(isStacked);
  const inBody = (name: string): string => `body/${name}`;
  for (const node of [...states, ...scanned]) context.taken.add(inBody(inputName(node)));
  for (const output of graph.outputs) context.taken.add(inBody(output.name));

  const changing = new Set([...states, ...scanned].map(inputName));
  const varying = new Set<Node>(order.filter((node) => isInput(node) && changing.has(inputName(node))));
  for (const node of order) if (node.inputs.some((input) => varying.has(input))) varying.add(node);
  const values = emitNodes(
    context,
    order,
    (node) => (varying.has(node) ? body : context.root),
    (node) => (varying.has(node) ? inBody(inputName(node)) : inputName(node)),
  );

  const outputs = graph.outputs.map(({ name, node }) => ({ name: inBody(name), value: values.get(node)! }));
  const perStep = (info: OnnxValueInfo): OnnxValueInfo => ({ ...info, name: inBody(info.name) });
  const bodyGraph: OnnxGraph = {
    name: `${graph.name}_step`,
    inputs: [...states, ...scanned].map((node) => perStep(valueInfo(node, context.precision))),
    outputs: outputInfo(graph, context.precision).map(perStep),
    initializers: body.initializers,
    nodes: nameOutputs(body, outputs),
  };
  const scan: OnnxNode = {
    name: `${graph.name}_steps`,
    opType: "Scan",
    inputs: [...states, ...scanned].map(inputName),
    outputs: graph.outputs.map((output) => output.name),
    attributes: {
      body: { kind: "graph", value: bodyGraph },
      num_scan_inputs: { kind: "int", value: scanned.length },
    },
  };
  const infos = outputInfo(graph, context.precision);
  const stackedInfos = outputInfo(graph, context.precision, [STEP_AXIS]);
  const fused: OnnxGraph = {
    name: graph.name,
    inputs: graphInputs(context, inputs, (node) => (isStacked(node) ? [STEP_AXIS] : [])),
    outputs: infos.map((info, i) => (i < states.length ? info : stackedInfos[i]!)),
    initializers: context.root.initializers,
    nodes: [...context.root.nodes, scan],
  };
  return model(context, graph, fused, varying);
}
