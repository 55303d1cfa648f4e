import { inputName, isInput, topologicalOrder, type Graph, type Node } from "../ir/node.js";
import { formatType, productOfSizes, sizeKey, type Axis, type Size, type ValueType } from "../ir/types.js";
import { sparseType, typeOf } from "../ops/build.js";
import { EXPONENTIAL_PARTS } from "../ops/exponential.js";
import { CHUNK_ROWS } from "../ops/grouped.js";
import { dominates, polynomial, scaled, sum, type Polynomial } from "./polynomial.js";

/** Memory that one evaluation of a graph needs beyond its inputs, as polynomials of the symbolic sizes, bytes. */
export interface GraphMemory {
  /**
   * What lives at once: the largest of these is the peak. Sets that are nowhere larger than another are left out. The
   * results of a fused step are not among them, as the loop that carries them owns their memory.
   */
  readonly live: readonly Polynomial[];
  /** The largest values, those left out that are nowhere larger than another. */
  readonly largest: readonly LargeValue[];
}

export interface LargeValue {
  readonly name: string;
  /** `float32 [user, dim=64]`. */
  readonly type: string;
  readonly bytes: Polynomial;
  /** File and line of the declaration. */
  readonly declared: string;
}

/** The symbols for the cells of a sparse buffer's largest degree group and of all groups; only the data decides them. */
export function groupSymbols(
  buffer: string,
  orientation: "rows" | "columns",
): { readonly largest: string; readonly all: string } {
  const prefix = `${buffer}/${orientation}`;
  return { largest: `${prefix}/largest_group`, all: `${prefix}/cells` };
}

const bytesPerElement: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  int64: 8,
  uint64: 8,
  bool: 1,
};

/** Another name for the memory of their first input. */
const aliases = new Set(["rename", "reshape", "stopGradient"]);

/** Results that onnxruntime writes over an input of the same size that nothing else reads. */
const inPlace = new Set(
  "negate exp log sqrt sin cos tanh sigmoid softplus relu leakyRelu abs floor add subtract multiply divide softmax".split(
    " ",
  ),
);

/** No memory of their own: part of the file, or fed. */
const free = new Set([
  "constant",
  "axisSize",
  "transposeSparse",
  "entryRows",
  "entryColumns",
  "entryWeights",
]);

const nothing: Polynomial = new Map();

function bytesOf(sizes: readonly Size[], width: number): Polynomial {
  return scaled(polynomial(productOfSizes(sizes)), width);
}

function typeBytes(type: ValueType): Polynomial {
  if (type.kind !== "tensor") return nothing;
  return bytesOf(
    type.axes.map((axis) => axis.size),
    bytesPerElement[type.dtype]!,
  );
}

function sizesOf(axes: readonly Axis[]): Size[] {
  return axes.map((axis) => axis.size);
}

/** A tensor between the ONNX nodes of one operation, and which tensors onnxruntime gives the same memory. */
interface Temporary {
  /** Equal for tensors of equal shape; null if the shape is not known before the run, so that nothing is shared. */
  readonly shape: string | null;
  readonly bytes: Polynomial;
}

function matrixSymbols(matrix: Node): ReturnType<typeof groupSymbols> {
  let orientation: "rows" | "columns" = "rows";
  let source = matrix;
  while (source.operation === "transposeSparse") {
    orientation = orientation === "rows" ? "columns" : "rows";
    source = source.inputs[0]!;
  }
  return groupSymbols(inputName(source), orientation);
}

/**
 * The tensors of a sparse operation: a group's rows, all results, and their concatenation before the rows are put in
 * order. One group is handled at a time, and as the file leaves its size unnamed, its memory is free for the next.
 */
