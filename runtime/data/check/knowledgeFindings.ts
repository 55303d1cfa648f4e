import { counted, countText, graded, NEGLIGIBLE, shareText, type Finding } from "./finding.js";
import type { KnowledgeStatistics } from "./knowledgeStatistics.js";

/** What to know about the knowledge graph. @param items of the dataset */
export function knowledgeFindings(statistics: KnowledgeStatistics, items: number): readonly Finding[] {
  const { triples, linkedItems, distinctItems, relations } = statistics;
  const findings: Finding[] = [];
  const add = (finding: Omit<Finding, "topic">): void =>
    void findings.push({ topic: "knowledge graph", ...finding });
  if (distinctItems < linkedItems / 2) {
    const share = 1 - distinctItems / linkedItems;
    add({
      severity: graded(share, { serious: 0.9, moderate: 0 }),
      message:
        distinctItems === 1
          ? `all ${countText(linkedItems)} items have the same triples: the graph does not tell them apart`
          : `${countText(linkedItems)} items have only ${countText(distinctItems)} different sets of triples`,
      advice: "Add relations that differ between items, or use a model without a knowledge graph",
      weight: share,
    });
  }
  const unlinked = items - linkedItems;
  if (unlinked > NEGLIGIBLE * items) {
    const share = unlinked / items;
    add({
      severity: graded(share, { serious: 0.8, moderate: 0.2 }),
      message: `${counted(unlinked, "item")} (${shareText(share)}) have no triple, ${countText(statistics.unlinkedInTrain)} of them with training interactions`,
      advice: "Check that entity k is item k; the graph says nothing of these items",
      weight: share,
    });
  }
  const apart = 1 - statistics.largestComponentShare;
  if (apart > NEGLIGIBLE) {
    add({
      severity: graded(apart, { moderate: 0.05 }),
      message: `the graph falls into ${countText(statistics.components)} parts; ${shareText(apart)} of its entities are outside the largest`,
      advice: "Nothing propagates between the parts",
      weight: apart,
    });
  }
  for (const relation of relations) {
    if (relation.triples < 20 || relation.largestTailShare < 0.9 || distinctItems === 1) continue;
    add({
      severity: "note",
      message: `${shareText(relation.largestTailShare)} of the triples of relation ${relation.name ?? relation.relation} end in one entity`,
      advice: "It says the same of everything; drop it",
      weight: relation.triples / triples,
    });
  }
  const largest = relations.reduce(
    (best, relation) => (relation.triples > best.triples ? relation : best),
    relations[0]!,
  );
  if (relations.length > 2 && largest.triples > 0.75 * triples) {
    add({
      severity: "note",
      message: `${shareText(largest.triples / triples)} of the triples belong to relation ${largest.name ?? largest.relation}`,
      advice: "Attention and sampling by triple see little else; sample by relation or thin it out",
      weight: largest.triples / triples,
    });
  }
  const rare = relations.filter((relation) => relation.triples > 0 && relation.items < 0.01 * items);
  if (rare.length > 0) {
    add({
      severity: "note",
      message: `${rare.length} of ${relations.length} relations touch less than 1% of the items`,
      advice: "Each costs parameters of its own; merge or drop them",
      weight: rare.length / relations.length / 2,
    });
  }
  if (statistics.duplicateTriples > NEGLIGIBLE * triples) {
    const share = statistics.duplicateTriples / triples;
    add({
      severity: graded(share, { moderate: 0.05 }),
      message: `${counted(statistics.duplicateTriples, "triple")} (${shareText(share)}) are repeated`,
      advice: "Keep each once, or attention and sampling count them more than once",
      weight: share,
    });
  }
  if (statistics.isolatedEntities > 0) {
    const share = statistics.isolatedEntities / statistics.entities;
    add({
      severity: graded(share, { moderate: 0.5 }),
      message: `${countText(statistics.isolatedEntities)} of ${countText(statistics.entities)} entities (${shareText(share)}) have no triple`,
      advice: "Entities other than items may be dropped; each costs an embedding",
      weight: share / 2,
    });
  }
  if (statistics.loops > NEGLIGIBLE * triples) {
    add({
      severity: "note",
      message: `${counted(statistics.loops, "triple")} lead from an entity to itself`,
      advice: "Drop them unless they are meant",
      weight: statistics.loops / triples,
    });
  }
  return findings;
}
