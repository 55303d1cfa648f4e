import { cosineNeighbours } from "../cosineNeighbours.js";
import { requireModality } from "../dataset.js";
import { imputations, imputeFeatures } from "../imputeFeatures.js";
import { normaliseByRowSums } from "../normaliseByRowSums.js";
import { requireSparse, type Recipe } from "../recipe.js";

/**
 * The k nearest items by cosine of raw features, normalised (ksi.md, eqs 1-3): per row the k largest similarities,
 * ties to the lower item, negatives clipped to 0; entries of similarity 0 are left out, they would add nothing. With
 * `weights` "unit" every neighbour counts 1 instead of its similarity, so that an entry of a full graph is 1 / k
 * (FREEDOM, Zhou and Shen, MM 2023).
 *
 * An item is its own nearest neighbour; with `includeSelf` false one more is asked for and the item itself dropped.
 * Items without features get what `impute` says first: "mean" the mean of the others (ksi.md, section 4), which makes
 * them each other's nearest neighbours; "neighbours" the mean over the items their users have; "zero" nothing, so that
 * their rows and columns stay empty (the reading of slif-mr.md, eqs 2-4).
 */
export const knn: Recipe = async (context) => {
  const modality = context.arguments.text("modality");
  const k = context.arguments.count("k");
  const includeSelf = context.arguments.flag("includeSelf");
  const weights = context.arguments.choice("weights", ["cosine", "unit"]);
  requireSparse(context, ["item", "item"]);
  const features = requireModality(context.dataset, modality);
  const { rows, size } = features;
  const vectors = imputeFeatures(
    features,
    context.arguments.choice("impute", imputations),
    context.dataset.train,
  );
  const request = { vectors, rows, size, k, includeSelf, subject: "item" };
  const cosines = await cosineNeighbours(context, request);
  const weighted = weights === "unit" ? { ...cosines, values: cosines.values.map(() => 1) } : cosines;
  return { kind: "sparse", matrix: normaliseByRowSums(weighted) };
};
