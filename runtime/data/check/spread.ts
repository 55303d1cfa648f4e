/** How numbers are spread. */
export interface Spread {
  readonly count: number;
  readonly least: number;
  readonly quarter: number;
  readonly median: number;
  readonly threeQuarters: number;
  readonly nineTenths: number;
  readonly most: number;
  readonly mean: number;
}

/** The value below which a share of the sorted values lies, interpolated linearly between neighbours. */
function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (place - below) * (high - low);
}

/** @param values finite; null if there are none */
export function spreadOf(values: ArrayLike<number>): Spread | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return {
    count: sorted.length,
    least: sorted[0]!,
    quarter: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    threeQuarters: quantile(sorted, 0.75),
    nineTenths: quantile(sorted, 0.9),
    most: sorted.at(-1)!,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
  };
}

/** A bar of a histogram: values from `from` (included) to `to` (excluded, but for the last bar). */
export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Whole numbers counted in classes 0, 1, 2 to 3, 4 to 7, …; `to` is the largest number of the class. */
export function doublingBars(counts: ArrayLike<number>): readonly Bar[] {
  const most = Array.from(counts).reduce((left, right) => Math.max(left, right), 0);
  const bars: { from: number; to: number; count: number }[] = [{ from: 0, to: 0, count: 0 }];
  for (let from = 1; from <= most; from *= 2) bars.push({ from, to: 2 * from - 1, count: 0 });
  for (const count of Array.from(counts)) bars[count === 0 ? 0 : Math.floor(Math.log2(count)) + 1]!.count++;
  return bars;
}

/** Values counted in equally wide classes; one class if all are equal. */
export function equalBars(values: ArrayLike<number>, classes: number): readonly Bar[] {
  const list = Array.from(values);
  const least = list.reduce((left, right) => Math.min(left, right), Infinity);
  const most = list.reduce((left, right) => Math.max(left, right), -Infinity);
  if (list.length === 0) return [];
  if (least === most) return [{ from: least, to: most, count: list.length }];
  const width = (most - least) / classes;
  const bars = Array.from({ length: classes }, (_, index) => ({
    from: least + index * width,
    to: index === classes - 1 ? most : least + (index + 1) * width,
    count: 0,
  }));
  for (const value of list) bars[Math.min(classes - 1, Math.floor((value - least) / width))]!.count++;
  return bars;
}
