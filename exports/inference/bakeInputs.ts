import { checkModel } from "../../src/onnx/check.js";
import type { OnnxModel, OnnxTensor } from "../../src/onnx/model.js";

/**
 * Turns inputs of a model into constants, so that its file needs nothing else.
 *
 * @param tensors named as the inputs they replace; other inputs stay
 * @throws RangeError if the model has no such input, or of another type or shape
 * @throws OnnxCheckError if a tensor is not complete
 */
export function bakeInputs(model: OnnxModel, tensors: readonly OnnxTensor[]): OnnxModel {
  const { graph } = model;
  for (const { name, dtype, dims } of tensors) {
    const info = graph.inputs.find((candidate) => candidate.name === name);
    if (info === undefined) {
      const known = graph.inputs.map((candidate) => candidate.name).join(", ");
      throw new RangeError(`graph "${graph.name}" has no input "${name}" to make constant, only ${known}`);
    }
    const fits =
      info.dtype === dtype &&
      info.dims.length === dims.length &&
      info.dims.every((dim, axis) => typeof dim === "string" || dim === dims[axis]);
    if (fits) continue;
    throw new RangeError(
      `input "${name}" of graph "${graph.name}" is ${info.dtype} [${info.dims.join(", ")}], ` +
        `but the constant for it is ${dtype} [${dims.join(", ")}]`,
    );
  }
  const baked = new Set(tensors.map(({ name }) => name));
  const result = {
    ...model,
    graph: {
      ...graph,
      inputs: graph.inputs.filter(({ name }) => !baked.has(name)),
      initializers: [...tensors, ...graph.initializers],
    },
  };
  checkModel(result);
  return result;
}
