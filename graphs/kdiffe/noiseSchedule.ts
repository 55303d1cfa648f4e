/** How noise grows over the diffusion steps t = 1..T. */
export interface NoiseSettings {
  /** T. */
  readonly diffusionSteps: number;
  /** s. */
  readonly noiseScale: number;
  readonly noiseMin: number;
  readonly noiseMax: number;
  readonly elboWeight: "snr" | "uniform";
}

/** Constants of the diffusion, element t - 1 for step t. */
export interface NoiseSchedule {
  readonly beta: readonly number[];
  /** ᾱ_t = Π (1 - β). */
  readonly alphaBar: readonly number[];
  /** c1_t, the share of x̂_0 in the posterior mean. */
  readonly cleanShare: readonly number[];
  /** c2_t, the share of x_t in the posterior mean. */
  readonly noisyShare: readonly number[];
  /** w_t of the ELBO. */
  readonly weight: readonly number[];
}

/** β_1, which the released codes set apart from the line of variances. */
const FIRST_BETA = 1e-4;
const LARGEST_BETA = 0.999;

/**
 * The schedule of KDiffE's, DiffKG's and DiffMM's code (kdiffe.md, section 2, Eqs. 8 to 12): the variances 1 - ᾱ_t lie on
 * a line from s · min to s · max, so that ᾱ_T stays near 1 and x_T is far from pure noise.
 *
 * - β_1 = 1e-4, β_t = min(1 - (1 - v_t) / (1 - v_{t-1}), 0.999) with v the line
 * - c1_t = β_t √ᾱ_{t-1} / (1 - ᾱ_t), c2_t = (1 - ᾱ_{t-1}) √(1 - β_t) / (1 - ᾱ_t), ᾱ_0 = 1
 * - w_1 = 1, w_t = SNR(t - 1) - SNR(t), SNR = ᾱ / (1 - ᾱ); all 1 with `uniform`
 */
export function noiseSchedule(settings: NoiseSettings): NoiseSchedule {
  const { diffusionSteps, noiseScale, noiseMin, noiseMax, elboWeight } = settings;
  const [from, to] = [noiseScale * noiseMin, noiseScale * noiseMax];
  const variance = (t: number): number =>
    diffusionSteps === 1 ? from : from + ((to - from) * (t - 1)) / (diffusionSteps - 1);
  const steps = Array.from({ length: diffusionSteps }, (_, index) => index + 1);
  const beta = steps.map((t) =>
    t === 1 ? FIRST_BETA : Math.min(1 - (1 - variance(t)) / (1 - variance(t - 1)), LARGEST_BETA),
  );
  const alphaBar: number[] = [];
  for (const b of beta) alphaBar.push((alphaBar.at(-1) ?? 1) * (1 - b));
  const before = (t: number): number => (t === 1 ? 1 : alphaBar[t - 2]!);
  const ratio = (a: number): number => a / (1 - a);
  return {
    beta,
    alphaBar,
    cleanShare: steps.map((t) => (beta[t - 1]! * Math.sqrt(before(t))) / (1 - alphaBar[t - 1]!)),
    noisyShare: steps.map((t) => ((1 - before(t)) * Math.sqrt(1 - beta[t - 1]!)) / (1 - alphaBar[t - 1]!)),
    weight: steps.map((t) =>
      t === 1 || elboWeight === "uniform" ? 1 : ratio(before(t)) - ratio(alphaBar[t - 1]!),
    ),
  };
}
