import type { KnowledgeGraph } from "../knowledgeGraph.js";
import { triplesOf, type Triples } from "../knowledgeTriples.js";
import { RecipeError, type Recipe, type RecipeContext } from "../recipe.js";
import { bucketStarts } from "../sparseMatrix.js";
import { graphOfTriples, headRelationPairs, linkedAxis } from "./headRelations.js";

/** Share of triples to be left out, from 0 up to, but not, 1. @throws RecipeError for another number */
export function droppedTriples(
  context: RecipeContext,
): { ratio: number; seed: number; epoch: number } | null {
  const ratio = context.arguments.ratio("ratio");
  return ratio === 0 ? null : { ratio, seed: context.seed, epoch: context.epoch };
}

/** For each triple, the number of its (head, relation) among all such pairs, both in the same order. */
export function pairIds(
  graph: KnowledgeGraph,
  inverse: boolean,
  { heads, relationIds }: Triples,
): Int32Array {
  const pairs = headRelationPairs(graph, inverse);
  let pair = 0;
  return heads.map((head, index) => {
    while (pairs.heads[pair] !== head || pairs.relationIds[pair] !== relationIds[index]) pair++;
    return pair;
  });
}

/**
 * The triples (head, relation, tail) as entries of weight 1, each triple once. Their rows are
 *
 * - the heads, in a buffer [entity, entity]: entries by head, tail and relation, so that triples of several relations
 *   between the same two entities are parallel entries; `tripleRelations` gives the relation of each;
 * - the distinct pairs (head, relation), in a buffer whose rows are the entries of a buffer of `headRelations` with the
 *   same `inverse`: entries by head, relation and tail, none parallel.
 *
 * `inverse` adds (t, r + R, h). `prunedTriples` keeps (1 - `ratio`) of them, drawn anew every epoch, at random with
 * probability proportional to 1 / √(d_h d_t); an inverse stays with its triple. `interactions` is that of
 * `headRelations`, and the things linked are nodes then: [node, node], [entry of headRelations, node].
 */
export const triples: Recipe = async (context) => {
  const { entry } = context;
  const inverse = context.arguments.flag("inverse");
  const linked = linkedAxis(context);
  if (entry.kind !== "sparse" || entry.column !== linked) {
    throw new RecipeError(
      entry,
      `it makes a sparse [${linked}, ${linked}] or [entry of headRelations, ${linked}], but the buffer is not one`,
      "Correct the declaration",
    );
  }
  const graph = await graphOfTriples(context);
  const byHead = entry.row === linked;
  const request = { inverse, order: byHead ? "tail" : "relation", dropped: droppedTriples(context) } as const;
  const found = triplesOf(graph, request);
  const rows = byHead ? graph.entities : headRelationPairs(graph, inverse).heads.length;
  const rowIds = byHead ? found.heads : pairIds(graph, inverse, found);
  const matrix = {
    rows,
    columns: graph.entities,
    rowStart: bucketStarts(rows, rowIds),
    columnIds: found.tails,
    values: new Float32Array(rowIds.length).fill(1),
  };
  return { kind: "sparse", matrix };
};
