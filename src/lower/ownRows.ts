import type { Graph, Node } from "../ir/node.js";
import { sameType, type Axis } from "../ir/types.js";
import { broadcast, concat, multiply, scatterAdd, typeOf } from "../ops/build.js";
import { rewrite } from "./rewrite.js";

/** How often each row is meant: x s, where x are the rows of the table at `ids` and s a number or one per row. */
function weights(rows: Node, ids: Node): { readonly table: Node; readonly values: Node } | undefined {
  if (rows.operation !== "multiply") return undefined;
  const at = typeOf(ids).axes;
  for (const [looked, scale] of [rows.inputs, rows.inputs.toReversed()] as [Node, Node][]) {
    if (looked.operation !== "gather" || looked.inputs[1] !== ids || !sameType(looked.type, rows.type))
      continue;
    const { axes } = typeOf(scale);
    if (axes.length === 0) return { table: looked.inputs[0]!, values: broadcast(scale, at) };
    if (axes.length === 1 && axes[0]!.name === at[0]!.name)
      return { table: looked.inputs[0]!, values: scale };
  }
  return undefined;
}

/** Rows of a table that are scaled and added up where they came from: the table, scaled by sums of the scales. */
function scaledTable(node: Node): Node | undefined {
  if (node.operation !== "scatterAdd") return undefined;
  const [ids, rows] = node.inputs as [Node, Node];
  if (typeOf(ids).axes.length !== 1 || typeOf(rows).axes.length < 2) return undefined;
  const isJoined = ids.operation === "concat" && rows.operation === "concat";
  if (isJoined && ids.inputs.length !== rows.inputs.length) return undefined;
  const found = isJoined ? rows.inputs.map((part, i) => weights(part, ids.inputs[i]!)) : [weights(rows, ids)];
  const [first] = found;
  if (first === undefined || !found.every((part) => part?.table === first.table)) return undefined;
  if (!sameType(first.table.type, node.type)) return undefined;
  const values = found.map((part) => part!.values);
  const names = values.map((value) => typeOf(value).axes[0]!.name);
  const all = isJoined ? concat(values, names, typeOf(ids).axes[0]!.name) : values[0]!;
  return multiply(first.table, scatterAdd(ids, all, node.attributes.axis as Axis));
}

/**
 * Gradients of penalties on looked-up rows, ½ Σ ‖x_b‖²: a number per row is added up instead of the row, and one pass
 * over the table replaces zeros, scattered rows and their copies. What other rows join in one scatter stays there.
 */
export function ownRows(graph: Graph): Graph {
  return rewrite(graph, scaledTable);
}
