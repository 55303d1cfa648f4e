import { atLocation } from "../ir/location.js";
import { topologicalOrder, type Graph, type Node } from "../ir/node.js";
import { withPath } from "../ir/scope.js";
import type { Axis } from "../ir/types.js";
import { apply } from "../ops/apply.js";
import { concat, gather, part, typeOf } from "../ops/build.js";
import { elementwise } from "../ops/elementwise.js";
import { rewrite } from "./rewrite.js";

/** A table of which only rows of the batch are read, and the lookups that read them. */
interface LookedUp {
  readonly table: Node;
  /** Which of the table's inputs have its rows; the others serve all of them. */
  readonly hasRows: readonly boolean[];
  readonly lookups: readonly Node[];
}

/** Which inputs of an operation have the rows of its result; undefined if rows need more than their own inputs' rows. */
function rowInputs(node: Node): readonly boolean[] | undefined {
  const row = node.type.kind === "tensor" ? node.type.axes[0]?.name : undefined;
  if (row === undefined || !isRowwise(node, row)) return undefined;
  const positions = node.inputs.map(({ type }) =>
    type.kind === "tensor" ? type.axes.findIndex(({ name }) => name === row) : 0,
  );
  const canBeLookedUp = node.inputs.every(
    ({ type }, i) =>
      positions[i] === -1 || (type.kind === "tensor" && ["float32", "int32"].includes(type.dtype)),
  );
  return canBeLookedUp && positions.every((position) => position <= 0)
    ? positions.map((position) => position === 0)
    : undefined;
}

function isRowwise({ operation, attributes, inputs }: Node, row: string): boolean {
  switch (operation) {
    case "normalise":
    case "softmax":
      return attributes.axis !== row;
    case "part":
      return typeOf(inputs[0]!).axes[0]!.name === row;
    case "concat":
      return attributes.into !== row;
    case "rename":
      return attributes.to !== row;
    case "sum":
    case "sumOfSquares":
    case "max":
    case "broadcast":
    case "matmul":
    case "transpose":
      return true;
    default:
      return operation in elementwise;
  }
}

function isBatch(ids: Node): boolean {
  if (ids.operation === "concat") return ids.inputs.every(isBatch);
  if (ids.operation !== "input" || ids.attributes.role !== "batch") return false;
  return typeOf(ids).indexes !== undefined && typeOf(ids).axes.length === 1;
}

/** Axes that are as long as a batch; tables over them have few rows already. */
function batchAxes(order: readonly Node[]): ReadonlySet<string> {
  return new Set(
    order.filter((node) => node.type.kind === "tensor" && isBatch(node)).map((ids) => axisOf(ids).name),
  );
}

/** The last value in order that can be computed for rows of the batch alone because nothing else of it is read. */
function findTable(graph: Graph): LookedUp | undefined {
  const roots = graph.outputs.map(({ node }) => node);
  const order = topologicalOrder(roots);
  const readers = new Map<Node, Node[]>(order.map((node) => [node, []]));
  for (const node of order) for (const input of new Set(node.inputs)) readers.get(input)!.push(node);
  const isResult = new Set(roots);
  const short = batchAxes(order);
  const isLookup = ({ operation, inputs }: Node): boolean =>
    operation === "gather" && isBatch(inputs[1]!) && !short.has(typeOf(inputs[0]!).axes[0]!.name);
  const isLookedUp = (table: Node): boolean => !isResult.has(table) && readers.get(table)!.every(isLookup);
  order.reverse();
  const rowsOfInputs = (node: Node): Node[] => {
    const hasRows = rowInputs(node) ?? [];
    return node.inputs.filter((_, i) => hasRows[i] === true);
  };
  /** Whether a product of rows is made for rows of the batch alone if the table is. */
  const savesProduct = (table: Node): boolean => {
    const alone = new Set([table]);
    const below = new Set(rowsOfInputs(table));
    for (const node of order.slice(order.indexOf(table))) {
      const isRead = (reader: Node): boolean => alone.has(reader) || isLookup(reader);
      if (below.has(node) && !isResult.has(node) && readers.get(node)!.every(isRead)) alone.add(node);
      if (!alone.has(node)) continue;
      const inputs = rowsOfInputs(node);
      if (node.operation === "matmul" && inputs.length > 0) return true;
      for (const input of inputs) below.add(input);
    }
    return false;
  };
  for (const table of order) {
    const lookups = readers.get(table)!;
    if (!isLookedUp(table) || lookups.length === 0) continue;
    // A part of columns is cheaper to look up than all of them, of which only it may be needed.
    const wholes = table.operation === "part" ? readers.get(table.inputs[0]!)! : [];
    if (!wholes.every((node) => isLookup(node) || (node.operation === "part" && isLookedUp(node)))) continue;
    const hasRows = rowInputs(table);
    if (hasRows !== undefined && savesProduct(table)) return { table, hasRows, lookups };
  }
  return undefined;
}

