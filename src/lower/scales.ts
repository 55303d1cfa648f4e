import type { Graph, Node } from "../ir/node.js";
import { axisNames, sameType } from "../ir/types.js";
import { add, multiply, typeOf } from "../ops/build.js";
import { rewrite } from "./rewrite.js";

const rankOf = (value: Node): number => typeOf(value).axes.length;

/** Both orders of a node's two inputs. */
function pairsOf(node: Node): (readonly [Node, Node])[] {
  const [left, right] = node.inputs as [Node, Node];
  return [
    [left, right],
    [right, left],
  ];
}

/** A table times something with fewer axes. */
interface Scaled {
  readonly table: Node;
  readonly scale: Node;
}

function scaledTable(node: Node): Scaled | undefined {
  if (node.operation !== "multiply") return undefined;
  const found = pairsOf(node).find(([table, scale]) => rankOf(scale) < rankOf(table));
  return found === undefined ? undefined : { table: found[0], scale: found[1] };
}

/** The product of two scales where one has all axes of the other. */
function joined(first: Node, second: Node): Node | undefined {
  const [names, others] = [first, second].map((scale) => axisNames(typeOf(scale))) as [string[], string[]];
  const isInside =
    names.every((name) => others.includes(name)) || others.every((name) => names.includes(name));
  return isInside ? multiply(first, second) : undefined;
}

/**
 * Scales of tables, so that fewer passes over tables remain and what does not change from step to step multiplies
 * before: (x s) t = x (s t), and (a + x s) t = a t + x (s t).
 */
export function joinScales(node: Node): Node | undefined {
  const outer = scaledTable(node);
  if (outer === undefined) return undefined;
  const { table, scale } = outer;
  const inner = scaledTable(table);
  if (inner !== undefined) {
    const both = joined(inner.scale, scale);
    return both === undefined ? undefined : multiply(inner.table, both);
  }
  if (table.operation !== "add" || rankOf(scale) === 0) return undefined;
  for (const [rest, product] of pairsOf(table)) {
    const term = scaledTable(product);
    if (term === undefined || rankOf(rest) !== rankOf(table) || rankOf(product) !== rankOf(table)) continue;
    const both = joined(term.scale, scale);
    if (both !== undefined) return add(multiply(rest, scale), multiply(term.table, both));
  }
  return undefined;
}

/** a s + b s = (a + b) s, and x + a s + b s = x + (a + b) s. */
export function factorScales(node: Node): Node | undefined {
  if (node.operation !== "add") return undefined;
  for (const [left, right] of pairsOf(node)) {
    const term = scaledTable(right);
    if (term === undefined) continue;
    const together = (other: Scaled | undefined): Node | undefined =>
      other?.scale === term.scale && sameType(other.table.type, term.table.type)
        ? multiply(add(other.table, term.table), term.scale)
        : undefined;
    const both = together(scaledTable(left));
    if (both !== undefined) return both;
    if (left.operation !== "add") continue;
    for (const [rest, product] of pairsOf(left)) {
      const sum = together(scaledTable(product));
      if (sum !== undefined) return add(rest, sum);
    }
  }
  return undefined;
}

/** Both rules, for losses: layers that are scaled and added up are then tables that nothing but a lookup reads. */
export function scaleTables(graph: Graph): Graph {
  return rewrite(graph, (node) => {
    const next = joinScales(node) ?? factorScales(node);
    return next !== undefined && sameType(next.type, node.type) ? next : undefined;
  });
}
