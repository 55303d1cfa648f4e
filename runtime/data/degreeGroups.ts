/** Rows partitioned by degree into groups of one width each. */
export interface DegreeGroups {
  /** Width of each group in use, strictly ascending, at most as many as asked for. */
  readonly widths: readonly number[];
  /** Cells of all groups together: sum of rows times width. */
  readonly cells: number;
}

/**
 * Fills `best[last]` for last in [low, high] with the least cost of covering widths 0..last by one more group than
 * `previous` has, and `from[last]` with the first width of that group. The best first width never decreases with
 * `last` (the group cost satisfies the quadrangle inequality), so the middle splits the search.
 */
function addGroup(
  previous: Float64Array,
  cost: (first: number, last: number) => number,
  best: Float64Array,
  from: Int32Array,
  [low, high]: readonly [number, number],
  [firstLow, firstHigh]: readonly [number, number],
): void {
  if (low > high) return;
  const middle = (low + high) >> 1;
  let least = Infinity;
  let leastFirst = firstLow;
  for (let first = firstLow; first <= Math.min(middle, firstHigh); first++) {
    const total = (first === 0 ? 0 : previous[first - 1]!) + cost(first, middle);
    if (total < least) {
      least = total;
      leastFirst = first;
    }
  }
  best[middle] = least;
  from[middle] = leastFirst;
  addGroup(previous, cost, best, from, [low, middle - 1], [firstLow, leastFirst]);
  addGroup(previous, cost, best, from, [middle + 1, high], [leastFirst, firstHigh]);
}

/**
 * The widths of at most `groups` groups that need the fewest cells, each row going to the narrowest group that holds
 * it. Exact, by dynamic programming over the D distinct degrees in O(D log D · groups); rows without entries count
 * as one entry wide.
 *
 * @param degrees [row]
 * @throws RangeError unless `groups` is a positive integer
 */
export function degreeGroups(degrees: Int32Array, groups: number): DegreeGroups {
  if (!Number.isInteger(groups) || groups < 1) {
    throw new RangeError(`the number of groups must be an integer of at least 1, but it is ${groups}.`);
  }
  if (degrees.length === 0) return { widths: [], cells: 0 };

  const rowsOfWidth = new Map<number, number>();
  for (const degree of degrees) {
    const width = Math.max(1, degree);
    rowsOfWidth.set(width, (rowsOfWidth.get(width) ?? 0) + 1);
  }
  const widths = [...rowsOfWidth.keys()].sort((left, right) => left - right);
  const rowsUpTo = [0];
  for (const width of widths) rowsUpTo.push(rowsUpTo.at(-1)! + rowsOfWidth.get(width)!);
  const cost = (first: number, last: number): number =>
    (rowsUpTo[last + 1]! - rowsUpTo[first]!) * widths[last]!;

  const count = widths.length;
  const last = count - 1;
  let best = Float64Array.from(widths, (_, index) => cost(0, index));
  const firsts = [new Int32Array(count)];
  while (firsts.length < Math.min(groups, count)) {
    const next = new Float64Array(count);
    const from = new Int32Array(count);
    addGroup(best, cost, next, from, [0, last], [0, last]);
    best = next;
    firsts.push(from);
  }

  const chosen: number[] = [];
  for (let end = last, group = firsts.length - 1; end >= 0; group--) {
    chosen.unshift(widths[end]!);
    end = firsts[group]![end]! - 1;
  }
  return { widths: chosen, cells: best[last]! };
}
