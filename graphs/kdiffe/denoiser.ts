import {
  add,
  concat,
  constant,
  dropout,
  gather,
  linear,
  mean,
  normal,
  normalise,
  tanh,
  xavierNormal,
  type Declaration,
  type Ids,
  type Tensor,
} from "../../src/index.js";

export interface DenoiserSettings {
  readonly diffusionSteps: number;
  readonly hidden: number;
  readonly inputDropout: number;
}

/** How a row's vector enters: beside the row, as its mean added to every entry, or not at all. */
export type GuidanceForm = "concat" | "scalarShift" | "none";

/**
 * x̂_0 from x_t and the step's index t - 1.
 *
 * @param noise names the dropout of x_t, a name of its own for every use; without it there is none
 */
export type Denoiser = (
  x: Tensor<["batch", "entity"]>,
  step: Ids<"timestep", ["batch"]>,
  noise?: string,
) => Tensor<["batch", "entity"]>;

/** Length of φ(t). */
const TIME = 10;

/** φ(t) for t = 1..T: cos, then sin of t · 10000^(-k/5), k = 0..4 (DiffKG's code counts t from 0). */
export function timeVectors(steps: number): number[] {
  const half = TIME / 2;
  const angles = (t: number): number[] =>
    Array.from({ length: half }, (_, k) => t * Math.pow(10000, -k / half));
  return Array.from({ length: steps }, (_, index) => angles(index + 1)).flatMap((row) => [
    ...row.map(Math.cos),
    ...row.map(Math.sin),
  ]);
}

/**
 * The denoiser of KDiffE and DiffKG: [dropout(x_t) ; W_t φ(t) + b ; guidance] → tanh (hidden) → x̂_0. Weights start from
 * N(0, √(2 / (in + out))), biases from N(0, 0.001). Axis `entity` must be declared.
 *
 * @param guide [batch, dim], a constant
 * @param normaliseRows divides x_t by its L2 norm first (DiffKG)
 */
export function denoiser(
  m: Declaration,
  settings: DenoiserSettings,
  form: GuidanceForm,
  guide: Tensor<["batch", "dim"]>,
  normaliseRows = false,
): Denoiser {
  const isBeside = form === "concat";
  m.axis("time", TIME);
  m.axis("hidden", settings.hidden);
  m.axis("denoiser_input", ["entity", "time", ...(isBeside ? ["dim"] : [])]);
  const init = { initializer: xavierNormal(), biasInitializer: normal(0.001) };
  const time = linear(m, "denoiser/time", "time", "time", init);
  const input = linear(m, "denoiser/input", "denoiser_input", "hidden", init);
  const output = linear(m, "denoiser/output", "hidden", "entity", init);
  const steps = settings.diffusionSteps;
  const times = time(constant(["timestep", "time"], [steps, TIME], timeVectors(steps)));
  return (x, step, noise) => {
    const shifted = form === "scalarShift" ? add(x, mean(guide, "dim")) : x;
    const scaled = normaliseRows ? normalise(shifted, "entity") : shifted;
    const kept = noise === undefined ? scaled : dropout(m, noise, scaled, settings.inputDropout);
    const parts: Part[] = [
      { value: kept, along: "entity" },
      { value: gather(times, step), along: "time" },
      ...(isBeside ? [{ value: guide, along: "dim" } as const] : []),
    ];
    return output(tanh(input(concat("denoiser_input", parts))));
  };
}

type Part =
  | { readonly value: Tensor<["batch", "entity"]>; readonly along: "entity" }
  | { readonly value: Tensor<["batch", "time"]>; readonly along: "time" }
  | { readonly value: Tensor<["batch", "dim"]>; readonly along: "dim" };
