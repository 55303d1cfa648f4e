import type { Dataset } from "./dataset.js";
import { knowledgeGraphOf, type KnowledgeGraph } from "./knowledgeGraph.js";
import { entryRows } from "./sparseMatrix.js";

const joined = new WeakMap<Dataset, Promise<KnowledgeGraph>>();

/**
 * The knowledge graph of a dataset together with its training interactions (KGAT's collaborative knowledge graph,
 * section 2.1), joined once however often it is asked for. Its entities are the nodes: users first, then the entities
 * of the knowledge graph, the items before the others. Relation 0 leads from a user to an item of training; relation r
 * of the knowledge graph becomes r + 1.
 *
 * @throws as `knowledgeGraphOf`
 */
export function collaborativeGraphOf(dataset: Dataset): Promise<KnowledgeGraph> {
  const known = joined.get(dataset);
  if (known !== undefined) return known;
  const graph = join(dataset);
  joined.set(dataset, graph);
  return graph;
}

async function join(dataset: Dataset): Promise<KnowledgeGraph> {
  const knowledge = await knowledgeGraphOf(dataset);
  const { users, items, train } = dataset;
  const pattern = { rows: users, columns: items, rowStart: train.rowStart, columnIds: train.itemIds };
  const count = train.itemIds.length;
  const column = (first: Int32Array, rest: Int32Array, shift: number): Int32Array => {
    const all = new Int32Array(count + rest.length);
    all.set(first);
    for (let index = 0; index < rest.length; index++) all[count + index] = rest[index]! + shift;
    return all;
  };
  return {
    entities: users + knowledge.entities,
    relations: knowledge.relations + 1,
    heads: column(entryRows(pattern), knowledge.heads, users),
    relationIds: column(new Int32Array(count), knowledge.relationIds, 1),
    tails: column(
      train.itemIds.map((item) => users + item),
      knowledge.tails,
      users,
    ),
    entityTable: null,
    relationTable: null,
  };
}
