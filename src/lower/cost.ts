import { topologicalOrder, type Graph, type Node } from "../ir/node.js";
import { productOfSizes, sumOfSizes, type Size, type ValueType } from "../ir/types.js";
import { sparseType } from "../ops/build.js";
import { operationOf } from "../ops/table.js";
import { polynomial, scaled, sum, type Polynomial } from "./polynomial.js";

/** Work of a graph as polynomials of its symbolic sizes. */
export interface Cost {
  /** Floating-point operations. */
  readonly flops: Polynomial;
  /** Bytes read and written if every operation reads its inputs from memory and writes its result there. */
  readonly bytes: Polynomial;
}

const bytesPerElement: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  int64: 8,
  uint64: 8,
  bool: 1,
};
/** Operations that move nothing: another view of the same memory, or a constant. */
const views = new Set([
  "input",
  "constant",
  "axisSize",
  "rename",
  "reshape",
  "transposeSparse",
  "entryRows",
  "entryColumns",
  "entryWeights",
]);

function elements(type: ValueType): Size {
  return type.kind === "tensor" ? productOfSizes(type.axes.map((axis) => axis.size)) : 0;
}

function tensorBytes(type: ValueType): Polynomial {
  const width = type.kind === "tensor" ? bytesPerElement[type.dtype]! : 0;
  return scaled(polynomial(elements(type)), width);
}

/** Numbers that an operation reads per entry. */
function perEntry(node: Node): Size {
  const restOf = (index: number): Size[] => {
    const { type } = node.inputs[index]!;
    return type.kind === "tensor" ? type.axes.slice(1).map((axis) => axis.size) : [];
  };
  switch (node.operation) {
    case "entryDot":
      return productOfSizes(restOf(2));
    case "rowMatmul":
      return productOfSizes(restOf(1));
    case "rowOuter":
      return sumOfSizes([productOfSizes(restOf(1)), productOfSizes(restOf(2))]);
    default:
      return node.type.kind === "tensor"
        ? productOfSizes(node.type.axes.slice(1).map((axis) => axis.size))
        : 0;
  }
}

/** Entries: their index and weight, the row read, written gathered and read again; rows: written, read, reordered. */
function sparseBytes(node: Node): Polynomial {
  const { type } = node;
  if (type.kind === "sparse") return new Map();
  const rest = perEntry(node);
  const { entry } = sparseType(node.inputs[0]!);
  const rows = scaled(polynomial(elements(type)), 3 * 4);
  return sum([
    scaled(polynomial(productOfSizes([entry.size, rest])), 3 * 4),
    scaled(polynomial(entry.size), node.operation === "neighbourSum" ? 4 : 8),
    rows,
  ]);
}

function nodeBytes(node: Node): Polynomial {
  if (views.has(node.operation)) return new Map();
  if (node.operation === "gather")
    return sum([scaled(tensorBytes(node.type), 2), tensorBytes(node.inputs[1]!.type)]);
  if (node.inputs[0]?.type.kind === "sparse") return sparseBytes(node);
  return sum([...node.inputs.map((input) => tensorBytes(input.type)), tensorBytes(node.type)]);
}

function nodeFlops(node: Node): Polynomial {
  if (views.has(node.operation)) return new Map();
  const { flops } = operationOf(node);
  return polynomial(flops === undefined ? elements(node.type) : flops(node));
}

/** FLOPs and bytes of one evaluation of a graph, as lowered: nothing is fused. */
export function graphCost(graph: Graph): Cost {
  const nodes = topologicalOrder(graph.outputs.map((output) => output.node));
  return { flops: sum(nodes.map(nodeFlops)), bytes: sum(nodes.map(nodeBytes)) };
}
