import type { Initializer } from "./declaration.js";

/** Uniform in ± gain √(6 / (rows + columns)) (Glorot and Bengio). */
export function xavierUniform(gain = 1): Initializer {
  return { kind: "xavierUniform", scale: gain };
}

/** Normal with deviation gain √(2 / (rows + columns)). */
export function xavierNormal(gain = 1): Initializer {
  return { kind: "xavierNormal", scale: gain };
}

export function normal(deviation: number): Initializer {
  return { kind: "normal", scale: deviation };
}

/** Uniform in ± half width. */
export function uniform(halfWidth: number): Initializer {
  return { kind: "uniform", scale: halfWidth };
}

export function zeros(): Initializer {
  return { kind: "constant", scale: 0 };
}

export function filled(value: number): Initializer {
  return { kind: "constant", scale: value };
}