/** Ids one after another; equal lists give the same value. */
class JoinedIds {
  private readonly known: { readonly parts: readonly Node[]; readonly ids: Node }[] = [];

  of(parts: readonly Node[]): Node {
    if (parts.length === 1) return parts[0]!;
    const same = this.known.find(
      (entry) => parts.length === entry.parts.length && parts.every((node, i) => node === entry.parts[i]),
    );
    if (same !== undefined) return same.ids;
    const names = parts.map((ids) => axisOf(ids).name);
    const ids = concat(parts, names, names.join("+"));
    this.known.push({ parts, ids });
    return ids;
  }
}

function axisOf(ids: Node): Axis {
  return typeOf(ids).axes[0]!;
}

function atoms(ids: Node): readonly Node[] {
  return ids.operation === "concat" ? ids.inputs : [ids];
}

/** The rows of the table at `ids`, computed from rows of its inputs. */
function rowsOf({ table, hasRows }: LookedUp, ids: Node): Node {
  const inputs = table.inputs.map((value, i) => (hasRows[i]! ? gather(value, ids) : value));
  const axes = [axisOf(ids), ...typeOf(table).axes.slice(1)];
  const attributes = table.operation === "broadcast" ? { axes } : table.attributes;
  return apply(table.operation as keyof typeof elementwise, inputs, attributes);
}

function withRows(graph: Graph, found: LookedUp, joined: JoinedIds): Graph {
  const { table, lookups } = found;
  const parts = [...new Set(lookups.flatMap((node) => atoms(node.inputs[1]!)))];
  const rows = atLocation(table.location, () => withPath(table.path, () => rowsOf(found, joined.of(parts))));
  const axes = parts.map(axisOf);
  const { name } = typeOf(rows).axes[0]!;
  const rowsAt = (ids: Node): Node =>
    parts.length === 1 ? rows : part(rows, name, axes, parts.indexOf(ids));
  return rewrite(graph, (node) => {
    if (node.operation !== "gather" || node.inputs[0] !== table) return undefined;
    const ids = atoms(node.inputs[1]!);
    if (ids.length === parts.length && ids.every((id, i) => id === parts[i])) return rows;
    const chosen = ids.map(rowsAt);
    return chosen.length === 1
      ? chosen[0]!
      : concat(
          chosen,
          ids.map((id) => axisOf(id).name),
          axisOf(node.inputs[1]!).name,
        );
  });
}

/**
 * Looks up rows of the batch as early as possible: a table of which only such rows are read, computed row by row, is
 * computed for those rows alone, where that saves a product of matrices. Values stay the same; meant for a loss before
 * it is differentiated, as the gradients then concern those rows alone too. Elementwise operations on whole tables are
 * left: they cost less than adding up the rows' gradients in one more table.
 */
export function batchRows(graph: Graph): Graph {
  const joined = new JoinedIds();
  let current = graph;
  for (let found = findTable(current); found !== undefined; found = findTable(current)) {
    current = withRows(current, found, joined);
  }
  return current;
}
