import type { Random } from "../random.js";
import { select, sortedLinks, type Columns, type KnowledgeLinks } from "./links.js";

export interface GenerationRules {
  /** What becomes of a pair that the knowledge graph does not link: left out, or given the entity's usual relation. */
  readonly newEdges: "drop" | "byEntityType";
  /** Adds (e, j) to every (j, e); for links between entities only. */
  readonly reverses: boolean;
  /** Share of the links that is kept, each at random. */
  readonly keepRate: number;
}

/**
 * The links between heads and the entities that a generator chose for them (kdiffe.md, "Generation"). A pair's relation
 * is that of its first link in `known`.
 *
 * @param chosen entity ids [head, kept]
 */
export function generatedLinks(
  known: KnowledgeLinks,
  chosen: ArrayLike<number>,
  { newEdges, reverses, keepRate }: GenerationRules,
  random: Random,
): KnowledgeLinks {
  const relationOf = firstRelations(known);
  const usual = usualRelations(known);
  const perHead = chosen.length / known.heads;
  const pairs = new Set<number>();
  for (let head = 0; head < known.heads; head++) {
    for (let place = head * perHead; place < (head + 1) * perHead; place++) {
      const tail = chosen[place]!;
      pairs.add(head * known.entities + tail);
      if (reverses) pairs.add(tail * known.entities + head);
    }
  }
  const found: [number, number, number][] = [];
  for (const pair of pairs) {
    const tail = pair % known.entities;
    const relation = relationOf.get(pair) ?? (newEdges === "byEntityType" ? usual[tail]! : -1);
    if (relation >= 0) found.push([(pair - tail) / known.entities, relation, tail]);
  }
  const column = (at: 0 | 1 | 2): Int32Array => Int32Array.from(found, (link) => link[at]);
  const columns: Columns = { headIds: column(0), relationIds: column(1), tailIds: column(2) };
  const sorted = sortedLinks(columns, known);
  const kept = keepRate < 1 ? select(sorted, () => random.float64() < keepRate) : sorted;
  return { heads: known.heads, entities: known.entities, relations: known.relations, ...kept };
}

/** Relation of the first link between two ends, by head · entities + tail. */
function firstRelations({ headIds, relationIds, tailIds, entities }: KnowledgeLinks): Map<number, number> {
  const relations = new Map<number, number>();
  headIds.forEach((head, link) => {
    const pair = head * entities + tailIds[link]!;
    if (!relations.has(pair)) relations.set(pair, relationIds[link]!);
  });
  return relations;
}

/** [entity]: the relation that links to it most often, of equal ones the first; -1 where none does. */
function usualRelations({ relationIds, tailIds, entities, relations }: KnowledgeLinks): Int32Array {
  const counts = new Map<number, number>();
  const usual = new Int32Array(entities).fill(-1);
  tailIds.forEach((tail, link) => {
    const key = tail * relations + relationIds[link]!;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  for (const [key, count] of [...counts].sort(([left], [right]) => left - right)) {
    const relation = key % relations;
    const tail = (key - relation) / relations;
    const best = usual[tail]!;
    if (best < 0 || count > counts.get(tail * relations + best)!) usual[tail] = relation;
  }
  return usual;
}
