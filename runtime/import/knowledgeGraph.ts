import type { FileWriter } from "../data/datasetContents.js";
import { importedFiles, tableWriter } from "./importedFiles.js";
import { tables } from "./importTables.js";
import { staged, type StagedSource } from "./sourceFormat.js";
import type { Workspace } from "./workspace.js";

/** Tables of the graph: entities and relations with their ids. */
const ENTITIES = "entity_ids";
const RELATIONS = "relation_ids";

export interface ImportedGraph {
  readonly triples: number;
  readonly entities: number;
  readonly relations: number;
  /** Items that are an entity of at least one triple. */
  readonly linkedItems: number;
  readonly files: Readonly<Record<string, FileWriter>>;
}

/** Columns: entity (the source's key), place (order among entities that are no items). */
function mentions(source: StagedSource): string {
  const graph = source.knowledgeGraph!;
  const inTriples = `SELECT head AS entity, rowid * 2 AS place FROM ${staged.triples}
    UNION ALL SELECT tail, rowid * 2 + 1 FROM ${staged.triples}`;
  const listed = graph.entities ? `UNION ALL SELECT source_key, NULL FROM ${staged.entities}` : "";
  const place = source.ids === "appearance" ? "min(place)" : "CAST(entity AS BIGINT)";
  return `SELECT entity, ${place} AS place FROM (${inTriples} ${listed}) GROUP BY entity`;
}

/**
 * Numbers entities and relations as a dataset has them: entity k below the number of items is item k, the others follow
 * in the source's order.
 *
 * @param items the number of items in the dataset
 * @returns null if the source has no knowledge graph
 */
export async function importGraph(
  workspace: Workspace,
  source: StagedSource,
  items: number,
): Promise<ImportedGraph | null> {
  const graph = source.knowledgeGraph;
  if (graph === null) return null;
  const step = "numbering entities";
  // The entity of an item: linked by a table, or of the same number.
  const links = graph.links
    ? `SELECT entity_key AS entity, id FROM ${staged.links} JOIN ${tables.itemCodes} ON item_key = key
       JOIN ${tables.itemIds} USING (code)`
    : `SELECT CAST(code AS VARCHAR) AS entity, id FROM ${tables.itemIds}`;
  await workspace.run(`CREATE TABLE item_entities AS ${links}`, step);
  await workspace.run(
    `CREATE TABLE ${ENTITIES} AS
     SELECT entity, id FROM item_entities
     UNION ALL SELECT entity, (${items} + row_number() OVER (ORDER BY place) - 1)::INTEGER
       FROM (${mentions(source)}) ANTI JOIN item_entities USING (entity)`,
    step,
  );
  const relationPlace = source.ids === "appearance" ? "min(rowid)" : "min(CAST(relation AS BIGINT))";
  const listedRelations = graph.relations
    ? `UNION ALL SELECT source_key AS relation, CAST(source_key AS BIGINT) AS place FROM ${staged.relations}`
    : "";
  await workspace.run(
    `CREATE TABLE ${RELATIONS} AS SELECT relation, (row_number() OVER (ORDER BY min(place)) - 1)::INTEGER AS id
     FROM (SELECT relation, ${relationPlace} AS place FROM ${staged.triples} GROUP BY relation ${listedRelations})
     GROUP BY relation`,
    step,
  );
  await workspace.run(
    `CREATE TABLE triples AS SELECT t.rowid AS position, h.id AS head, r.id AS relation, e.id AS tail
     FROM ${staged.triples} t JOIN ${ENTITIES} h ON t.head = h.entity JOIN ${RELATIONS} r ON t.relation = r.relation
     JOIN ${ENTITIES} e ON t.tail = e.entity`,
    "numbering triples",
  );
  const count = (sql: string): Promise<number> => workspace.count(`SELECT count(*) FROM ${sql}`);
  return {
    triples: await count("triples"),
    entities: items + (await count(`${ENTITIES} WHERE id >= ${items}`)),
    relations: await count(RELATIONS),
    linkedItems: await count(
      `(SELECT DISTINCT id FROM (SELECT head AS id FROM triples UNION ALL SELECT tail FROM triples) WHERE id < ${items})`,
    ),
    files: graphFiles(workspace, graph, items),
  };
}

function graphFiles(
  workspace: Workspace,
  graph: NonNullable<StagedSource["knowledgeGraph"]>,
  items: number,
): ReturnType<typeof importedFiles> {
  const name = (table: string, key: string, listed: boolean): readonly [column: string, join: string] =>
    listed ? [`coalesce(l.key, ${key})`, `LEFT JOIN ${table} l ON l.source_key = ${key}`] : [key, ""];
  const [entityName, entityJoin] = name(staged.entities, "e.entity", graph.entities);
  const [relationName, relationJoin] = name(staged.relations, "r.relation", graph.relations);
  const queries = {
    "kg_triples.tsv": "SELECT head, relation, tail FROM triples ORDER BY position",
    "kg_entities.tsv": `SELECT id AS entity_id, CASE WHEN id < ${items} THEN 'item' ELSE 'entity' END AS kind, name FROM (
        SELECT e.id, ${entityName} AS name FROM ${ENTITIES} e ${entityJoin}
        UNION ALL SELECT i.id, c.key FROM ${tables.itemIds} i JOIN ${tables.itemCodes} c USING (code)
          ANTI JOIN ${ENTITIES} e ON i.id = e.id) ORDER BY id`,
    "kg_relations.tsv": `SELECT r.id AS relation_id, ${relationName} AS name FROM ${RELATIONS} r ${relationJoin} ORDER BY r.id`,
  };
  return Object.fromEntries(
    Object.entries(queries).map(([file, query]) => [file, tableWriter(workspace, file, query)]),
  );
}
