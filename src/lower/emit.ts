import { createHash } from "node:crypto";
import type {
  OnnxAttribute,
  OnnxDType,
  OnnxDimension,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from "../onnx/model.js";
import { TOOLKIT_LOCATION } from "../ir/location.js";
import { inputName, type Node } from "../ir/node.js";
import { sizeKey, sizeSymbols, type Axis, type DType, type Size } from "../ir/types.js";
import type { EmittedAttribute, Emitter, SparseTensors } from "../ops/emitter.js";
import { sparseType } from "../ops/build.js";
import { operationOf } from "../ops/table.js";
import { tensorFormats } from "../onnx/tensorFormats.js";

export type Precision = "float32" | "float64";

/** Nodes and initializers of one ONNX graph or subgraph under construction. */
export class Block {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly constants = new Map<string, string>();
  readonly shared = new Map<string, readonly string[]>();
}

/** Where the size of a symbol can be read: dimension `position` of graph input `input`, or the int64 [1] input. */
export interface SizeSource {
  readonly input: string;
  readonly position?: number;
  /** A tensor of a sparse input that becomes an input only if its size is asked for. */
  readonly register?: OnnxValueInfo;
}

/** What all emitters of one model share. */
export interface EmissionContext {
  readonly root: Block;
  readonly precision: Precision;
  readonly names: ReadonlyMap<Node, string>;
  readonly sizeSources: ReadonlyMap<string, SizeSource>;
  /** Tensors of sparse inputs, registered when first used. */
  readonly sparseInputs: Map<string, OnnxValueInfo>;
  readonly sizes: Map<string, string>;
  readonly taken: Set<string>;
  /** Value to the file and line of its declaration; its ONNX nodes are named `<value>.<operator>`. */
  readonly sources: Map<string, string>;
}

export function onnxDType(dtype: DType, precision: Precision): OnnxDType {
  return dtype === "float32" ? precision : dtype;
}

export function dimension(size: Size): OnnxDimension {
  return typeof size === "number" ? size : sizeKey(size);
}

function toAttribute(value: EmittedAttribute): OnnxAttribute {
  if (typeof value === "number") return { kind: "int", value };
  if (typeof value === "string") return { kind: "string", value };
  return "float" in value ? { kind: "float", value: value.float } : { kind: "ints", value };
}

function constantData(dtype: OnnxDType, values: readonly (number | bigint)[]): OnnxTensor["data"] {
  const numbers = (): number[] => values.map(Number);
  switch (dtype) {
    case "float64":
      return Float64Array.from(numbers());
    case "int32":
      return Int32Array.from(numbers());
    case "int64":
      return BigInt64Array.from(values.map(BigInt));
    case "uint64":
      return BigUint64Array.from(values.map(BigInt));
    case "bool":
      return Uint8Array.from(numbers());
    default:
      return Float32Array.from(numbers());
  }
}

/** Writes the lowering of one value into a block. */
export class BlockEmitter implements Emitter {
  readonly precision: Precision;

  constructor(
    private readonly context: EmissionContext,
    private readonly block: Block,
    private readonly owner: { readonly name: string; readonly location: string },
  ) {
    this.precision = context.precision;
  }

  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, EmittedAttribute>> = {},
  ): string {
    return this.emit(opType, inputs, 1, attributes)[0]!;
  }

  sharedNode(
    opType: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, EmittedAttribute>> = {},
  ): readonly string[] {
    const key = JSON.stringify([opType, inputs, attributes]);
    const known = this.block.shared.get(key);
    if (known !== undefined) return known;
    const names = this.emit(opType, inputs, outputs, attributes);
    this.block.shared.set(key, names);
    return names;
  }

  constant(dtype: DType, dims: readonly number[], values: readonly (number | bigint)[]): string {
    const type = onnxDType(dtype, this.precision);
    const exact = values.map((value) => (Object.is(value, -0) ? "-0" : String(value)));
    const text = `${type}[${dims.join()}] ${exact.join()}`;
    const known = this.block.constants.get(text);
    if (known !== undefined) return known;
    const label = dims.length === 0 ? exact[0]! : createHash("sha256").update(text).digest("hex").slice(0, 8);
    const name = this.unique(`constant/${type}/${label}`);
    this.block.constants.set(text, name);
    this.block.initializers.push({ name, dtype: type, dims, data: constantData(type, values) });
    return name;
  }

  ints(values: readonly number[]): string {
    return this.constant("int64", [values.length], values);
  }

  size(size: Size): string {
    if (typeof size === "number") return this.ints([size]);
    const key = sizeKey(size);
    const known = this.context.sizes.get(key);
    if (known !== undefined) return known;
    const name = this.root(`size/${key}`).emitSize(size);
    this.context.sizes.set(key, name);
    return name;
  }

  private emitSize(size: Exclude<Size, number>): string {
    if (typeof size === "string") {
      const source = this.context.sizeSources.get(size);
      if (source === undefined) {
        throw new Error(
          `internal: no input of the graph has the size "${size}" (needed for ${this.owner.name})`,
        );
      }
      if (source.register !== undefined) this.context.sparseInputs.set(source.register.name, source.register);
      if (source.position === undefined) return source.input;
      return this.node("Shape", [source.input], { start: source.position, end: source.position + 1 });
    }
    const [terms, opType] = "sum" in size ? [size.sum, "Add"] : [size.product, "Mul"];
    return terms.map((term) => this.size(term)).reduce((left, right) => this.node(opType, [left, right]));
  }

  partSizes(size: Size, count: number): string {
    const key = `parts ${count} ${sizeKey(size)}`;
    const known = this.context.sizes.get(key);
    if (known !== undefined) return known;
    const root = this.root(`size/${sizeKey(size)}/parts`);
    const total = root.size(size);
    const rounded = root.node("Add", [total, root.ints([count - 1])]);
    const full = root.node("Div", [rounded, root.ints([count])]);
    const starts = root.node("Mul", [full, root.ints(Array.from({ length: count }, (_, i) => i))]);
    const left = root.node("Max", [root.node("Sub", [total, starts]), root.ints([0])]);
    const name = root.node("Min", [left, full]);
    this.context.sizes.set(key, name);
    return name;
  }

  shape(axes: readonly Axis[]): string {
    if (axes.every((axis) => sizeSymbols(axis.size).length === 0)) {
      return this.ints(axes.map((axis) => axis.size as number));
    }
    if (axes.length === 1) return this.size(axes[0]!.size);
    const key = `shape ${axes.map((axis) => sizeKey(axis.size)).join()}`;
    const known = this.context.sizes.get(key);
    if (known !== undefined) return known;
    const root = this.root("shape");
    const name = root.node(
      "Concat",
      axes.map((axis) => root.size(axis.size)),
      { axis: 0 },
    );
    this.context.sizes.set(key, name);
    return name;
  }

  cast(value: string, dtype: DType): string {
    const { code } = tensorFormats[onnxDType(dtype, this.precision)];
    return this.sharedNode("Cast", [value], 1, { to: code })[0]!;
  }

  /** Emits into the outermost graph, for what does not change from step to step. */
  private root(name: string): BlockEmitter {
    return new BlockEmitter(this.context, this.context.root, { name, location: TOOLKIT_LOCATION });
  }

  private weightRow(weights: string): string {
    return this.sharedNode("Unsqueeze", [weights, this.ints([1])], 1)[0]!;
  }

  sparse(node: Node): SparseTensors {
    let transposed = false;
    let source = node;
    while (source.operation === "transposeSparse") {
      transposed = !transposed;
      source = source.inputs[0]!;
    }
    const type = sparseType(source);
    const name = inputName(source);
    const orientation = transposed ? "columns" : "rows";
    const rows = transposed ? type.column : type.row;
    const float = onnxDType("float32", this.precision);
    const feed = (suffix: string, dtype: OnnxDType, dims: readonly OnnxDimension[]): string => {
      const input = `${name}/${suffix}`;
      this.context.sparseInputs.set(input, { name: input, dtype, dims });
      return input;
    };
    // Without names, so that what one group takes between its operations is free for the next and still in the cache.
    const groupFeed = (suffix: string, dtype: OnnxDType, dims: readonly OnnxDimension[]): string => {
      const input = feed(suffix, dtype, dims);
      this.context.sparseInputs.set(input, { name: input, dtype, dims, unnamed: true });
      return input;
    };
    const groupDims = (index: number) => {
      const prefix = `${name}/${orientation}/group_${index}`;
      return [`${prefix}/rows`, `${prefix}/width`] as const;
    };
    const group = (index: number, part: string, dtype: OnnxDType): string =>
      groupFeed(`${orientation}/group_${index}/${part}`, dtype, groupDims(index));
    const stackedFeed = (index: number, part: string): string =>
      groupFeed(`${orientation}/group_${index}/${part}`, "int32", [...groupDims(index)].reverse());
    const entries = [dimension(type.entry.size)];
    return {
      groups: type.groups,
      order: () => feed(`${orientation}/order`, "int32", [dimension(rows.size)]),
      neighbours: (index) => group(index, "neighbours", "int32"),
      weightRows: (index) => this.root(`${name}/${orientation}`).weightRow(group(index, "weights", float)),
      entries: (index) => group(index, "entries", "int32"),
      stacked: (index) => stackedFeed(index, "stacked"),
      stackedEntries: (index) => stackedFeed(index, "stacked_entries"),
      ones: (index) => groupFeed(`${orientation}/group_${index}/ones`, float, [1, groupDims(index)[1]]),
      rows: (index) =>
        groupFeed(`${orientation}/group_${index}/rows`, "int32", [
          `${name}/${orientation}/group_${index}/rows`,
        ]),
      cells: () => feed(`${orientation}/cells`, "int32", entries),
      entryRows: () => feed(`entry/${transposed ? "columns" : "rows"}`, "int32", entries),
      entryColumns: () => feed(`entry/${transposed ? "rows" : "columns"}`, "int32", entries),
      entryWeights: () => feed("entry/weights", float, entries),
    };
  }

  /** Lowers a value whose inputs are named `inputs`. */
  lower(node: Node, inputs: readonly string[]): string {
    return operationOf(node).lower(this, inputs, node);
  }

  private emit(
    opType: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, EmittedAttribute>>,
  ): readonly string[] {
    const name = this.unique(`${this.owner.name}.${opType}`);
    const names = outputs === 1 ? [name] : Array.from({ length: outputs }, (_, i) => `${name}:${i}`);
    const entries = Object.entries(attributes).map(([key, value]) => [key, toAttribute(value)] as const);
    this.block.nodes.push({ name, opType, inputs, outputs: names, attributes: Object.fromEntries(entries) });
    const { location } = this.owner;
    if (location !== TOOLKIT_LOCATION) this.context.sources.set(this.owner.name, location);
    return names;
  }

  private unique(stem: string): string {
    let name = stem;
    for (let copy = 2; this.context.taken.has(name); copy++) name = `${stem}~${copy}`;
    this.context.taken.add(name);
    return name;
  }
}