function sparseTemporaries(node: Node): Temporary[] {
  const { entry } = sparseType(node.inputs[0]!);
  const symbols = matrixSymbols(node.inputs[0]!);
  const { axes } = typeOf(node);
  const rest = sizesOf(axes.slice(1));
  const once = (sizes: readonly Size[]): Temporary => ({ shape: null, bytes: bytesOf(sizes, 4) });
  const results = once(sizesOf(axes));
  const common = [once([symbols.largest, ...rest]), results, results];
  if (node.operation === "sparseProduct") return common;
  if (node.operation === "neighbourSum") {
    const { column } = sparseType(node.inputs[0]!);
    return [...common, once([column.size, ...rest])];
  }
  const values = node.operation === "entryProduct" ? [entry.size] : [entry.size, ...rest];
  return [...common, once([symbols.largest]), once(values)];
}

/**
 * The tensors of an operation on entries: what a group gathers per cell and per row, the results per cell, and their
 * concatenation before they are put in order; of `rowMatmul` and `rowOuter` also the values with a row for padding.
 */
function entryTemporaries(node: Node): Temporary[] {
  const symbols = matrixSymbols(node.inputs[0]!);
  const { row, entry } = sparseType(node.inputs[0]!);
  const [, first, second] = node.inputs.map((input) =>
    input.type.kind === "tensor" ? sizesOf(input.type.axes) : [],
  );
  const once = (sizes: readonly Size[]): Temporary => ({ shape: null, bytes: bytesOf(sizes, 4) });
  const cells = (sizes: readonly Size[]): Temporary => once([symbols.largest, ...sizes]);
  if (node.operation === "entryDot") {
    const results = once([symbols.all]);
    return [cells(second!.slice(1)), once([row.size, ...first!.slice(1)]), results, results];
  }
  const inner = first!.slice(1);
  if (node.operation === "rowMatmul") {
    const results = once([symbols.all, ...second!.slice(2)]);
    return [once([entry.size, ...inner]), cells(inner), results, results];
  }
  const outer = second!.slice(1);
  return [
    ...[once([entry.size, ...inner]), once([entry.size, ...outer])],
    ...[cells(inner), cells(inner), cells(outer)],
    ...[once([row.size, ...inner, ...outer]), once([row.size, ...inner, ...outer])],
  ];
}

/**
 * The tensors of an operation on groups of rows: which row is of which group, thrice as float32 and once as bool; the
 * rows in their chunks; the matrix of each chunk; of `groupMatmul` the products per chunk, of `groupOuter` the second
 * rows and which chunk is of which group.
 */
function groupedTemporaries(node: Node): Temporary[] {
  const [values, other] = [0, 1].map((index) => sizesOf(typeOf(node.inputs[index]!).axes)) as [
    Size[],
    Size[],
  ];
  const isProduct = node.operation === "groupMatmul";
  const [group, ...matrix] = isProduct ? other : sizesOf(typeOf(node).axes);
  const [member, ...rest] = values as [Size, ...Size[]];
  const once = (sizes: readonly Size[], width = 4): Temporary => ({
    shape: null,
    bytes: bytesOf(sizes, width),
  });
  // A chunk for each CHUNK_ROWS rows and one more for each group.
  const chunks = (width: number): Temporary => ({
    shape: null,
    bytes: sum([
      bytesOf([group!, ...matrix], width),
      scaled(polynomial(productOfSizes([member, ...matrix])), width / CHUNK_ROWS),
    ]),
  });
  const inChunks = (sizes: readonly Size[]): Temporary[] => [
    once([member, ...sizes]),
    once([member, ...sizes]),
    once([group!, CHUNK_ROWS, ...sizes]),
  ];
  const second = isProduct ? [...rest.slice(0, -1), other[2]!] : other.slice(1);
  return [once([group!, member], 3 * 4 + 1), ...inChunks(rest), ...inChunks(second), chunks(4)];
}

