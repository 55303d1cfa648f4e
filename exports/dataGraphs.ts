import { apply, input } from "../src/ops/apply.js";
import { gather, matmul, scalar, transpose } from "../src/ops/build.js";
import type { Node } from "../src/ir/node.js";
import { tensorType, type Axis } from "../src/ir/types.js";
import { normalise } from "../src/nn/normalise.js";
import { Tensor, type Axes } from "../src/authoring/tensor.js";
import type { GraphSource } from "./modelGraphs.js";

/** Stands below every real score, for items that must not be recommended. */
export const MASKED_SCORE = -3e38;

const symbolic = (name: string): Axis => ({ name, size: name });

function floats(name: string, axes: readonly Axis[]): Node {
  return input(name, "argument", tensorType("float32", axes));
}

/** How many are wanted, int64 [1]. */
function countInput(name: string): Node {
  return input(name, "argument", tensorType("int64", [{ name: "one", size: 1 }]));
}

/** Scores of a block of users, `seen` items masked, to the top k: ties go to the lower item id. */
export function rankGraph(
  vectors: { readonly users: Node; readonly items: Node },
  userIds: Node,
): GraphSource {
  const seen = input(
    "seen",
    "argument",
    tensorType("int64", [symbolic("pair"), { name: "coordinate", size: 2 }]),
  );
  const k = symbolic("k");
  const block = gather(vectors.users, userIds);
  const dim = (vectors.items.type as ReturnType<typeof tensorType>).axes[1]!.name;
  const scores = matmul(block, transpose(vectors.items, [dim, "item"]));
  const masked = apply("fillPairs", [scores, seen], { value: MASKED_SCORE });
  const outputs = [
    { name: "items", node: apply("topKIndices", [masked], { axis: k }) },
    { name: "scores", node: apply("topKValues", [masked], { axis: k }) },
  ];
  const inputs = [vectors.users, vectors.items, userIds].filter((node) => node.operation === "input");
  return { graph: { name: "rank_model", outputs }, inputs: [...inputs, seen, countInput("k")] };
}

export function userIdsInput(axis: string): Node {
  return input("user_ids", "argument", tensorType("int32", [symbolic(axis)], "user"));
}

/** Inputs `user_vectors` [user, dim] and `item_vectors` [item, dim] of the ranking graph of a training run. */
export function vectorInputs(): { readonly users: Node; readonly items: Node } {
  const dim = symbolic("vector");
  return {
    users: input("user_vectors", "embedding", tensorType("float32", [symbolic("user"), dim])),
    items: input("item_vectors", "embedding", tensorType("float32", [symbolic("item"), dim])),
  };
}

/** float32 [query, item]: cosines of all pairs, negatives clipped to 0. */
function cosines(queries: Node, keys: Node): Node {
  const unit = (x: Node): Node => normalise(new Tensor<Axes>(x), "feature").node;
  const cosine = matmul(unit(queries), transpose(unit(keys), ["feature", "item"]));
  return apply("maximum", [cosine, scalar(0)]);
}

function featureRows(): { readonly queries: Node; readonly keys: Node } {
  const feature = symbolic("feature");
  const queries = floats("queries", [symbolic("query"), feature]);
  return { queries, keys: floats("keys", [symbolic("item"), feature]) };
}

/** Cosine similarity of every query with every key, negatives clipped to 0, and the k most similar keys. */
export function cosineTopKGraph(): GraphSource {
  const { queries, keys } = featureRows();
  const similarity = cosines(queries, keys);
  const k = symbolic("k");
  const outputs = [
    { name: "neighbours", node: apply("topKIndices", [similarity], { axis: k }) },
    { name: "similarities", node: apply("topKValues", [similarity], { axis: k }) },
  ];
  return { graph: { name: "cosine_top_k", outputs }, inputs: [queries, keys, countInput("k")] };
}

/** The same, and from the same similarities the `reverse_k` most similar queries of every key. */
export function cosineBothWaysGraph(): GraphSource {
  const { queries, keys } = featureRows();
  const similarity = cosines(queries, keys);
  const reverse = transpose(similarity, ["item", "query"]);
  const [k, reverseK] = [symbolic("k"), symbolic("reverse_k")];
  const outputs = [
    { name: "neighbours", node: apply("topKIndices", [similarity], { axis: k }) },
    { name: "similarities", node: apply("topKValues", [similarity], { axis: k }) },
    { name: "reverse_neighbours", node: apply("topKIndices", [reverse], { axis: reverseK }) },
    { name: "reverse_similarities", node: apply("topKValues", [reverse], { axis: reverseK }) },
  ];
  const inputs = [queries, keys, countInput("k"), countInput("reverse_k")];
  return { graph: { name: "cosine_both_ways", outputs }, inputs };
}

/** left [row, inner] times right [inner, column]. */
export function matrixProductGraph(): GraphSource {
  const left = floats("left", [symbolic("row"), symbolic("inner")]);
  const right = floats("right", [symbolic("inner"), symbolic("column")]);
  return {
    graph: { name: "matrix_product", outputs: [{ name: "product", node: matmul(left, right) }] },
    inputs: [left, right],
  };
}
