/** The nearest rows of every row. */
export interface Neighbours {
  /** [row][k] row ids: the row itself first, then the others, the nearest first. */
  readonly indices: readonly (readonly number[])[];
  /** [row][k] Euclidean distances. */
  readonly distances: readonly (readonly number[])[];
}

/**
 * All pairs are compared, in order that the result is exact and the same every time.
 *
 * @param rows [row][dim]
 * @param k neighbours per row, the row itself included; fewer if there are fewer rows
 */
export function nearestNeighbours(rows: readonly (readonly number[])[], k: number): Neighbours {
  const indices: number[][] = [];
  const distances: number[][] = [];
  for (const [self, row] of rows.entries()) {
    const squares = Float64Array.from(rows, (other) => {
      let sum = 0;
      for (let axis = 0; axis < row.length; axis++) sum += (row[axis]! - other[axis]!) ** 2;
      return sum;
    });
    squares[self] = -1;
    const nearest = [...squares.keys()]
      .sort((left, right) => squares[left]! - squares[right]! || left - right)
      .slice(0, k);
    indices.push(nearest);
    distances.push(nearest.map((other) => Math.sqrt(Math.max(0, squares[other]!))));
  }
  return { indices, distances };
}

/** How much neighbours have in common. */
export interface Agreement {
  /** Share of neighbours with the row's own value, over rows and neighbours that have one. */
  readonly share: number;
  /** The same for neighbours drawn at random. */
  readonly chance: number;
}

/** @param values [row] what the row has, null for nothing @returns null if no two rows have a value */
export function agreement({ indices }: Neighbours, values: readonly (number | null)[]): Agreement | null {
  const known = values.filter((value) => value !== null);
  let pairs = 0;
  let equal = 0;
  indices.forEach((nearest, row) => {
    if (values[row] === null) return;
    for (const other of nearest.slice(1)) {
      if (values[other] === null) continue;
      pairs++;
      if (values[other] === values[row]) equal++;
    }
  });
  if (pairs === 0) return null;
  const counts = new Map<number, number>();
  for (const value of known) counts.set(value, (counts.get(value) ?? 0) + 1);
  const equalPairs = [...counts.values()].reduce((sum, count) => sum + count * (count - 1), 0);
  return { share: equal / pairs, chance: equalPairs / (known.length * (known.length - 1)) };
}
