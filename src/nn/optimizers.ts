import type { OptimizerSettings } from "../authoring/phase.js";
import type { Node } from "../ir/node.js";
import { apply } from "../ops/apply.js";
import { add, divide, multiply, scalar, sqrt, subtract, sum, typeOf } from "../ops/build.js";
import { axisNames } from "../ir/types.js";

/** One parameter with everything its update reads. */
export interface UpdateInputs {
  readonly parameter: Node;
  readonly gradient: Node;
  /** In the order of `momentSuffixes`. */
  readonly moments: readonly Node[];
}

export interface Update {
  readonly parameter: Node;
  readonly moments: readonly Node[];
}

/** Names of an optimizer's state tensors, appended to the parameter's. */
export function momentSuffixes(settings: OptimizerSettings): readonly string[] {
  if (settings.kind === "sgd") return settings.momentum === 0 ? [] : ["m"];
  return ["m", "v"];
}

/** 1 - beta^step as 2 tanh(y) / (1 + tanh(y)), y = -step ln(beta) / 2: exact in float32 for small steps too. */
function oneMinusPower(beta: number, step: Node): Node {
  const half = apply("tanh", [multiply(step, scalar(-Math.log(beta) / 2))]);
  return divide(multiply(scalar(2), half), add(half, scalar(1)));
}

/** Scales all gradients so that their global L2 norm is at most `limit`. */
function clipped(gradients: readonly Node[], limit: number): Node[] {
  const squares = gradients.map((g) => sum(multiply(g, g), axisNames(typeOf(g))));
  const norm = sqrt(squares.reduce((total, square) => add(total, square)));
  const factor = apply("minimum", [scalar(1), divide(scalar(limit), add(norm, scalar(1e-6)))]);
  return gradients.map((gradient) => multiply(gradient, factor));
}

/**
 * One step of the optimizer for all parameters.
 *
 * Adam and AdamW (Kingma and Ba; Loshchilov and Hutter) with bias correction: p - lr m̂ / (√v̂ + ε), written as
 * p - lr √(1-β₂ᵗ)/(1-β₁ᵗ) · m / (√v + ε √(1-β₂ᵗ)), which needs no corrected copies of m and v. The state tensors are the
 * sums m ← β₁ m + g and v ← β₂ v + g², Adam's moments divided by 1-β₁ and 1-β₂: those factors are part of the scalars
 * then, which saves two passes over all parameters.
 * SGD with momentum as in PyTorch: m ← μ m + g; p - lr m.
 *
 * @param learningRate float32 []
 * @param step float32 [], 1 for the first step
 */
export function optimizerStep(
  settings: OptimizerSettings,
  inputs: readonly UpdateInputs[],
  learningRate: Node,
  step: Node,
): Update[] {
  const raw = inputs.map((entry) => entry.gradient);
  const gradients = settings.clipNorm > 0 ? clipped(raw, settings.clipNorm) : raw;
  return inputs.map((entry, i) => {
    const { parameter } = entry;
    const decayed =
      settings.weightDecay > 0 && settings.kind !== "adamw"
        ? add(gradients[i]!, multiply(parameter, scalar(settings.weightDecay)))
        : gradients[i]!;
    return settings.kind === "sgd"
      ? sgd(settings, parameter, decayed, entry.moments, learningRate)
      : adam(settings, parameter, decayed, entry.moments, learningRate, step);
  });
}

function sgd(
  settings: OptimizerSettings,
  parameter: Node,
  gradient: Node,
  moments: readonly Node[],
  learningRate: Node,
): Update {
  const [velocity] = moments;
  if (velocity === undefined) {
    return { parameter: subtract(parameter, multiply(gradient, learningRate)), moments: [] };
  }
  const next = add(multiply(velocity, scalar(settings.momentum)), gradient);
  return { parameter: subtract(parameter, multiply(next, learningRate)), moments: [next] };
}

function adam(
  settings: OptimizerSettings,
  parameter: Node,
  gradient: Node,
  moments: readonly Node[],
  learningRate: Node,
  step: Node,
): Update {
  const [m, v] = moments as [Node, Node];
  const { beta1, beta2, epsilon } = settings;
  const nextM = add(multiply(m, scalar(beta1)), gradient);
  const nextV = add(multiply(v, scalar(beta2)), multiply(gradient, gradient));
  const root = multiply(sqrt(oneMinusPower(beta2, step)), scalar(1 / Math.sqrt(1 - beta2)));
  const rate = divide(multiply(learningRate, multiply(root, scalar(1 - beta1))), oneMinusPower(beta1, step));
  const update = multiply(rate, divide(nextM, add(sqrt(nextV), multiply(root, scalar(epsilon)))));
  const base =
    settings.kind === "adamw" && settings.weightDecay > 0
      ? subtract(parameter, multiply(parameter, multiply(learningRate, scalar(settings.weightDecay))))
      : parameter;
  return { parameter: subtract(base, update), moments: [nextM, nextV] };
}
