import type { Node } from "../../../src/ir/node.js";
import type { GraphBuilder } from "../../evaluator/graphBuilder.js";

/** One use of an operation on concrete data. */
export interface OperationCase {
  readonly label: string;
  /** Declares the inputs and applies the operation. */
  readonly build: (g: GraphBuilder) => Node;
  /**
   * Gradient of the plain sum of the result by input, as the rule's convention says, where there is no derivative
   * (ties, kinks). Finite differences are not taken then.
   */
  readonly convention?: Readonly<Record<string, readonly number[]>>;
  /** Sizes that no input has. */
  readonly sizes?: Readonly<Record<string, number>>;
}
