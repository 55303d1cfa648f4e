import type { Declaration } from "../authoring/declaration.js";
import { zeros } from "../authoring/initializers.js";
import { slice, softmax, sum } from "../authoring/operations.js";
import type { Scalar } from "../authoring/tensor.js";

/** One weight per modality: softmax of trainable scalars that start equal. */
export function modalityWeights(m: Declaration, modalities: readonly string[]): Scalar[] {
  if (modalities.length === 0) return [];
  m.axis("modality", modalities.length);
  const a = softmax(m.parameter("modality_logits", ["modality"], zeros()), "modality");
  return modalities.map((_, i) => sum(slice(a, "modality", i, 1, "chosen"), "chosen"));
}
