import type { Node } from "../src/ir/node.js";
import { tensorType } from "../src/ir/types.js";
import { checkModel } from "../src/onnx/check.js";
import type { OnnxModel, OnnxTensor } from "../src/onnx/model.js";
import { input } from "../src/ops/apply.js";
import { compile } from "./compile.js";
import { rankGraph, scoreGraph, userIdsInput } from "./dataGraphs.js";

/** Final vectors of one kind, row-major float32 [rows, dim]. */
export interface VectorTable {
  readonly rows: number;
  readonly dim: number;
  readonly data: Float32Array;
}

/** What a trained model serves with. */
export interface FinalVectors {
  readonly users: VectorTable;
  readonly items: VectorTable;
}

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

/** Inputs of the vectors' sizes, and the tensors to bake in their place. */
function vectorConstants({ users, items }: FinalVectors) {
  const node = (name: string, axis: string, { rows, dim }: VectorTable): Node =>
    input(
      name,
      "embedding",
      tensorType("float32", [
        { name: axis, size: rows },
        { name: "vector", size: dim },
      ]),
    );
  const tensor = (name: string, { rows, dim, data }: VectorTable): OnnxTensor => ({
    name,
    dtype: "float32",
    dims: [rows, dim],
    data,
  });
  return {
    nodes: { users: node("user_vectors", "user", users), items: node("item_vectors", "item", items) },
    tensors: [tensor("user_vectors", users), tensor("item_vectors", items)],
  };
}

/** `user_ids` int32 [block], `seen` int64 [pair, 2], `k` int64 [1] to `items` int64 [block, k] and `scores`. */
export function recommendModel(vectors: FinalVectors): OnnxModel {
  const { nodes, tensors } = vectorConstants(vectors);
  const source = rankGraph(nodes, userIdsInput("block"));
  const graph = { ...source.graph, name: "recommend" };
  return bakeInputs(compile({ ...source, graph }, { sizeInputs: { k: "k" } }), tensors);
}

/** `user_ids`, `item_ids` int32 [pair] to `scores` float32 [pair]. */
export function scoreModel(vectors: FinalVectors): OnnxModel {
  const { nodes, tensors } = vectorConstants(vectors);
  const source = scoreGraph(nodes);
  return bakeInputs(compile({ ...source, inputs: [nodes.users, nodes.items, ...source.inputs] }), tensors);
}
