import {
  add,
  leakyRelu,
  matmul,
  multiply,
  scope,
  sigmoid,
  sum,
  xavierUniform,
  zeros,
  type Declaration,
  type ItemFeatures,
  type Tensor,
} from "../../src/index.js";

export interface PurifierSettings {
  readonly dim: number;
  readonly expansion: number;
  readonly purifierActivation: "none" | "leakyRelu";
  readonly purifierFused: boolean;
}

/** Slope of LeakyReLU, as in the framework of the codes MGNM is made of. */
const SLOPE = 0.01;

/**
 * Modality-guided filter of the item ID embeddings (MGNM, Eqs. 9 and 10): Ė = W_1 E_i^m + b_1, Ë = E_i^id ⊙ σ(W_2 Ė + b_2)
 * with W_1 [c·d, d_m], W_2 [d, c·d] and, other than printed, b_1 in R^{c·d}; stored transposed.
 *
 * Without activation, W_2 (W_1 x + b_1) = (W_2 W_1) x + W_2 b_1: `purifierFused` forms W_2 W_1 [d, d_m] first, which
 * costs 2 d_m c d² instead of 2 q d_m c d for q items, and the same again for the gradient, and changes no parameter.
 *
 * @param ids E_i^id [item, dim], item rows of the ID embeddings
 */
export function purified(
  m: Declaration,
  modality: string,
  features: ItemFeatures,
  ids: Tensor<["item", "dim"]>,
  settings: PurifierSettings,
): Tensor<["item", "dim"]> {
  m.axis("hidden", settings.expansion * settings.dim);
  const name = `${modality}_purifier`;
  const w1 = m.parameter(`${name}/w1`, [features.axis, "hidden"], xavierUniform());
  const b1 = m.parameter(`${name}/b1`, ["hidden"], zeros());
  const w2 = m.parameter(`${name}/w2`, ["hidden", "dim"], xavierUniform());
  const b2 = m.parameter(`${name}/b2`, ["dim"], zeros());
  return scope(name, () => {
    if (settings.purifierActivation === "none" && settings.purifierFused) {
      const shift: Tensor<["dim"]> = sum(multiply(w2, b1), "hidden");
      const gate: Tensor<["item", "dim"]> = matmul(features.all(), matmul(w1, w2));
      return multiply(ids, sigmoid(add(gate, add(shift, b2))));
    }
    const expanded: Tensor<["item", "hidden"]> = add(matmul(features.all(), w1), b1);
    const hidden = settings.purifierActivation === "none" ? expanded : leakyRelu(expanded, SLOPE);
    return multiply(ids, sigmoid(add(matmul(hidden, w2), b2)));
  });
}
