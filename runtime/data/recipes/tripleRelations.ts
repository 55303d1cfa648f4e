import { hostTensor } from "../hostTensor.js";
import { knowledgeGraphOf } from "../knowledgeGraph.js";
import { relationCount, triplesOf } from "../knowledgeTriples.js";
import { requireDense, type Recipe } from "../recipe.js";
import { droppedTriples } from "./triples.js";

/**
 * The relation of every entry of a buffer [entity, entity] of `triples` (or of `prunedTriples` with the same `ratio`)
 * with the same `inverse`, int32 [entry].
 */
export const tripleRelations: Recipe = async (context) => {
  requireDense(context, "int32", null);
  const inverse = context.arguments.flag("inverse");
  const graph = await knowledgeGraphOf(context.dataset);
  const { relationIds } = triplesOf(graph, { inverse, order: "tail", dropped: droppedTriples(context) });
  const tensor = hostTensor("int32", [relationIds.length], relationIds);
  return { kind: "dense", tensor, indexed: relationCount(graph, inverse) };
};
