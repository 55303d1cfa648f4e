import {
  add,
  constant,
  divide,
  floor,
  gather,
  mean,
  meanAll,
  multiply,
  normalNoise,
  square,
  subtract,
  toFloat,
  toIds,
  topK,
  uniformNoise,
  type Declaration,
  type Ids,
  type Scalar,
  type Tensor,
} from "../../src/index.js";
import type { Denoiser } from "./denoiser.js";
import { noiseSchedule, type NoiseSettings } from "./noiseSchedule.js";

type Rows = Tensor<["batch", "entity"]>;

/** What a denoiser is trained with and what it generates. */
export interface Diffusion {
  /** ELBO: mean over the rows of w_t · mean((x_0 - x̂_0)²). */
  readonly elbo: Scalar;
  /** x̂_0 of the noisy rows. */
  readonly predicted: Rows;
  /** The q entities of largest value after the reverse steps T..1 from the clean rows, [batch, kept]. */
  readonly generated: Ids<"entity", ["batch", "kept"]>;
}

/**
 * Diffusion over the rows of an item-entity matrix (KDiffE, Eqs. 8 to 12) with a denoiser that predicts x̂_0.
 *
 * In training, t is uniform in 1..T per row and x_t = √ᾱ_t x_0 + √(1-ᾱ_t) n. Evaluation has no noise: t goes through 1..T
 * with the row's id and n is 0. Generation starts from x_0 itself and follows the posterior mean
 * μ_t = c1_t x̂_0 + c2_t x_t, without noise; (12) prints 1/√ᾱ_t where DDPM has 1/√α_t, and an ε-prediction that the text
 * contradicts.
 *
 * @param clean x_0
 * @param rows ids of the rows
 * @param kept q
 * @throws DeclarationError for a line of variances that falls
 */
export function diffusion(
  m: Declaration,
  denoise: Denoiser,
  clean: Rows,
  rows: Ids<string, ["batch"]>,
  kept: number,
  settings: NoiseSettings,
): Diffusion {
  const steps = settings.diffusionSteps;
  if (settings.noiseMin > settings.noiseMax) {
    const found = `it is ${settings.noiseMin}, and noiseMax is ${settings.noiseMax}`;
    throw m.problem("noiseMin", `must be at most noiseMax, as noise grows with the steps, but ${found}`);
  }
  const schedule = noiseSchedule(settings);
  const table = (values: readonly number[]): Tensor<["timestep"]> => constant(["timestep"], [steps], values);
  const ids = toFloat(rows);
  const index: Tensor<["batch"]> = m.training
    ? floor(multiply(uniformNoise(m, "diffusion/timestep", ids), steps))
    : subtract(ids, multiply(floor(divide(ids, steps)), steps));
  const step = toIds(index, "timestep");

  // (8)
  const signal: Rows = multiply(clean, gather(table(schedule.alphaBar.map(Math.sqrt)), step));
  const spread = gather(table(schedule.alphaBar.map((a) => Math.sqrt(1 - a))), step);
  const noisy = m.training ? add(signal, multiply(normalNoise(m, "diffusion/noise", clean), spread)) : signal;
  const predicted = denoise(noisy, step, "diffusion/dropout");
  const errors: Tensor<["batch"]> = mean(square(subtract(clean, predicted)), "entity");
  const elbo = meanAll(multiply(errors, gather(table(schedule.weight), step)));

  // (10) to (12)
  let x = clean;
  for (let t = steps; t >= 1; t--) {
    const at = toIds(add(multiply(ids, 0), t - 1), "timestep");
    const prediction = denoise(x, at);
    x = add(multiply(schedule.cleanShare[t - 1]!, prediction), multiply(schedule.noisyShare[t - 1]!, x));
  }
  m.axis("kept", kept);
  const { indices } = topK<["batch"], "entity", "kept">(x, { name: "kept", size: kept });
  return { elbo, predicted, generated: toIds(indices, "entity") };
}
