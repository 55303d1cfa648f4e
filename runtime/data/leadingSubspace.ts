import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { orthonormalise } from "./orthonormalise.js";
import { Random } from "./random.js";
import { addMultiples, innerProducts } from "./rowProducts.js";

/** A row-major float32 matrix. */
export interface Block {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** float32 [left rows, right columns] */
export type Multiply = (left: Block, right: Block) => Promise<Block>;

export interface LeadingSubspace {
  /** Singular values, descending. */
  readonly values: Float64Array;
  /** float64 [value, column]: right singular vectors, one per row. */
  readonly vectors: Float64Array;
  /** float64 [value, row]: the matrix times each vector. */
  readonly products: Float64Array;
  /** Largest relative change of a singular value in the last iteration. */
  readonly change: number;
  readonly converged: boolean;
}

/** Extra vectors carried along; convergence depends on the gap behind them. */
const OVERSAMPLING = 10;
const RELATIVE_CHANGE = 1e-7;
/** Rounding of one float32 product. */
const UNIT_ROUNDOFF = 2 ** -24;

function transposed(block: Block): Block {
  const { rows, columns, data } = block;
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = data[row * columns + column]!;
  }
  return { rows: columns, columns: rows, data: result };
}

/** Inner products of the rows [row, length], added in float64. */
function gram(data: Float64Array, rows: number): Matrix {
  const length = data.length / rows;
  const result = new Matrix(rows, rows);
  const products = new Float64Array(rows);
  for (let left = 0; left < rows; left++) {
    innerProducts(data.subarray(left * length, (left + 1) * length), data, 0, left + 1, products);
    for (let right = 0; right <= left; right++) {
      result.set(left, right, products[right]!);
      result.set(right, left, products[right]!);
    }
  }
  return result;
}

/** Eigenvalues descending, with the eigenvectors as the rows of a row-major matrix. */
function eigen(symmetric: Matrix): { values: Float64Array; vectors: Float64Array } {
  const size = symmetric.rows;
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, index) => index);
  order.sort((left, right) => realEigenvalues[right]! - realEigenvalues[left]!);
  const vectors = new Float64Array(size * size);
  order.forEach((column, index) => {
    for (let row = 0; row < size; row++) vectors[index * size + row] = eigenvectorMatrix.get(row, column);
  });
  return { values: Float64Array.from(order, (column) => realEigenvalues[column]!), vectors };
}

/** The first `count` rows of `weights` [block, block] times `rows` [block, length]. */
function combine(weights: Float64Array, rows: Float64Array, block: number, count: number): Float64Array {
  const length = rows.length / block;
  const result = new Float64Array(count * length);
  for (let index = 0; index < count; index++) {
    const target = result.subarray(index * length, (index + 1) * length);
    addMultiples(target, weights.subarray(index * block, (index + 1) * block), rows, 0, block);
  }
  return result;
}

/**
 * The `count` leading singular values and right singular vectors of a matrix X by subspace iteration with a
 * Rayleigh-Ritz step (Halko, Martinsson, Tropp 2011, section 4.5; Saad 2011, chapter 5), exact up to the stopping
 * rule: no leading value changes by more than 1e-7 of itself plus what float32 products cannot resolve. Products
 * with X and its transpose are float32 through `multiply`, everything of the block's size is float64 here. The
 * start is fixed, so the same matrix and the same products give the same result.
 *
 * @param count at most the smaller size of X
 * @param limit most iterations
 */
export async function leadingSubspace(
  matrix: Block,
  count: number,
  multiply: Multiply,
  limit: number,
  progress: (done: number, total: number) => void,
): Promise<LeadingSubspace> {
  const { rows, columns, data } = matrix;
  const block = Math.min(count + OVERSAMPLING, rows, columns);
  const random = new Random(0, "leadingSubspace");
  let basis: Float64Array = Float64Array.from({ length: block * columns }, () => random.normal());
  orthonormalise(basis, columns, random);

  let squaredNorm = 0;
  for (const value of data) squaredNorm += value * value;
  const unresolved = UNIT_ROUNDOFF * Math.sqrt(squaredNorm / rows);

  let previous: Float64Array = new Float64Array(count);
  for (let iteration = 1; ; iteration++) {
    const right = transposed({ rows: block, columns, data: Float32Array.from(basis) });
    const image = transposed(await multiply(matrix, right));
    const exact = Float64Array.from(image.data);
    const ritz = eigen(gram(exact, block));
    const values = ritz.values.slice(0, count).map((squared) => Math.sqrt(Math.max(0, squared)));
    let change = 0;
    let converged = iteration > 1;
    values.forEach((value, index) => {
      const difference = Math.abs(value - previous[index]!);
      if (difference > RELATIVE_CHANGE * value + unresolved) converged = false;
      change = Math.max(change, difference <= unresolved ? 0 : difference / value);
    });
    progress(converged ? limit : iteration, limit);
    if (converged || iteration >= limit) {
      const vectors = combine(ritz.vectors, basis, block, count);
      const products = combine(ritz.vectors, exact, block, count);
      return { values, vectors, products, change, converged };
    }
    previous = values;
    const pulledBack = await multiply(image, matrix);
    basis = combine(ritz.vectors, Float64Array.from(pulledBack.data), block, block);
    orthonormalise(basis, columns, random);
  }
}
