import { hostTensor } from "../hostTensor.js";
import { triplesOf } from "../knowledgeTriples.js";
import { requireDense, type Recipe } from "../recipe.js";
import { graphOfTriples } from "./headRelations.js";
import { pairIds } from "./triples.js";

/**
 * For every entry of a buffer of `triples` by pairs with the same arguments, 1 / (number of tails that its head has by
 * its relation), float32 [entry]: the sum over relations of D^-1 A, entry by entry (KGAT's weights before attention).
 */
export const tailShares: Recipe = async (context) => {
  requireDense(context, "float32", null);
  const inverse = context.arguments.flag("inverse");
  const graph = await graphOfTriples(context);
  const ids = pairIds(graph, inverse, triplesOf(graph, { inverse, order: "relation", dropped: null }));
  const counts = new Int32Array((ids.at(-1) ?? -1) + 1);
  for (const id of ids) counts[id]!++;
  const shares = Float32Array.from(ids, (id) => 1 / counts[id]!);
  return { kind: "dense", tensor: hostTensor("float32", [shares.length], shares) };
};
