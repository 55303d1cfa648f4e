import {
  add,
  concat,
  divide,
  entryColumns,
  entryDot,
  entryRows,
  exp,
  gather,
  log,
  matmul,
  maxEntries,
  maximum,
  meanOf,
  propagateWith,
  reorder,
  rowMatmul,
  split,
  subtract,
  sumEntries,
  sumOf,
  tanh,
  transpose,
  transposed,
  xavierUniform,
  type Axes,
  type Declaration,
  type Sparse,
  type Tensor,
} from "../../src/index.js";
import type { Correlation, ItemGraph, Items } from "./correlation.js";

export interface KnowledgeSettings {
  readonly dim: number;
  readonly layers: number;
  readonly kgInverse: boolean;
  readonly kgPooling: "mean0" | "residual";
  readonly kgCorrelationPrior: "none" | "log";
  readonly kgDropped: number;
}

/** Degree groups of heads and of relations, of which there are few. */
const PAIR_GROUPS = 5;

type Entities = Tensor<["entity", "dim"]>;
type Pairs = Sparse<"entity", "relation", "kg_pairs_entry">;
type Triples = Sparse<"kg_pairs_entry", "entity">;

/** Edges of the attention with their logits. */
interface Scored<Graph> {
  readonly graph: Graph;
  readonly logits: Tensor<[string]>;
}

/** Below the sum of a softmax' exponentials where there are any, whose largest is 1. */
const NO_EDGES = 0.5;

/** The rows of the items and those of the other entities. */
function parts<Rest extends Axes>(
  m: Declaration,
  x: Tensor<["entity", ...Rest]>,
): readonly [Tensor<["item", ...Rest]>, Tensor<["attribute", ...Rest]>] {
  const sizes = [m.size("item"), m.size("attribute")];
  return split(x as unknown as Tensor<["entity"]>, "entity", ["item", "attribute"], sizes) as never;
}

/** `onItems` of the rows of the items, the others as they are. */
function atItems<Rest extends Axes>(
  m: Declaration,
  x: Tensor<["entity", ...Rest]>,
  onItems: (items: Tensor<["item", ...Rest]>) => Tensor<["item", ...Rest]>,
): Tensor<["entity", ...Rest]> {
  const [items, others] = parts(m, x);
  return concat("entity", [
    { value: onItems(items), along: "item" },
    { value: others, along: "attribute" },
  ]) as never;
}

/** Triples, each a head and relation with a tail; in training those that Eq. 6 keeps in the epoch. */
function tripleMatrix(m: Declaration, { kgInverse: inverse, kgDropped: ratio }: KnowledgeSettings): Triples {
  if (!m.training || ratio === 0) {
    return m.sparse("kg_triples", "kg_pairs_entry", "entity", { kind: "triples", inverse });
  }
  const recipe = { kind: "prunedTriples", inverse, ratio };
  return m.sparse("kg_kept_triples", "kg_pairs_entry", "entity", recipe, "epoch");
}

/**
 * Logits (W_r x_t)ᵀ tanh(W_r x_h + x_r) of the triples (SLIF-MR, Eq. 11) as x_tᵀ q with q = W_rᵀ tanh(W_r x_h + x_r),
 * which is computed once per distinct (head, relation): 4·P·d² for P pairs in place of 4·T·d² for T triples.
 */
function tripleLogits(m: Declaration, start: Entities, pairs: Pairs, triples: Triples): Scored<Triples> {
  const weight = m.parameter("relation_weight", ["relation", "dim", "out"], xavierUniform());
  const relation = m.parameter("relation_embedding", ["relation", "out"], xavierUniform());
  const byRelation = transposed(pairs);
  const heads = rowMatmul(byRelation, gather(start, entryRows(pairs)), weight);
  const state = tanh(add(heads, gather(relation, entryColumns(pairs))));
  const queries = rowMatmul(byRelation, state, reorder(weight, ["relation", "out", "dim"]));
  return { graph: triples, logits: entryDot(triples, queries, start) };
}

