/** Types of graph values: element type and named axes with their sizes. */

export type DType = "float32" | "int32" | "int64" | "uint64" | "bool";

/**
 * Size of an axis: a number, the name of a symbol known only when data arrives (`item`), or a sum or product of
 * sizes. Two sizes are equal when `sizeKey` gives equal text.
 */
export type Size =
  number | string | { readonly sum: readonly Size[] } | { readonly product: readonly Size[] };

export interface Axis {
  readonly name: string;
  readonly size: Size;
}

export interface TensorType {
  readonly kind: "tensor";
  readonly dtype: DType;
  readonly axes: readonly Axis[];
  /** For int32 ids: name of the axis they index. */
  readonly indexes?: string;
}

/** A sparse matrix; `entry` is the axis of its stored entries in row-major order. */
export interface SparseType {
  readonly kind: "sparse";
  readonly row: Axis;
  readonly column: Axis;
  readonly entry: Axis;
  /** Number of degree groups per orientation in the sliced ELL layout. */
  readonly groups: number;
}

export type ValueType = TensorType | SparseType;

/** Canonical text of a size; also the name of its symbolic ONNX dimension. */
export function sizeKey(size: Size): string {
  if (typeof size === "number") return String(size);
  if (typeof size === "string") return size;
  if ("sum" in size) return [...size.sum.map(sizeKey)].sort().join(" + ");
  return [...size.product.map((factor) => factorKey(factor))].sort().join(" * ");
}

function factorKey(size: Size): string {
  return typeof size === "object" && "sum" in size ? `(${sizeKey(size)})` : sizeKey(size);
}

export function sameSize(left: Size, right: Size): boolean {
  return sizeKey(left) === sizeKey(right);
}

export function sumOfSizes(sizes: readonly Size[]): Size {
  const terms = sizes.flatMap((size) => (typeof size === "object" && "sum" in size ? size.sum : [size]));
  const constant = terms.reduce<number>(
    (total, term) => (typeof term === "number" ? total + term : total),
    0,
  );
  const symbols = terms.filter((term) => typeof term !== "number");
  if (symbols.length === 0) return constant;
  const all = constant === 0 ? symbols : [...symbols, constant];
  return all.length === 1 ? all[0]! : { sum: all };
}

export function productOfSizes(sizes: readonly Size[]): Size {
  const factors = sizes.flatMap((size) =>
    typeof size === "object" && "product" in size ? size.product : [size],
  );
  const constant = factors.reduce<number>((total, f) => (typeof f === "number" ? total * f : total), 1);
  const symbols = factors.filter((factor) => typeof factor !== "number");
  if (symbols.length === 0 || constant === 0) return constant;
  const all = constant === 1 ? symbols : [...symbols, constant];
  return all.length === 1 ? all[0]! : { product: all };
}

/** Symbols a size depends on. */
export function sizeSymbols(size: Size): string[] {
  if (typeof size === "number") return [];
  if (typeof size === "string") return [size];
  return ("sum" in size ? size.sum : size.product).flatMap(sizeSymbols);
}

/** Number of a size once every symbol is known. */
export function evaluateSize(size: Size, symbols: ReadonlyMap<string, number>): number {
  if (typeof size === "number") return size;
  if (typeof size === "string") {
    const value = symbols.get(size);
    if (value === undefined) throw new Error(`internal: size of "${size}" is not known`);
    return value;
  }
  return "sum" in size
    ? size.sum.reduce<number>((total, term) => total + evaluateSize(term, symbols), 0)
    : size.product.reduce<number>((total, factor) => total * evaluateSize(factor, symbols), 1);
}

export function tensorType(dtype: DType, axes: readonly Axis[], indexes?: string): TensorType {
  return indexes === undefined ? { kind: "tensor", dtype, axes } : { kind: "tensor", dtype, axes, indexes };
}

export function axisNames(type: TensorType): string[] {
  return type.axes.map((axis) => axis.name);
}

export function sameAxes(left: readonly Axis[], right: readonly Axis[]): boolean {
  return (
    left.length === right.length &&
    left.every((axis, i) => axis.name === right[i]!.name && sameSize(axis.size, right[i]!.size))
  );
}

export function sameType(left: ValueType, right: ValueType): boolean {
  return formatType(left) === formatType(right);
}

export function formatAxis(axis: Axis): string {
  const key = sizeKey(axis.size);
  return key === axis.name ? axis.name : `${axis.name}=${key}`;
}

/** `float32 [user, dim=64]`, `int32 [batch] of item`, `sparse [user, item] entries interactions`. */
export function formatType(type: ValueType): string {
  if (type.kind === "sparse") {
    return `sparse [${formatAxis(type.row)}, ${formatAxis(type.column)}] entries ${formatAxis(type.entry)}`;
  }
  const ids = type.indexes === undefined ? "" : ` of ${type.indexes}`;
  return `${type.dtype} [${type.axes.map(formatAxis).join(", ")}]${ids}`;
}
