import { OnnxError } from "./onnxError.js";

/** A model that breaks a rule of ONNX, or of ours; found before any runtime sees it. */
export class OnnxCheckError extends OnnxError {
  override readonly name = "OnnxCheckError";

  /**
   * @param graph name of the graph at fault; bodies are named by their path, such as `epoch/step`
   * @param node name of the node at fault, empty when the fault is not at a node
   * @param problem what was expected and what was found, without a final full stop
   */
  constructor(
    readonly graph: string,
    readonly node: string,
    problem: string,
  ) {
    super(node === "" ? `graph "${graph}"` : `graph "${graph}", node "${node}"`, problem);
  }
}