/** What an operation needs while it runs, besides its inputs and its result, as its lowering and kernels have it. */
function temporaries(node: Node): Temporary[] {
  const operand = (index: number): Size[] => sizesOf(typeOf(node.inputs[index]!).axes);
  const passing = (sizes: readonly Size[], width: number): Temporary[] => [
    { shape: null, bytes: bytesOf(sizes, width) },
  ];
  switch (node.operation) {
    case "sparseProduct":
    case "neighbourSum":
    case "entryProduct":
    case "segmentSum":
    case "segmentMax":
      return sparseTemporaries(node);
    case "entryDot":
    case "rowMatmul":
    case "rowOuter":
      return entryTemporaries(node);
    case "groupMatmul":
    case "groupOuter":
      return groupedTemporaries(node);
    case "scatterAdd":
      // Of matrices, which id is which row, as bool and as float32.
      if (typeOf(node).axes.length > 2) return passing([typeOf(node).axes[0]!.size, ...operand(0)], 1 + 4);
      // Positions, int32 for every element, which the kernel copies as int64.
      return passing(operand(1), 4 + 8);
    case "uniform":
      // About five uint64 values of the generator at once.
      return passing(sizesOf(typeOf(node).axes), 5 * 8);
    case "counters":
      return passing(sizesOf(typeOf(node).axes), 8);
    case "normalise":
      return passing(operand(0).slice(0, -1), 2 * 4);
    case "logSums":
    case "softmaxColumns":
    case "softmaxRows":
      // The exponentials of one part of the rows; the second matrix with a column of ones; what the columns have so far.
      return [
        ...passing([operand(0)[0]!, operand(1)[0]!], 4 / EXPONENTIAL_PARTS),
        ...passing(operand(1), 3 * 4),
      ];
    case "fillPairs":
      return passing(operand(1).slice(0, 1), 4);
    default:
      return [];
  }
}

/** Tensors of equal shape and element size can take each other's memory. */
function shapeOf(node: Node): string {
  const { axes, dtype } = typeOf(node);
  const sizes = axes.map((axis) => sizeKey(axis.size)).join();
  // The result of a product with weights comes out as [row, 1, rest].
  const isRowwise = node.operation === "sparseProduct" || node.operation === "entryProduct";
  return `${bytesPerElement[dtype]!}:${isRowwise ? "rowwise:" : ""}${sizes}`;
}

/** Memory that tensors of one shape take one after another. */
class Block {
  constructor(
    readonly first: number,
    public last: number,
    readonly bytes: Polynomial,
  ) {}
}

/**
 * onnxruntime's allocation plan: a tensor takes the memory of an earlier one of the same shape whose last use is over,
 * and that memory is held from the first of them to the last.
 */
class Plan {
  readonly blocks: Block[] = [];
  private readonly idle = new Map<string, Block[]>();

  allocate(tensor: Temporary, time: number, end: number): Block {
    const idle = tensor.shape === null ? undefined : this.idle.get(tensor.shape)?.pop();
    if (idle !== undefined) {
      idle.last = end;
      return idle;
    }
    const block = new Block(time, end, tensor.bytes);
    this.blocks.push(block);
    return block;
  }

  free(block: Block, shape: string | null): void {
    if (shape !== null) this.idle.set(shape, [...(this.idle.get(shape) ?? []), block]);
  }
}

function maximal<T>(values: readonly T[], bytes: (value: T) => Polynomial): T[] {
  const kept: T[] = [];
  for (const value of values) {
    if (kept.some((other) => dominates(bytes(other), bytes(value)))) continue;
    const rest = kept.filter((other) => !dominates(bytes(value), bytes(other)));
    kept.splice(0, kept.length, ...rest, value);
  }
  return kept;
}

/**
 * The order in which onnxruntime's sequential executor runs nodes that were written in the given order: depth first
 * from the nodes that nothing reads, of several nodes the one written last first (`GraphViewer`, default order).
 */
export function executionOrder(written: readonly Node[]): Node[] {
  const indexOf = new Map(written.map((node, index) => [node, index]));
  const read = new Set(written.flatMap((node) => node.inputs));
  const stack = written.filter((node) => !read.has(node)).map((node) => ({ node, isDone: false }));
  const visited = new Set<Node>();
  const order: Node[] = [];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, isDone } = top;
    if (isDone) order.push(node);
    if (isDone || visited.has(node)) continue;
    visited.add(node);
    stack.push({ node, isDone: true });
    const inputs = [...new Set(node.inputs)].filter((input) => indexOf.has(input) && !visited.has(input));
    inputs.sort((left, right) => indexOf.get(left)! - indexOf.get(right)!);
    stack.push(...inputs.map((input) => ({ node: input, isDone: false })));
  }
  return order;
}

