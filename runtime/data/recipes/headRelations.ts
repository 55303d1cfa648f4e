import { collaborativeGraphOf } from "../collaborativeGraph.js";
import { knowledgeGraphOf, type KnowledgeGraph } from "../knowledgeGraph.js";
import { relationCount, triplesOf } from "../knowledgeTriples.js";
import { requireSparse, type Recipe, type RecipeContext } from "../recipe.js";
import { bucketStarts } from "../sparseMatrix.js";

/** The knowledge graph, with the argument `interactions` joined with the training interactions. */
export function graphOfTriples(context: RecipeContext): Promise<KnowledgeGraph> {
  const { arguments: call, dataset } = context;
  return call.flag("interactions") ? collaborativeGraphOf(dataset) : knowledgeGraphOf(dataset);
}

/** The axis of the things that the triples link: users and entities are nodes. */
export const linkedAxis = ({ arguments: call }: RecipeContext): "node" | "entity" =>
  call.flag("interactions") ? "node" : "entity";

/** The distinct (head, relation) of the triples, by head and relation. */
export function headRelationPairs(
  graph: KnowledgeGraph,
  inverse: boolean,
): { readonly heads: Int32Array; readonly relationIds: Int32Array } {
  const { heads, relationIds } = triplesOf(graph, { inverse, order: "relation", dropped: null });
  const first = Int32Array.from(heads, (_, index) => index).filter(
    (index) =>
      index === 0 || heads[index] !== heads[index - 1] || relationIds[index] !== relationIds[index - 1],
  );
  return {
    heads: first.map((index) => heads[index]!),
    relationIds: first.map((index) => relationIds[index]!),
  };
}

/**
 * Which entities are heads of which relations, weights 1, [entity, relation]. Its entries are the distinct pairs
 * (head, relation): what a relation does to a head is computed once per pair, not once per triple, and the pairs are
 * the rows of the buffer that `triples` makes beside it.
 *
 * `interactions` joins the training interactions to the triples, [node, relation]: nodes are the users, then the
 * entities; relation 0 leads from a user to an item, the others follow (KGAT, section 2.1).
 */
export const headRelations: Recipe = async (context) => {
  requireSparse(context, [linkedAxis(context), "relation"]);
  const inverse = context.arguments.flag("inverse");
  const graph = await graphOfTriples(context);
  const { heads, relationIds } = headRelationPairs(graph, inverse);
  const matrix = {
    rows: graph.entities,
    columns: relationCount(graph, inverse),
    rowStart: bucketStarts(graph.entities, heads),
    columnIds: relationIds,
    values: new Float32Array(heads.length).fill(1),
  };
  return { kind: "sparse", matrix };
};
