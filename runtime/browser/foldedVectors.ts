import { hostTensor, type HostTensor } from "../data/hostTensor.js";

/** Ridge over the mean eigenvalue of the items' Gram matrix: what exports take where they have nothing to choose by. */
const RIDGE = 1;
/** Relative residual at which the solution is good enough for an order of items. */
const TOLERANCE = 1e-6;

function dot(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += left[index]! * right[index]!;
  return sum;
}

/** Solves (VᵀV + ρ·I) x = b by conjugate gradients, in at most as many rounds as there are dimensions. */
function solve(system: Float64Array, b: Float64Array): Float64Array {
  const dim = b.length;
  const x = new Float64Array(dim);
  const residual = b.slice();
  const direction = b.slice();
  let left = dot(residual, residual);
  const enough = TOLERANCE ** 2 * left;
  for (let round = 0; round < dim && left > enough; round++) {
    const image = direction.map((_, row) => dot(system.subarray(row * dim, (row + 1) * dim), direction));
    const step = left / dot(direction, image);
    for (let d = 0; d < dim; d++) {
      x[d]! += step * direction[d]!;
      residual[d]! -= step * image[d]!;
    }
    const next = dot(residual, residual);
    for (let d = 0; d < dim; d++) direction[d] = residual[d]! + (next / left) * direction[d]!;
    left = next;
  }
  return x;
}

/**
 * Vectors of people by what they like, the least-squares fit that exports make too: (VᵀV + ρ·I)⁻¹ times the mean of the
 * liked items' vectors, times what makes the map keep vectors of mean spread as long as they are.
 *
 * @param items float32 [item, dim]
 * @param liked int32 [block, liked], rows padded with -1
 * @returns float32 [block, dim]
 */
export function foldedVectors(items: HostTensor, liked: HostTensor): HostTensor {
  const [rows, dim] = items.dims as [number, number];
  const [block, width] = liked.dims as [number, number];
  const values = items.data as Float32Array;
  const system = new Float64Array(dim * dim);
  for (let row = 0; row < rows; row++) {
    for (let a = 0; a < dim; a++) {
      for (let b = 0; b < dim; b++) system[a * dim + b]! += values[row * dim + a]! * values[row * dim + b]!;
    }
  }
  let trace = 0;
  for (let d = 0; d < dim; d++) trace += system[d * (dim + 1)]!;
  for (let d = 0; d < dim; d++) system[d * (dim + 1)]! += (RIDGE * trace) / dim || 1;
  const scale = ((1 + RIDGE) * trace) / dim;
  const vectors = new Float32Array(block * dim);
  for (let person = 0; person < block; person++) {
    const own = (liked.data as Int32Array)
      .subarray(person * width, (person + 1) * width)
      .filter((id) => id >= 0);
    const mean = new Float64Array(dim);
    for (const item of own) {
      for (let d = 0; d < dim; d++) mean[d]! += values[item * dim + d]! / own.length;
    }
    const fit = solve(system, mean);
    fit.forEach((value, d) => (vectors[person * dim + d] = value * scale));
  }
  return hostTensor("float32", [block, dim], vectors);
}
