import type { Declaration } from "../authoring/declaration.js";
import { add, divide, softmax } from "../authoring/operations.js";
import type { Axes, Tensor } from "../authoring/tensor.js";
import { gumbelNoise } from "./noise.js";

/**
 * softmax((x + g) / τ) along an axis: g is Gumbel noise in training and 0 in evaluation and inference, so that these
 * are deterministic.
 *
 * @param stream name of the noise, one of its own for every use
 */
export function gumbelSoftmax<A extends Axes>(
  m: Declaration,
  stream: string,
  x: Tensor<A>,
  axis: A[number],
  temperature: number,
): Tensor<A> {
  const logits: Tensor<A> = m.training ? add(x, gumbelNoise(m, stream, x)) : x;
  const scaled: Tensor<A> = divide(logits, temperature);
  return softmax(scaled, axis);
}
