import { divide, exp, maximum, stopGradient, subtract, sumOf } from "../authoring/operations.js";
import type { Axes, Tensor } from "../authoring/tensor.js";

/**
 * Softmax over a list of values, element by element: positive shares that add up to 1.
 *
 * @param logits at least one, all of the same type
 */
export function shares<A extends Axes>(logits: readonly Tensor<A>[]): Tensor<A>[] {
  const highest = stopGradient<A>(logits.reduce((left, right): Tensor<A> => maximum(left, right)));
  const weights = logits.map((x): Tensor<A> => exp<A>(subtract(x, highest)));
  const total: Tensor<A> = sumOf(weights);
  return weights.map((weight): Tensor<A> => divide(weight, total));
}