/**
 * Which values live together when onnxruntime evaluates a graph, each from its operation to its
 * last use, and the sums of their sizes.
 *
 * @param loop values that are computed anew in every step of a fused graph; the others are computed once before and
 *   those that a step reads stay until the end
 * @param nameOf name of a value for people
 */
export function graphMemory(
  graph: Graph,
  nameOf: (node: Node) => string,
  loop?: ReadonlySet<Node>,
): GraphMemory {
  const all = topologicalOrder(graph.outputs.map((output) => output.node));
  const order =
    loop === undefined
      ? executionOrder(all)
      : [
          ...executionOrder(all.filter((node) => !loop.has(node))),
          ...executionOrder(all.filter((node) => loop.has(node))),
        ];
  const owner = new Map<Node, Node>();
  for (const node of order) {
    const isAlias = aliases.has(node.operation);
    owner.set(node, isAlias ? owner.get(node.inputs[0]!)! : node);
  }
  const lastUse = new Map<Node, number>();
  order.forEach((node, time) => {
    for (const input of node.inputs) {
      const isHeld = loop?.has(node) === true && !loop.has(input);
      const storage = owner.get(input)!;
      lastUse.set(storage, Math.max(lastUse.get(storage) ?? 0, isHeld ? order.length : time));
    }
  });
  const results = new Set(graph.outputs.map((output) => owner.get(output.node)!));
  for (const node of results) lastUse.set(node, order.length);

  const isFree = (node: Node): boolean =>
    isInput(node) || free.has(node.operation) || (loop !== undefined && results.has(node));
  const endingAt = new Map<number, Node[]>();
  for (const [node, time] of lastUse) endingAt.set(time, [...(endingAt.get(time) ?? []), node]);

  const plan = new Plan();
  const blocks = new Map<Node, Block>();
  const values: LargeValue[] = [];
  order.forEach((node, time) => {
    const ending = (endingAt.get(time) ?? []).filter((value) => !isFree(value));
    if (owner.get(node) === node && !isFree(node)) {
      const shape = shapeOf(node);
      const end = lastUse.get(node) ?? time;
      const extra = temporaries(node);
      const overwritten = inPlace.has(node.operation)
        ? ending.find((value) => shapeOf(value) === shape && blocks.has(value))
        : undefined;
      if (overwritten === undefined) {
        blocks.set(node, plan.allocate({ shape, bytes: typeBytes(node.type) }, time, end));
      } else {
        const block = blocks.get(overwritten)!;
        block.last = end;
        blocks.delete(overwritten);
        blocks.set(node, block);
      }
      for (const tensor of extra) plan.free(plan.allocate(tensor, time, time), tensor.shape);
      values.push({
        name: nameOf(node),
        type: formatType(node.type),
        bytes: sum([typeBytes(node.type), ...extra.map((tensor) => tensor.bytes)]),
        declared: node.location,
      });
    }
    for (const value of ending) {
      const block = blocks.get(value);
      if (block !== undefined) plan.free(block, shapeOf(value));
    }
  });
  const sets = liveSets(plan.blocks, order.length);
  return {
    live: maximal(sets, (set) => set).map(withoutZeros),
    largest: maximal(values, (value) => value.bytes),
  };
}

/** [time]: bytes of all blocks that are held then. */
function liveSets(blocks: readonly Block[], times: number): Polynomial[] {
  const changes = Array.from({ length: times + 2 }, (): Polynomial[] => []);
  for (const { first, last, bytes } of blocks) {
    changes[first]!.push(bytes);
    changes[last + 1]!.push(scaled(bytes, -1));
  }
  let live = nothing;
  return changes.map((change) => (live = sum([live, ...change])));
}

function withoutZeros(value: Polynomial): Polynomial {
  return new Map([...value].filter(([, coefficient]) => coefficient !== 0));
}
