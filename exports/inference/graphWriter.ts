import { checkModel } from "../../src/onnx/check.js";
import type {
  OnnxAttribute,
  OnnxDimension,
  OnnxDType,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from "../../src/onnx/model.js";
import { tensorFormats } from "../../src/onnx/tensorFormats.js";

type Attributes = Readonly<Record<string, number | readonly number[] | OnnxGraph>>;

function toAttribute(value: number | readonly number[] | OnnxGraph): OnnxAttribute {
  if (typeof value === "number") return { kind: "int", value };
  return "nodes" in value ? { kind: "graph", value } : { kind: "ints", value };
}

/**
 * Writes an ONNX graph node by node. Values carry the names they are given, a node the name of its first output, so
 * the same calls give the same bytes. For graphs around stored tables, which the compiler's operations do not have;
 * models are compiled.
 */
export class GraphWriter {
  private readonly inputs: OnnxValueInfo[] = [];
  private readonly initializers = new Map<string, OnnxTensor>();
  private readonly nodes: OnnxNode[] = [];

  /** @param prefix before every node and constant, for the body of another graph */
  constructor(
    private readonly graphName: string,
    private readonly prefix = "",
  ) {}

  input(name: string, dtype: OnnxDType, dims: readonly OnnxDimension[]): string {
    this.inputs.push({ name, dtype, dims });
    return name;
  }

  /** Adds a constant, once per name. */
  constant(tensor: OnnxTensor): string {
    if (!this.initializers.has(tensor.name)) this.initializers.set(tensor.name, tensor);
    return tensor.name;
  }

  /** int64 [values], named by what they hold. */
  ints(...values: readonly number[]): string {
    const name = `${this.prefix}ints/${values.join("_")}`;
    return this.constant({
      name,
      dtype: "int64",
      dims: [values.length],
      data: BigInt64Array.from(values, BigInt),
    });
  }

  /** float32 scalar, named by what it holds. */
  float(value: number): string {
    const name = `${this.prefix}float/${value}`;
    return this.constant({ name, dtype: "float32", dims: [], data: Float32Array.of(value) });
  }

  /** Adds a node with one output, or with the outputs named. */
  node(
    output: string | readonly string[],
    opType: string,
    inputs: readonly string[],
    attributes: Attributes = {},
  ) {
    const outputs = (typeof output === "string" ? [output] : output).map((name) => `${this.prefix}${name}`);
    const entries = Object.entries(attributes).map(([name, value]) => [name, toAttribute(value)] as const);
    this.nodes.push({ name: outputs[0]!, opType, inputs, outputs, attributes: Object.fromEntries(entries) });
    return outputs[0]!;
  }

  cast(output: string, value: string, dtype: OnnxDType): string {
    return this.node(output, "Cast", [value], { to: tensorFormats[dtype].code });
  }

  /** int64 [1]: the size of an axis. */
  size(output: string, value: string, axis: number): string {
    return this.node(output, "Shape", [value], { start: axis, end: axis + 1 });
  }

  graph(outputs: readonly OnnxValueInfo[]): OnnxGraph {
    return {
      name: this.graphName,
      inputs: this.inputs,
      outputs,
      initializers: [...this.initializers.values()],
      nodes: this.nodes,
    };
  }

  /** @throws OnnxCheckError if the graph is not sound */
  model(outputs: readonly OnnxValueInfo[]): OnnxModel {
    const model = { graph: this.graph(outputs), metadata: {} };
    checkModel(model);
    return model;
  }
}
