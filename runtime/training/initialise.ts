import type { Initializer, Manifest } from "../artifacts/manifest.js";
import { AxisSizeError } from "../data/axisSizes.js";
import { hostTensor, type HostTensor } from "../data/hostTensor.js";
import { Random } from "../data/random.js";

/**
 * fan_in + fan_out of a Xavier initialiser (Glorot and Bengio 2010). Of `[rows, columns]` they are columns and rows, as
 * torch's `xavier_uniform_` has them; of a vector both are its length; a scalar counts as a vector of one. Axes before
 * the last two are independent matrices and do not count.
 */
function fanSum(dims: readonly number[]): number {
  const columns = dims.at(-1) ?? 1;
  return columns + (dims.at(-2) ?? columns);
}

/** A function that draws one value after the other. */
function sampler(initializer: Initializer, dims: readonly number[], random: Random): () => number {
  const { kind, scale } = initializer;
  const uniform = (bound: number) => () => (2 * random.float64() - 1) * bound;
  switch (kind) {
    case "xavierUniform":
      return uniform(scale * Math.sqrt(6 / fanSum(dims)));
    case "xavierNormal": {
      const deviation = scale * Math.sqrt(2 / fanSum(dims));
      return () => deviation * random.normal();
    }
    case "normal":
      return () => scale * random.normal();
    case "uniform":
      return uniform(scale);
    case "constant":
      return () => scale;
  }
}

/** The start values of one parameter; they depend on the seed and the parameter's name only. */
export function initialTensor(
  name: string,
  initializer: Initializer,
  dims: readonly number[],
  seed: number,
): HostTensor {
  const draw = sampler(initializer, dims, new Random(seed, "parameter", name));
  const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
  for (let index = 0; index < data.length; index++) data[index] = draw();
  return hostTensor("float32", dims, data);
}

/**
 * The state before the first step, by tensor name: all parameters drawn from their initialisers, all moments zero.
 *
 * @throws AxisSizeError if the size of a parameter's axis is not known
 */
export function initialState(
  manifest: Pick<Manifest, "parameters" | "phases">,
  sizes: ReadonlyMap<string, number>,
  seed: number,
): Map<string, HostTensor> {
  const state = new Map<string, HostTensor>();
  for (const { name, axes, initializer } of manifest.parameters) {
    const dims = axes.map((axis) => {
      const size = sizes.get(axis);
      if (size !== undefined) return size;
      throw new AxisSizeError(
        axis,
        `its size is not known, but parameter "${name}" has it`,
        "Give the axis a size in the declaration",
      );
    });
    state.set(name, initialTensor(name, initializer, dims, seed));
  }
  for (const phase of manifest.phases) {
    for (const { name, parameter } of phase.moments) {
      const { dims, data } = state.get(parameter)!;
      state.set(name, hostTensor("float32", dims, new Float32Array(data.length)));
    }
  }
  return state;
}
