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

type Rows<Column extends string> = Tensor<["batch", Column]>;

/** What a denoiser is trained with and what it generates. */
export interface Diffusion<Column extends string> {
  /** ELBO: mean over the rows of w_t · mean((x_0 - x̂_0)²). */
  readonly elbo: Scalar;
  /** x̂_0 of the noisy rows. */
  readonly predicted: Rows<Column>;
  /** The q columns of largest value after the reverse steps T..1 from the clean rows, [batch, kept]. */
  readonly generated: Ids<Column, ["batch", "kept"]>;
}

/** What is diffused. */
export interface DiffusedRows<Column extends string> {
  /** Start of the names of its noise. */
  readonly name: string;
  readonly column: Column;
  /** x_0. */
  readonly clean: Rows<Column>;
  /** Ids of the rows. */
  readonly ids: Ids<string, ["batch"]>;
  /** q. */
  readonly kept: number;
  /** A number per row, a constant, that is added to all of x_t in training and of x_T where generation starts. */
  readonly shift?: { readonly training?: Tensor<["batch"]>; readonly generation?: Tensor<["batch"]> };
}

/**
 * Diffusion over the rows of a matrix, of items and entities for instance (KDiffE, Eqs. 8 to 12), with a denoiser that predicts x̂_0.
 *
 * In training, t is uniform in 1..T per row and x_t = √ᾱ_t x_0 + √(1-ᾱ_t) n. Evaluation has no noise: t goes through 1..T
 * with the row's id and n is 0. Generation starts from x_0 itself and follows the posterior mean
 * μ_t = c1_t x̂_0 + c2_t x_t, without noise; (12) prints 1/√ᾱ_t where DDPM has 1/√α_t, and an ε-prediction that the text
 * contradicts.
 *
 * @throws DeclarationError for a line of variances that falls
 */
export function diffusion<Column extends string>(
  m: Declaration,
  denoise: Denoiser<Column>,
  { name, column, clean, ids: rows, kept, shift = {} }: DiffusedRows<Column>,
  settings: NoiseSettings,
): Diffusion<Column> {
  const steps = settings.diffusionSteps;
  if (settings.noiseMin > settings.noiseMax) {
    const found = `it is ${settings.noiseMin}, and noiseMax is ${settings.noiseMax}`;
    throw m.problem("noiseMin", `must be at most noiseMax, as noise grows with the steps, but ${found}`);
  }
  const schedule = noiseSchedule(settings);
  const table = (values: readonly number[]): Tensor<["timestep"]> => constant(["timestep"], [steps], values);
  const ids = toFloat(rows);
  const index: Tensor<["batch"]> = m.training
    ? floor(multiply(uniformNoise(m, `${name}/timestep`, ids), steps))
    : subtract(ids, multiply(floor(divide(ids, steps)), steps));
  const step = toIds(index, "timestep");

  // (8)
  const signal: Rows<Column> = multiply(clean, gather(table(schedule.alphaBar.map(Math.sqrt)), step));
  const spread = gather(table(schedule.alphaBar.map((a) => Math.sqrt(1 - a))), step);
  const noisy = m.training ? add(signal, multiply(normalNoise(m, `${name}/noise`, clean), spread)) : signal;
  const guided = shift.training === undefined ? noisy : add(noisy, shift.training);
  const predicted = denoise.predict(guided, step, `${name}/dropout`);
  const errors = mean(square(subtract(clean, predicted)), column) as Tensor<["batch"]>;
  const elbo = meanAll(multiply(errors, gather(table(schedule.weight), step)));

  // (10) to (12)
  const start = shift.generation === undefined ? clean : add(clean, shift.generation);
  const x = denoise.reverse(start, multiply(ids, 0), schedule);
  m.axis("kept", kept);
  const { indices } = topK<["batch"], Column, "kept">(x, { name: "kept", size: kept });
  return { elbo, predicted, generated: toIds(indices, column) };
}
