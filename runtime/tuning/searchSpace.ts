import type { Json } from "../artifacts/manifest.js";

/** Numbers between two bounds, both included. */
export interface Range {
  readonly kind: "range";
  readonly low: number;
  readonly high: number;
  /** Even steps or even ratios. */
  readonly scale: "linear" | "log";
  readonly isInteger: boolean;
  /** Values that grid search takes; null if none are stated. */
  readonly points: number | null;
}

/** Some values, without an order. */
export interface Choice {
  readonly kind: "choice";
  readonly values: readonly Json[];
}

export type Dimension = Range | Choice;

/** What is searched, by hyper-parameter. */
export type SearchSpace = Readonly<Record<string, Dimension>>;

/** One point of a search space: hyper-parameters by name, in the space's order. */
export type Point = Readonly<Record<string, Json>>;

/** A search space that makes no sense; all problems at once. */
export class SearchSpaceError extends Error {
  override readonly name = "SearchSpaceError";

  constructor(readonly problems: readonly string[]) {
    super(`The search space has ${problems.length} problem(s):\n  ${problems.join("\n  ")}`);
  }
}

/** Equal points have equal keys. */
export function pointKey(point: Point): string {
  return JSON.stringify(point);
}

/** Number of different points; Infinity if a range is not of integers. */
export function spaceSize(space: SearchSpace): number {
  return Object.values(space).reduce((product, dimension) => product * dimensionSize(dimension), 1);
}

function dimensionSize(dimension: Dimension): number {
  if (dimension.kind === "choice") return dimension.values.length;
  return dimension.isInteger ? dimension.high - dimension.low + 1 : Infinity;
}

/** Decimal digits to which values between bounds are rounded, so that they can be read and typed. */
const SIGNIFICANT_DIGITS = 4;

/**
 * Where a range lies on the axis on which its values are spread evenly: as they are or as logarithms. The bounds of
 * integers are moved by a half, so that the first and the last are as likely as the others.
 */
export function axisBounds({ low, high, scale, isInteger }: Range): readonly [number, number] {
  const [from, to] = isInteger ? [low - 0.5, high + 0.5] : [low, high];
  return scale === "log" ? [Math.log(from), Math.log(to)] : [from, to];
}

/** The place of a value on that axis. */
export function toAxis({ scale }: Range, value: number): number {
  return scale === "log" ? Math.log(value) : value;
}

/** The value at a place of that axis. */
export function fromAxis({ low, high, scale, isInteger }: Range, place: number): number {
  const value = scale === "log" ? Math.exp(place) : place;
  const rounded = isInteger ? Math.round(value) : Number(value.toPrecision(SIGNIFICANT_DIGITS));
  return Math.min(high, Math.max(low, rounded));
}
