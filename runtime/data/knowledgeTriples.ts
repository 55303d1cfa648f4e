import type { KnowledgeGraph } from "./knowledgeGraph.js";
import { Random } from "./random.js";
import { stableOrder } from "./sparseMatrix.js";
import { weightedSample } from "./weightedSample.js";

/** Triples as columns, [triple]. */
export interface Triples {
  readonly heads: Int32Array;
  readonly relationIds: Int32Array;
  readonly tails: Int32Array;
}

/** Which triples of a knowledge graph are meant, and in which order. */
export interface TripleRequest {
  /** Adds (t, r + R, h) for every (h, r, t) of R relations. */
  readonly inverse: boolean;
  /** The second key, after the head. */
  readonly order: "tail" | "relation";
  /** Share of the triples that is left out of an epoch's draw; an inverse goes with its triple. */
  readonly dropped: { readonly ratio: number; readonly seed: number; readonly epoch: number } | null;
}

/** Relations with those that inverse triples have. */
export function relationCount({ relations }: KnowledgeGraph, inverse: boolean): number {
  return inverse ? 2 * relations : relations;
}

function select({ heads, relationIds, tails }: Triples, indices: Int32Array): Triples {
  const chosen = (ids: Int32Array): Int32Array => indices.map((index) => ids[index]!);
  return { heads: chosen(heads), relationIds: chosen(relationIds), tails: chosen(tails) };
}

/** Triples by head, then by tail and relation or by relation and tail. */
function sorted(triples: Triples, graph: KnowledgeGraph, order: "tail" | "relation"): Triples {
  const byTail = (from: Int32Array | null): Int32Array => stableOrder(graph.entities, triples.tails, from);
  const byRelation = (from: Int32Array | null): Int32Array =>
    stableOrder(2 * graph.relations, triples.relationIds, from);
  const minor = order === "tail" ? byTail(byRelation(null)) : byRelation(byTail(null));
  return select(triples, stableOrder(graph.entities, triples.heads, minor));
}

const distinctTriples = new WeakMap<KnowledgeGraph, Triples>();

/** Every triple once, by head, tail and relation. */
function distinct(graph: KnowledgeGraph): Triples {
  const known = distinctTriples.get(graph);
  if (known !== undefined) return known;
  const all = sorted(graph, graph, "tail");
  const { heads, relationIds, tails } = all;
  const first = Int32Array.from(heads, (_, index) => index).filter(
    (index) =>
      index === 0 ||
      heads[index] !== heads[index - 1] ||
      tails[index] !== tails[index - 1] ||
      relationIds[index] !== relationIds[index - 1],
  );
  const once = first.length === heads.length ? all : select(all, first);
  distinctTriples.set(graph, once);
  return once;
}

/**
 * (1 - ratio) of the triples, drawn without replacement with probability proportional to 1 / √(d_h d_t), d the number
 * of triples that an entity stands in (slif-mr.md, eq. 6, by FREEDOM's procedure).
 */
function kept(triples: Triples, entities: number, ratio: number, random: Random): Triples {
  const degrees = new Int32Array(entities);
  for (const ids of [triples.heads, triples.tails]) for (const id of ids) degrees[id]!++;
  const weights = Float64Array.from(
    triples.heads,
    (head, index) => 1 / Math.sqrt(degrees[head]! * degrees[triples.tails[index]!]!),
  );
  const count = Math.round((1 - ratio) * weights.length);
  return select(triples, weightedSample(weights, count, random));
}

/** The triples, then each turned round under a relation of its own. */
export function withInverses({ heads, relationIds, tails }: Triples, relations: number): Triples {
  const joined = (first: Int32Array, second: Int32Array): Int32Array => {
    const all = new Int32Array(first.length + second.length);
    all.set(first);
    all.set(second, first.length);
    return all;
  };
  return {
    heads: joined(heads, tails),
    relationIds: joined(
      relationIds,
      relationIds.map((id) => id + relations),
    ),
    tails: joined(tails, heads),
  };
}

/** Triples of a knowledge graph, each once, in the order asked for. */
export function triplesOf(graph: KnowledgeGraph, { inverse, order, dropped }: TripleRequest): Triples {
  const all = distinct(graph);
  const random = dropped === null ? null : new Random(dropped.seed, "triples", dropped.epoch);
  const some = random === null ? all : kept(all, graph.entities, dropped!.ratio, random);
  return sorted(inverse ? withInverses(some, graph.relations) : some, graph, order);
}
