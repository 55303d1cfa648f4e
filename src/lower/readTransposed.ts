import type { Graph, Node } from "../ir/node.js";
import { transposedMatmul, typeOf } from "../ops/build.js";
import { rewrite } from "./rewrite.js";

/** The matrix that a value is the transpose of. */
function beforeTranspose(value: Node): Node | undefined {
  return value.operation === "transpose" && typeOf(value).axes.length === 2 ? value.inputs[0]! : undefined;
}

/**
 * Products of matrices read a transposed operand as it stands. onnxruntime does the same where transposing and product
 * are in one graph, but not where the operand does not change from step to step and is transposed before the loop.
 */
export function readTransposed(graph: Graph): Graph {
  return rewrite(graph, (node) => {
    if (node.operation !== "matmul" || node.inputs.some((value) => typeOf(value).axes.length !== 2))
      return undefined;
    const [left, right] = node.inputs as [Node, Node];
    const sources = [beforeTranspose(left), beforeTranspose(right)] as const;
    if (sources.every((source) => source === undefined)) return undefined;
    const [first, second] = sources;
    return transposedMatmul(first ?? left, second ?? right, first !== undefined, second !== undefined);
  });
}
