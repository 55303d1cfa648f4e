import { hostTensor } from "../hostTensor.js";
import { relationCount } from "../knowledgeTriples.js";
import { requireDense, type Recipe } from "../recipe.js";
import { graphOfTriples, headRelationPairs } from "./headRelations.js";

/** The relation of every entry of a buffer of `headRelations` with the same arguments, int32 [entry]. */
export const pairRelations: Recipe = async (context) => {
  requireDense(context, "int32", null);
  const inverse = context.arguments.flag("inverse");
  const graph = await graphOfTriples(context);
  const { relationIds } = headRelationPairs(graph, inverse);
  const tensor = hostTensor("int32", [relationIds.length], relationIds);
  return { kind: "dense", tensor, indexed: relationCount(graph, inverse) };
};
