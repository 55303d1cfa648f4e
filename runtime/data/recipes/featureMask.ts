import { requireModality } from "../dataset.js";
import { hostTensor } from "../hostTensor.js";
import { presenceMask } from "../modalityFeatures.js";
import { requireDense, type Recipe } from "../recipe.js";

/** The missing mask of a modality, float32 [item]: 1 where the item has features of it, 0 where they are missing. */
export const featureMask: Recipe = (context) => {
  const modality = context.arguments.text("modality");
  requireDense(context, "float32", ["item"]);
  const mask = presenceMask(requireModality(context.dataset, modality));
  return { kind: "dense", tensor: hostTensor("float32", [mask.length], mask) };
};
