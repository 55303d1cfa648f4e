import type { Attributes, Node } from "../ir/node.js";
import type { Size, ValueType } from "../ir/types.js";
import type { Emitter } from "./emitter.js";

/** Thrown by shape rules; `{0}`, `{1}` … in the text stand for the names of the inputs. */
export class InferenceProblem extends Error {}

/**
 * Upstream gradient to one gradient per input, built from graph operations. `undefined` where an input (ids, a
 * condition, a sparse structure) takes none.
 */
export type GradientRule = (upstream: Node, node: Node) => readonly (Node | undefined)[];

/** Shape rule, gradient rule and ONNX lowering of one operation. */
export interface Operation {
  readonly infer: (inputs: readonly ValueType[], attributes: Attributes) => ValueType;
  /** `"none"`: no gradient passes. */
  readonly gradient: GradientRule | "none";
  /** Emits ONNX and returns the name of the result; `inputs` are the names of the lowered inputs. */
  readonly lower: (onnx: Emitter, inputs: readonly string[], node: Node) => string;
  /** Floating-point operations; one per output element where absent. */
  readonly flops?: (node: Node) => Size;
}
