import type { TowerFeatures } from "../authoring/itemTower.js";
import { divide, gather, maximum, multiply, relu, sum, toIds, topK } from "../authoring/operations.js";
import type { Tensor } from "../authoring/tensor.js";
import { cosineSimilarity } from "./normalise.js";

/**
 * What new items receive from the k known items nearest by a modality's features: the mean of their states, weighted by
 * the cosine (negatives count 0) or each the same. A row of a k-NN graph normalised as D^-1/2 S D^-1/2 is this up to the
 * degrees of the neighbours, which are taken to be like the new item's own. The new item, which such graphs hold among its
 * own neighbours, has no state yet.
 *
 * @param k at most as many as there are items
 */
export function overNearestItems(
  features: TowerFeatures,
  modality: string,
  states: Tensor<["item", "dim"]>,
  { k, weights }: { readonly k: number; readonly weights: "cosine" | "unit" },
): Tensor<["block", "dim"]> {
  const cosines: Tensor<["block", "item"]> = cosineSimilarity(
    features.given(modality),
    features.known(modality),
  );
  const { values, indices } = topK(cosines, { name: "near", size: k });
  const rows: Tensor<["block", "near", "dim"]> = gather(states, toIds(indices, "item"));
  if (weights === "unit") return divide(sum(rows, "near"), k);
  const shares: Tensor<["block", "near"]> = relu(values);
  return divide(sum(multiply(rows, shares), "near"), maximum(sum(shares, "near"), 1e-12));
}
