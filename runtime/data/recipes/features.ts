import { requireModality } from "../dataset.js";
import { hostTensor } from "../hostTensor.js";
import { imputations, imputeFeatures } from "../imputeFeatures.js";
import { requireDense, type Recipe } from "../recipe.js";

/** The raw features [item, `<modality>_feature`], missing rows replaced as `impute` says (by the mean by default). */
export const features: Recipe = (context) => {
  const modality = context.arguments.text("modality");
  requireDense(context, "float32", ["item"], [`${modality}_feature`]);
  const found = requireModality(context.dataset, modality);
  const data = imputeFeatures(found, context.arguments.choice("impute", imputations), context.dataset.train);
  const tensor = hostTensor("float32", [found.rows, found.size], data);
  return { kind: "dense", tensor };
};
