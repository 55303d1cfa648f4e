import type { Axis, Size, ValueType } from "./types.js";

export type AttributeValue =
  | number
  | string
  | boolean
  | Axis
  | readonly number[]
  | readonly string[]
  | readonly Axis[]
  | { readonly size: Size };

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** What an `input` node stands for at run time. */
export type InputRole =
  "parameter" | "moment" | "gradient" | "buffer" | "batch" | "scalar" | "embedding" | "argument";

/** One value of a computation graph. Graphs are immutable: passes build new nodes. */
export interface Node {
  /** Key of the operation table; `input` and `constant` are the leaves. */
  readonly operation: string;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes;
  readonly type: ValueType;
  /** Scope of the declaration, `item_encoder/visual/layer_1`. */
  readonly path: string;
  /** File and line of the declaration. */
  readonly location: string;
}

export interface GraphOutput {
  readonly name: string;
  readonly node: Node;
}

/** A computation: named outputs, everything else hangs below them. */
export interface Graph {
  readonly name: string;
  readonly outputs: readonly GraphOutput[];
}

/** All nodes below `roots`, inputs before users, each once. */
export function topologicalOrder(roots: readonly Node[]): Node[] {
  const order: Node[] = [];
  const visited = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  for (const root of roots) {
    if (visited.has(root)) continue;
    visited.add(root);
    stack.push({ node: root, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (top.next === top.node.inputs.length) {
        order.push(top.node);
        stack.pop();
        continue;
      }
      const input = top.node.inputs[top.next++]!;
      if (!visited.has(input)) {
        visited.add(input);
        stack.push({ node: input, next: 0 });
      }
    }
  }
  return order;
}

/** Name of an `input` node. */
export function inputName(node: Node): string {
  return node.attributes.name as string;
}

export function isInput(node: Node): boolean {
  return node.operation === "input";
}
