/** onnxruntime failed to load or run a graph. */
export class GraphRunError extends Error {
  override readonly name = "GraphRunError";

  /**
   * @param node innermost node that onnxruntime's message names, null if it names none
   * @param source where that node was declared, null if the graph's file does not say
   * @param reason onnxruntime's message
   */
  constructor(
    readonly graph: string,
    readonly node: string | null,
    readonly source: string | null,
    readonly reason: string,
  ) {
    const where = node === null ? "" : ` at node "${node}"`;
    const declared = source === null ? "" : `\n  declared at ${source}`;
    super(`onnxruntime cannot run graph "${graph}"${where}: ${reason}${declared}`);
  }
}
