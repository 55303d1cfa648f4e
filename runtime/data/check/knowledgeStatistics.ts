import type { Dataset } from "../dataset.js";
import type { KnowledgeGraph } from "../knowledgeGraph.js";
import { Components } from "./components.js";
import { doublingBars, spreadOf, type Bar, type Spread } from "./spread.js";

/** What the knowledge graph looks like, and how it hangs on the items. */
export interface KnowledgeStatistics {
  readonly triples: number;
  readonly entities: number;
  /** Triples that stand there more than once, and those whose head is their tail. */
  readonly duplicateTriples: number;
  readonly loops: number;
  /** Entities, items included, without a triple. */
  readonly isolatedEntities: number;
  /** Items with a triple, and items with training interactions without one. */
  readonly linkedItems: number;
  readonly unlinkedInTrain: number;
  /** Triples per item that has any. */
  readonly perItem: Spread | null;
  readonly perItemBars: readonly Bar[];
  /** Different sets of (relation, entity) that items are linked to; 1 if all items are linked to the same. */
  readonly distinctItems: number;
  /** Connected parts among the entities with a triple, and the largest one's share. */
  readonly components: number;
  readonly largestComponentShare: number;
  readonly relations: readonly RelationStatistics[];
}

export interface RelationStatistics {
  readonly relation: number;
  /** From kg_relations.tsv, null without. */
  readonly name: string | null;
  readonly triples: number;
  readonly heads: number;
  readonly tails: number;
  /** Items that are a head or a tail. */
  readonly items: number;
  /** Share of the triples that the most frequent tail has. */
  readonly largestTailShare: number;
}

function relationStatistics(graph: KnowledgeGraph, items: number): readonly RelationStatistics[] {
  const rows = Array.from({ length: graph.relations }, () => ({
    triples: 0,
    heads: new Set<number>(),
    tails: new Map<number, number>(),
    items: new Set<number>(),
  }));
  graph.heads.forEach((head, triple) => {
    const row = rows[graph.relationIds[triple]!]!;
    const tail = graph.tails[triple]!;
    row.triples++;
    row.heads.add(head);
    row.tails.set(tail, (row.tails.get(tail) ?? 0) + 1);
    for (const entity of [head, tail]) if (entity < items) row.items.add(entity);
  });
  return rows.map((row, relation) => ({
    relation,
    name: graph.relationTable?.text("name", relation) ?? null,
    triples: row.triples,
    heads: row.heads.size,
    tails: row.tails.size,
    items: row.items.size,
    largestTailShare:
      row.triples === 0
        ? 0
        : [...row.tails.values()].reduce((most, count) => Math.max(most, count), 0) / row.triples,
  }));
}

/** Positions 0 … of `ids` grouped by id: those of id i are order[start[i]] up to order[start[i + 1]]. */
function grouped(ids: Int32Array, size: number): { readonly start: Int32Array; readonly order: Int32Array } {
  const start = new Int32Array(size + 1);
  for (const id of ids) start[id + 1]!++;
  for (let id = 0; id < size; id++) start[id + 1]! += start[id]!;
  const next = start.slice();
  const order = new Int32Array(ids.length);
  ids.forEach((id, position) => (order[next[id]!++] = position));
  return { start, order };
}

/** The different links of an entity in one direction, (relation, other end) as one number each. */
function linksOf(
  entity: number,
  { start, order }: ReturnType<typeof grouped>,
  graph: KnowledgeGraph,
  ends: Int32Array,
): Set<number> {
  const links = new Set<number>();
  for (const triple of order.subarray(start[entity], start[entity + 1])) {
    links.add(graph.relationIds[triple]! * graph.entities + ends[triple]!);
  }
  return links;
}

export function knowledgeStatistics(dataset: Dataset, graph: KnowledgeGraph): KnowledgeStatistics {
  const { items, train } = dataset;
  const { entities, heads, tails } = graph;
  const degree = new Int32Array(entities);
  const joined = new Components(entities);
  let loops = 0;
  heads.forEach((head, triple) => {
    const tail = tails[triple]!;
    if (head === tail) loops++;
    else degree[tail]!++;
    degree[head]!++;
    joined.join(head, tail);
  });
  const byHead = grouped(heads, entities);
  const byTail = grouped(tails, entities);
  let distinct = 0;
  const kinds = new Set<string>();
  for (let entity = 0; entity < entities; entity++) {
    const out = linksOf(entity, byHead, graph, tails);
    distinct += out.size;
    if (entity >= items || degree[entity] === 0) continue;
    const into = linksOf(entity, byTail, graph, heads);
    kinds.add([...[...out].sort(), "from", ...[...into].sort()].join(" "));
  }
  const ofItems = degree.subarray(0, items);
  const linked = ofItems.filter((count) => count > 0);
  const inTrain = new Uint8Array(items);
  for (const item of train.itemIds) inTrain[item] = 1;
  const sizes = joined.sizes((entity) => degree[entity]! > 0);
  const connected = sizes.reduce((sum, size) => sum + size, 0);
  return {
    triples: heads.length,
    entities,
    duplicateTriples: heads.length - distinct,
    loops,
    isolatedEntities: degree.filter((count) => count === 0).length,
    linkedItems: linked.length,
    unlinkedInTrain: ofItems.filter((count, item) => count === 0 && inTrain[item] === 1).length,
    perItem: spreadOf(linked),
    perItemBars: doublingBars(ofItems),
    distinctItems: kinds.size,
    components: sizes.length,
    largestComponentShare: (sizes[0] ?? 0) / Math.max(1, connected),
    relations: relationStatistics(graph, items),
  };
}
