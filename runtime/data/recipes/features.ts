import { requireModality } from "../dataset.js";
import { hostTensor } from "../hostTensor.js";
import { imputeMissing } from "../modalityFeatures.js";
import { requireDense, type Recipe } from "../recipe.js";

/** The raw features [item, `<modality>_feature`], missing rows replaced by the mean of the others. */
export const features: Recipe = (context) => {
  const modality = context.arguments.text("modality");
  requireDense(context, "float32", ["item"], [`${modality}_feature`]);
  const found = requireModality(context.dataset, modality);
  const tensor = hostTensor("float32", [found.rows, found.size], imputeMissing(found));
  return { kind: "dense", tensor };
};