/** The same for the edges of the correlation graphs, which have a relation of their own. */
function correlationLogits(
  m: Declaration,
  items: Items,
  graphs: readonly ItemGraph[],
  prior: KnowledgeSettings["kgCorrelationPrior"],
): Scored<Sparse<"item", "item">>[] {
  if (graphs.length === 0) return [];
  const weight = m.parameter("correlated_weight", ["dim", "out"], xavierUniform());
  const relation = m.parameter("correlated_embedding", ["out"], xavierUniform());
  const queries = matmul(tanh(add(matmul(items, weight), relation)), transpose(weight));
  return graphs.map(({ matrix, weights }) => {
    const logits = entryDot(matrix, queries, items);
    return { graph: matrix, logits: prior === "none" ? logits : add(logits, log(weights())) };
  });
}

/**
 * One step x̂_h = Σ a(h, r, t) x̂_t (SLIF-MR, Eqs. 10 and 12): the softmax runs over all edges of a head, those of the
 * knowledge graph and those of the correlation graphs, with one maximum and one sum. A head without edges receives 0.
 */
function attentionStep(
  m: Declaration,
  pairs: Pairs,
  known: Scored<Triples>,
  correlated: readonly Scored<Sparse<"item", "item">>[],
): (x: Entities) => Entities {
  let highest = maxEntries(pairs, maxEntries(known.graph, known.logits));
  if (correlated.length > 0) {
    highest = atItems(m, highest, (items) =>
      correlated.reduce((most, { graph, logits }) => maximum(most, maxEntries(graph, logits)), items),
    );
  }
  const ofPair = gather(highest, entryRows(pairs));
  const weights = exp(subtract(known.logits, gather(ofPair, entryRows(known.graph))));
  const [ofItem] = parts(m, highest);
  const others = correlated.map(({ graph, logits }) => ({
    graph,
    weights: exp(subtract(logits, gather(ofItem, entryRows(graph)))),
  }));
  const ofTriples = sumEntries(pairs, sumEntries(known.graph, weights));
  const sums =
    others.length === 0
      ? ofTriples
      : atItems(m, ofTriples, (items) =>
          sumOf([items, ...others.map((edges) => sumEntries(edges.graph, edges.weights))]),
        );
  const total = maximum(sums, NO_EDGES);
  return (x) => {
    const received = sumEntries(pairs, propagateWith(known.graph, weights, x));
    if (others.length === 0) return divide(received, total);
    const [senders] = parts(m, x);
    const all = atItems(m, received, (items) =>
      sumOf([items, ...others.map((edges) => propagateWith(edges.graph, edges.weights, senders))]),
    );
    return divide(all, total);
  };
}

/**
 * x̂ of the items: ID embeddings of items and other entities over the knowledge graph and the correlation graphs, with
 * attention from layer 0 that every layer uses (SLIF-MR, Eqs. 10 to 13 and 18). Gradients flow through the attention:
 * nothing else trains W_r and x_r.
 */
export function knowledgeBranch(
  m: Declaration,
  items: Items,
  correlation: Correlation | undefined,
  settings: KnowledgeSettings,
): Items {
  m.axis("attribute");
  m.axis("entity", ["item", "attribute"]);
  m.axis("relation");
  m.axis("out", settings.dim);
  const others = m.parameter("attribute_embedding", ["attribute", "dim"], xavierUniform());
  const start: Entities = concat("entity", [
    { value: items, along: "item" },
    { value: others, along: "attribute" },
  ]);
  const recipe = { kind: "headRelations", inverse: settings.kgInverse };
  const pairs = m.sparse("kg_pairs", "entity", "relation", recipe, "once", PAIR_GROUPS);
  const known = tripleLogits(m, start, pairs, tripleMatrix(m, settings));
  const correlated = correlationLogits(m, items, correlation?.joined ?? [], settings.kgCorrelationPrior);
  const step = attentionStep(m, pairs, known, correlated);
  const layers = [start];
  while (layers.length <= settings.layers) layers.push(step(layers.at(-1)!));
  const deeper = layers.slice(1).map((layer) => parts(m, layer)[0]);
  return settings.kgPooling === "mean0" ? meanOf([items, ...deeper]) : add(items, meanOf(deeper));
}
