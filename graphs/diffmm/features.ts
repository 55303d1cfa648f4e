import {
  add,
  itemFeatures,
  leakyRelu,
  matmul,
  xavierUniform,
  zeros,
  type Declaration,
  type Tensor,
} from "../../src/index.js";

/** How features come to the embeddings' size: F W + b, or LeakyReLU_0.2(F W) (DiffMM's `trans` 1 and 0). */
export type ModalityTransform = "linear" | "matrix";

const SLOPE = 0.2;

/** f^m [item, dim]. */
export function modalityVectors(
  m: Declaration,
  modality: string,
  transform: ModalityTransform,
): Tensor<["item", "dim"]> {
  const features = itemFeatures(m, modality);
  const weight = m.parameter(`${modality}_transform/weight`, [features.axis, "dim"], xavierUniform());
  const product = matmul(features.all(), weight);
  if (transform === "matrix") return leakyRelu(product, SLOPE);
  return add(product, m.parameter(`${modality}_transform/bias`, ["dim"], zeros()));
}
