import type { Declaration } from "../authoring/declaration.js";
import { Tensor, type Axes } from "../authoring/tensor.js";
import type { Node } from "../ir/node.js";
import { apply } from "../ops/apply.js";
import { cast, cos, log, multiply, negate, scalar, sqrt, typeOf } from "../ops/build.js";

function uniformNode(m: Declaration, stream: string, like: Node): Node {
  m.noiseStream(stream);
  const { key, step } = m.randomState();
  const counters = apply("counters", [], { axes: typeOf(like).axes });
  return apply("uniform", [counters, key, step], { stream });
}

/** In (0, 1): never 0, so that its logarithm is finite, and never rounded up to 1, of which Gumbel's is not. */
function open(value: Node): Node {
  return apply("maximum", [value, scalar(2 ** -25)]);
}

/**
 * Uniform noise in [0, 1) with the axes of `like`, new in every step of training. The same seed, stream and step give
 * the same numbers on every provider. Evaluation and inference have no noise, so draw it only where `m.training`:
 * `m.training ? add(x, uniformNoise(m, "shake", x)) : x`.
 *
 * @param stream a name of its own for every use
 * @throws DeclarationError outside training, or if the stream is used twice
 */
export function uniformNoise<A extends Axes>(m: Declaration, stream: string, like: Tensor<A>): Tensor<A> {
  return new Tensor(uniformNode(m, stream, like.node));
}

/** Standard normal noise (Box and Muller), where `m.training`. @throws DeclarationError as `uniformNoise` */
export function normalNoise<A extends Axes>(m: Declaration, stream: string, like: Tensor<A>): Tensor<A> {
  m.noiseStream(stream);
  const radius = sqrt(multiply(scalar(-2), log(open(uniformNode(m, `${stream}/radius`, like.node)))));
  const angle = multiply(scalar(2 * Math.PI), uniformNode(m, `${stream}/angle`, like.node));
  return new Tensor(multiply(radius, cos(angle)));
}

/** Standard Gumbel noise, -ln(-ln u), where `m.training`. @throws DeclarationError as `uniformNoise` */
export function gumbelNoise<A extends Axes>(m: Declaration, stream: string, like: Tensor<A>): Tensor<A> {
  return new Tensor(negate(log(negate(log(open(uniformNode(m, stream, like.node)))))));
}

/**
 * In training, zeroes each element with probability `rate` and divides the rest by 1 - rate; else the identity.
 * @throws DeclarationError for a rate outside [0, 1) or a stream used twice
 */
export function dropout<A extends Axes>(
  m: Declaration,
  stream: string,
  x: Tensor<A>,
  rate: number,
): Tensor<A> {
  if (!m.training || rate === 0) return x;
  if (rate < 0 || rate >= 1)
    throw m.problem(`dropout "${stream}"`, `needs a rate in [0, 1), but it is ${rate}`);
  const kept = apply("greaterOrEqual", [uniformNode(m, stream, x.node), scalar(rate)]);
  return new Tensor(multiply(x.node, multiply(cast(kept, "float32"), scalar(1 / (1 - rate)))));
}
