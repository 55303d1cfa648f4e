import {
  add,
  concat,
  divide,
  entryDot,
  entryRows,
  exp,
  gather,
  idEmbeddings,
  maxEntries,
  propagateWith,
  reorder,
  rowMatmul,
  split,
  subtract,
  sumEntries,
  tanh,
  transposed,
  xavierUniform,
  type Axes,
  type Declaration,
  type Ids,
  type Sparse,
  type Tensor,
} from "../../src/index.js";

export type Nodes<Dim extends string = "dim"> = Tensor<["node", Dim]>;

/** Users, items and attributes (the entities that are no items) with their interactions and triples, all of them both ways. */
export interface CollaborativeGraph {
  /** The distinct (head, relation), [node, relation]. */
  readonly pairs: Sparse<"node", "relation", "graph_pairs_entry">;
  /** The edges (head, relation, tail), a row per pair. */
  readonly edges: Sparse<"graph_pairs_entry", "node", "graph_edges_entry">;
  /** Of every pair. */
  readonly relations: Ids<"relation", ["graph_pairs_entry"]>;
  /** The tables of users, items and attributes one after the other. */
  readonly nodes: Nodes;
}

/** How edges are made; the same for all buffers of the graph. */
export const ALL_EDGES = { inverse: true, interactions: true };

/**
 * Declares the graph and the tables of its nodes (KGAT, section 2.1). Edges are kept by (head, relation): what a relation
 * does to a head is computed once for all its tails.
 */
export function collaborativeGraph(m: Declaration): CollaborativeGraph {
  m.axis("relation");
  m.axis("attribute");
  m.axis("node", ["user", "item", "attribute"]);
  const { users, items } = idEmbeddings(m);
  const attributes = m.parameter("attribute_embedding", ["attribute", "dim"], xavierUniform());
  const pairs = m.sparse("graph_pairs", "node", "relation", { kind: "headRelations", ...ALL_EDGES });
  const relations = { kind: "pairRelations", ...ALL_EDGES };
  return {
    pairs,
    edges: m.sparse("graph_edges", "graph_pairs_entry", "node", { kind: "triples", ...ALL_EDGES }),
    relations: m.idBuffer("graph_relations", ["graph_pairs_entry"], "relation", relations, "once"),
    nodes: concat("node", [
      { value: users, along: "user" },
      { value: items, along: "item" },
      { value: attributes, along: "attribute" },
    ]),
  };
}

/** The rows of the users and those of the items. */
export function usersAndItems<Rest extends Axes>(
  m: Declaration,
  x: Tensor<["node", ...Rest]>,
): { readonly users: Tensor<["user", ...Rest]>; readonly items: Tensor<["item", ...Rest]> } {
  const parts = ["user", "item", "attribute"] as const;
  const sizes = parts.map((part) => m.size(part));
  const [users, items] = split(x as unknown as Tensor<["node"]>, "node", parts, sizes) as readonly unknown[];
  return { users, items } as never;
}

/** A z: every node receives the vectors of its tails, weighted by the values of its edges (Eq. 3). */
export function received<Dim extends string>(
  { pairs, edges }: CollaborativeGraph,
  values: Tensor<["graph_edges_entry"]>,
  z: Nodes<Dim>,
): Nodes<Dim> {
  return sumEntries(pairs, propagateWith(edges, values, z));
}

/**
 * Attention of every head over its edges, a softmax of π(h, r, t) = (W_r e_t)ᵀ tanh(W_r e_h + e_r) (Eqs. 4 and 5), the
 * product as e_tᵀ q with q = W_rᵀ tanh(W_r e_h + e_r), which is computed once per (head, relation).
 *
 * @param weight W_r, [relation, dim, out]
 * @param relation e_r, [relation, out]
 */
export function attentionOf(
  { pairs, edges, relations, nodes }: CollaborativeGraph,
  weight: Tensor<["relation", "dim", "out"]>,
  relation: Tensor<["relation", "out"]>,
): Tensor<["graph_edges_entry"]> {
  const byRelation = transposed(pairs);
  const heads = entryRows(pairs);
  const projected = rowMatmul(byRelation, gather(nodes, heads), weight);
  const state = tanh(add(projected, gather(relation, relations)));
  const queries = rowMatmul(byRelation, state, reorder(weight, ["relation", "out", "dim"]));
  const logits = entryDot(edges, queries, nodes);
  const ofEdges = (x: Tensor<["node"]>): Tensor<["graph_edges_entry"]> =>
    gather(gather(x, heads), entryRows(edges));
  const exponentials = exp(subtract(logits, ofEdges(maxEntries(pairs, maxEntries(edges, logits)))));
  const weights: Tensor<["graph_edges_entry"]> = divide(
    exponentials,
    ofEdges(sumEntries(pairs, sumEntries(edges, exponentials))),
  );
  return weights;
}
