/** An axis with the size it has in one evaluation. */
export interface SizedAxis {
  readonly name: string;
  readonly size: number;
}

/** Numbers in C order; booleans are 0 and 1, ids are whole numbers. */
export interface TensorValue {
  readonly kind: "tensor";
  readonly axes: readonly SizedAxis[];
  readonly data: Float64Array;
}

/** Unsigned 64-bit integers, which numbers cannot hold. */
export interface BigValue {
  readonly kind: "big";
  readonly axes: readonly SizedAxis[];
  readonly data: BigUint64Array;
}

export interface SparseEntry {
  readonly row: number;
  readonly column: number;
  readonly weight: number;
}

/** Entries in row-major order of the matrix as it was fed; its transpose keeps their order. */
export interface SparseValue {
  readonly kind: "sparse";
  readonly rows: number;
  readonly columns: number;
  readonly entries: readonly SparseEntry[];
}

export type Value = TensorValue | BigValue | SparseValue;

export function elementCount(axes: readonly SizedAxis[]): number {
  return axes.reduce((product, axis) => product * axis.size, 1);
}

/** Calls `visit` with the coordinates of every element in C order. The coordinates are reused between calls. */
export function forEachPosition(
  axes: readonly SizedAxis[],
  visit: (at: readonly number[], index: number) => void,
): void {
  const count = elementCount(axes);
  const at = axes.map(() => 0);
  for (let index = 0; index < count; index++) {
    visit(at, index);
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      if (++at[axis]! < axes[axis]!.size) break;
      at[axis] = 0;
    }
  }
}

/** A tensor from a function of its coordinates. */
export function tabulate(axes: readonly SizedAxis[], value: (at: readonly number[]) => number): TensorValue {
  const data = new Float64Array(elementCount(axes));
  forEachPosition(axes, (at, index) => {
    data[index] = value(at);
  });
  return { kind: "tensor", axes, data };
}

/** Index of an element of `x` for coordinates along `axes`, matched by name; axes that `x` lacks do not matter. */
export function indexBy(
  x: { readonly axes: readonly SizedAxis[] },
  axes: readonly SizedAxis[],
): (at: readonly number[]) => number {
  const strides = axes.map(() => 0);
  let stride = 1;
  for (const axis of [...x.axes].reverse()) {
    const position = axes.findIndex((candidate) => candidate.name === axis.name);
    if (position < 0 || axes[position]!.size !== axis.size) {
      throw new Error(`axis ${axis.name} of size ${axis.size} is not among those that are visited`);
    }
    strides[position] = stride;
    stride *= axis.size;
  }
  return (at) => strides.reduce((index, step, position) => index + step * at[position]!, 0);
}

/** Elements of `x` for coordinates along `axes`, matched by name. */
export function elementsBy(x: TensorValue, axes: readonly SizedAxis[]): (at: readonly number[]) => number {
  const index = indexBy(x, axes);
  return (at) => x.data[index(at)]!;
}
