import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "./dataset.js";
import { DatasetError } from "./datasetError.js";
import { readTextTable, type TextTable } from "./textTable.js";
import { readIntegerTsv } from "./tsv.js";

/** Triples (head, relation, tail); entity k below the number of items is item k. */
export interface KnowledgeGraph {
  readonly entities: number;
  readonly relations: number;
  /** [triple] */
  readonly heads: Int32Array;
  readonly relationIds: Int32Array;
  readonly tails: Int32Array;
  /** Columns of kg_entities.tsv and kg_relations.tsv, null where the folder has none. */
  readonly entityTable: TextTable | null;
  readonly relationTable: TextTable | null;
}

const loaded = new WeakMap<Dataset, Promise<KnowledgeGraph>>();

/** The knowledge graph of a dataset, read once however often it is asked for. @throws as `loadKnowledgeGraph` */
export function knowledgeGraphOf(dataset: Dataset): Promise<KnowledgeGraph> {
  const known = loaded.get(dataset);
  if (known !== undefined) return known;
  const graph = loadKnowledgeGraph(dataset);
  loaded.set(dataset, graph);
  return graph;
}

async function optionalTable(file: string, idColumn: string): Promise<TextTable | null> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  return isThere ? await readTextTable(file, idColumn) : null;
}

/**
 * Reads kg_triples.tsv (head, relation, tail) and, where they exist, kg_entities.tsv and kg_relations.tsv. With a
 * table, its largest id fixes how many entities or relations there are; without, the triples do.
 *
 * @throws DatasetError naming file and line for a bad or unknown id, and if the folder has no triples
 */
export async function loadKnowledgeGraph(dataset: Dataset): Promise<KnowledgeGraph> {
  const file = join(dataset.folder, "kg_triples.tsv");
  const { rows, columns } = await readIntegerTsv(file, { head: "id", relation: "id", tail: "id" });
  if (rows === 0)
    throw new DatasetError({ file }, "there are no triples", "Add rows or choose a model without one");
  const entityTable = await optionalTable(join(dataset.folder, "kg_entities.tsv"), "entity_id");
  const relationTable = await optionalTable(join(dataset.folder, "kg_relations.tsv"), "relation_id");

  const largest = (ids: Int32Array): number => ids.reduce((most, id) => Math.max(most, id), -1);
  const entities = Math.max(
    dataset.items,
    entityTable?.size ?? Math.max(largest(columns.head), largest(columns.tail)) + 1,
  );
  const relations = relationTable?.size ?? largest(columns.relation) + 1;
  const checks = [
    ["head", columns.head, entities, entityTable],
    ["relation", columns.relation, relations, relationTable],
    ["tail", columns.tail, entities, entityTable],
  ] as const;
  for (const [column, ids, limit, table] of checks) {
    const row = ids.findIndex((id) => id >= limit);
    if (row < 0) continue;
    throw new DatasetError(
      { file, line: row + 2 },
      `${column} ${ids[row]!} is out of range: the ids are 0 to ${limit - 1}`,
      `Correct the triple or add the id to ${table?.file ?? "its table"}`,
    );
  }
  return {
    entities,
    relations,
    heads: columns.head,
    relationIds: columns.relation,
    tails: columns.tail,
    entityTable,
    relationTable,
  };
}
