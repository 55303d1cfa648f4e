import {
  add,
  concat,
  constant,
  dropout,
  gather,
  linear,
  matmul,
  mean,
  multiply,
  normal,
  normalise,
  rename,
  split,
  sum,
  tanh,
  toIds,
  xavierNormal,
  type Axes,
  type Declaration,
  type Ids,
  type Tensor,
} from "../../src/index.js";
import type { NoiseSchedule } from "./noiseSchedule.js";

export interface DenoiserSettings {
  readonly diffusionSteps: number;
  readonly hidden: number;
  readonly inputDropout: number;
}

/** What distinguishes the denoisers of KDiffE, DiffKG and DiffMM. */
export interface DenoiserForm<Column extends string> {
  /** Start of its parameters' names. */
  readonly name: string;
  /** Axis of a row's entries; must be declared. */
  readonly column: Column;
  /** A vector per row that stands beside it, a constant. */
  readonly beside?: Tensor<["batch", "dim"]>;
  /** A vector per row whose mean is added to every entry, a constant. */
  readonly shift?: Tensor<["batch", "dim"]>;
  /** Divides x_t by its L2 norm first (DiffKG). */
  readonly normaliseRows?: boolean;
  /** What φ counts from: 1 as printed, 0 in the released codes. */
  readonly firstStep?: 0 | 1;
  /**
   * Rows are longer than the hidden layer: the reverse steps then stay in it. As x̂_0 and x_{t-1} are linear in it,
   * W_in x_{t-1} = c1 (G tanh(…) + W_in b_out) + c2 W_in x_t with G = W_in W_out, so that a step costs 2 · hidden² instead
   * of 4 · hidden · length; c2_1 = 0 makes the last x̂_0 the result. The same values but for rounding.
   */
  readonly isWide?: boolean;
}

/** A denoiser's two uses. */
export interface Denoiser<Column extends string> {
  /**
   * x̂_0 from x_t and the step's index t - 1.
   *
   * @param noise names the dropout of x_t, a name of its own for every use; without it there is none
   */
  predict(
    x: Tensor<["batch", Column]>,
    step: Ids<"timestep", ["batch"]>,
    noise?: string,
  ): Tensor<["batch", Column]>;
  /**
   * x_0 from x_T by the posterior means, without noise.
   *
   * @param zeros 0 for every row
   */
  reverse(
    from: Tensor<["batch", Column]>,
    zeros: Tensor<["batch"]>,
    schedule: NoiseSchedule,
  ): Tensor<["batch", Column]>;
}

/** Length of φ(t). */
const TIME = 10;

/** φ(t) for T steps from `first` on: cos, then sin of t · 10000^(-k/5), k = 0..4. */
export function timeVectors(steps: number, first: 0 | 1 = 1): number[] {
  const half = TIME / 2;
  const angles = (t: number): number[] =>
    Array.from({ length: half }, (_, k) => t * Math.pow(10000, -k / half));
  return Array.from({ length: steps }, (_, index) => angles(index + first)).flatMap((row) => [
    ...row.map(Math.cos),
    ...row.map(Math.sin),
  ]);
}

/**
 * The denoiser of KDiffE, DiffKG and DiffMM: [dropout(x_t) ; W_t φ(t) + b ; guidance] → tanh (hidden) → x̂_0. Weights
 * start from N(0, √(2 / (in + out))), biases from N(0, 0.001).
 */
export function denoiser<Column extends string>(
  m: Declaration,
  settings: DenoiserSettings,
  form: DenoiserForm<Column>,
): Denoiser<Column> {
  const { name, column, beside, shift, normaliseRows = false, firstStep = 1, isWide = false } = form;
  const into = `${name}_input`;
  m.axis("time", TIME);
  m.axis("hidden", settings.hidden);
  m.axis(into, [column, "time", ...(beside === undefined ? [] : ["dim"])]);
  const init = { initializer: xavierNormal(), biasInitializer: normal(0.001) };
  const time = linear(m, `${name}/time`, "time", "time", init);
  const parameters = <In extends string, Out extends string>(part: string, input: In, output: Out) => ({
    weight: m.parameter(`${name}/${part}/weight`, [input, output], xavierNormal()),
    bias: m.parameter(`${name}/${part}/bias`, [output], normal(0.001)),
  });
  const input = parameters("input", into, "hidden");
  const output = parameters("output", "hidden", column);
  const steps = settings.diffusionSteps;
  const times = time(constant(["timestep", "time"], [steps, TIME], timeVectors(steps, firstStep)));

  const read = (hidden: Tensor<["batch", "hidden"]>): Tensor<["batch", Column]> => {
    const product: Tensor<["batch", string]> = matmul(hidden, output.weight);
    return add(product, output.bias as Tensor<[string]>) as unknown as Tensor<["batch", Column]>;
  };
  const predict: Denoiser<Column>["predict"] = (x, step, noise) => {
    const shifted = shift === undefined ? x : add(x, mean(shift, "dim"));
    const scaled = normaliseRows ? normalise(shifted, column) : shifted;
    const kept = noise === undefined ? scaled : dropout(m, noise, scaled, settings.inputDropout);
    const parts: { readonly value: Tensor<Axes>; readonly along: string }[] = [
      { value: kept, along: column },
      { value: gather(times, step), along: "time" },
      ...(beside === undefined ? [] : [{ value: beside, along: "dim" }]),
    ];
    const joined = concat(into, parts) as Tensor<["batch", typeof into]>;
    return read(tanh(add(matmul(joined, input.weight), input.bias)));
  };

  const stepByStep: Denoiser<Column>["reverse"] = (from, zeros, { cleanShare, noisyShare }) => {
    let x = from;
    for (let t = steps; t >= 1; t--) {
      const prediction = predict(x, stepIds(zeros, t));
      x = add(multiply(cleanShare[t - 1]!, prediction), multiply(noisyShare[t - 1]!, x));
    }
    return x;
  };

  const throughHidden: Denoiser<Column>["reverse"] = (from, zeros, { cleanShare, noisyShare }) => {
    const sizes = [m.size(column), TIME];
    const [ofColumns, ofTime] = split(input.weight, into, ["columns", "time"], sizes);
    const columns = rename(ofColumns, "columns", column) as unknown as Tensor<[Column, "hidden"]>;
    // G = W_out W_in and what the output's bias gives
    const backwards = rename(output.weight, "hidden", "from_hidden") as unknown as Tensor<
      ["from_hidden", Column]
    >;
    const square = matmul(backwards, columns);
    const ofBias = sum(multiply(columns, output.bias), column) as unknown as Tensor<["hidden"]>;
    const ofTimes = add(matmul(times, ofTime as unknown as Tensor<["time", "hidden"]>), input.bias);
    let projected = matmul(from, columns);
    for (let t = steps; ; t--) {
      const hidden = tanh(add(projected, gather(ofTimes, stepIds(zeros, t))));
      if (t === 1) return read(hidden);
      const prediction = add(matmul(rename(hidden, "hidden", "from_hidden"), square), ofBias);
      projected = add(multiply(cleanShare[t - 1]!, prediction), multiply(noisyShare[t - 1]!, projected));
    }
  };

  if (!isWide) return { predict, reverse: stepByStep };
  if (beside !== undefined || shift !== undefined || normaliseRows) {
    throw new Error("internal: a wide denoiser takes rows as they are");
  }
  return { predict, reverse: throughHidden };
}

/** Step t for all rows. */
const stepIds = (zeros: Tensor<["batch"]>, t: number): Ids<"timestep", ["batch"]> =>
  toIds(add(zeros, t - 1), "timestep");
