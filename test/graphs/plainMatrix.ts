/** Matrices as lists of rows, for models written a second time as loops; nothing of the compiler is used. */
export type Rows = readonly (readonly number[])[];

export interface Sides {
  readonly users: Rows;
  readonly items: Rows;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0);

export const transpose = (a: Rows): number[][] => a[0]!.map((_, column) => a.map((row) => row[column]!));

export function matmul(a: Rows, b: Rows): number[][] {
  const columns = transpose(b);
  return a.map((row) => columns.map((column) => dot(row, column)));
}

/** Adds one row to all. */
export const shifted = (a: Rows, by: readonly number[]): number[][] =>
  a.map((row) => row.map((x, k) => x + by[k]!));

export const multiplied = (a: Rows, b: Rows): number[][] =>
  a.map((row, i) => row.map((x, k) => x * b[i]![k]!));

export const unitRows = (a: Rows): number[][] =>
  a.map((row) => row.map((x) => x / Math.max(Math.hypot(...row), 1e-12)));

export const sigmoidOf = (a: Rows): number[][] => a.map((row) => row.map((x) => 1 / (1 + Math.exp(-x))));

export const softmaxRows = (a: Rows, temperature: number): number[][] =>
  a.map((row) => {
    const exponentials = row.map((x) => Math.exp((x - Math.max(...row)) / temperature));
    const total = exponentials.reduce((sum, x) => sum + x, 0);
    return exponentials.map((x) => x / total);
  });

/** √ of the sum of all squares. */
export const frobenius = (a: Rows): number => Math.sqrt(a.flat().reduce((sum, x) => sum + x * x, 0));

/** Σ over anchors of -log softmax over the candidates of cos / τ at the anchor's own row. */
export function contrastSum(
  a: Rows,
  b: Rows,
  ids: readonly number[],
  temperature: number,
  candidates: readonly number[] = b.map((_, row) => row),
): number {
  const [left, right] = [unitRows(a), unitRows(b)];
  const score = (anchor: number, other: number): number =>
    Math.exp(dot(left[anchor]!, right[other]!) / temperature);
  return ids
    .map((id) => -Math.log(score(id, id) / candidates.reduce((sum, other) => sum + score(id, other), 0)))
    .reduce((sum, value) => sum + value, 0);
}

/** Norm of the strictly upper triangle of the correlation of the columns. */
export function correlationAboveDiagonal(x: Rows): number {
  const columns = transpose(x).map((column) => {
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    return column.map((value) => value - mean);
  });
  let total = 0;
  columns.forEach((first, a) => {
    for (const second of columns.slice(a + 1)) {
      total += (dot(first, second) / (Math.hypot(...first) * Math.hypot(...second))) ** 2;
    }
  });
  return Math.sqrt(total);
}

/** Σ_l μ^l p^l with μ^l = (1/p^l) / Σ (1/p). */
export function inverselyWeighted(values: readonly number[]): number {
  const total = values.reduce((sum, value) => sum + 1 / value, 0);
  return values.reduce((sum, value) => sum + value * (1 / value / total), 0);
}
