/** Sizes of the named axes that are known. */
export type AxisSizes = Readonly<Record<string, number>>;

/** An axis whose size neither the manifest nor the data fixes, where it is needed. */
export class AxisSizeError extends Error {
  override readonly name = "AxisSizeError";

  constructor(
    readonly tensor: string,
    readonly axis: string,
    sizes: AxisSizes,
  ) {
    const known = Object.entries(sizes).map(([name, size]) => `${name}=${size}`);
    super(
      `The size of axis "${axis}" of "${tensor}" is not known (known: ${known.join(", ")}). ` +
        "Give the model a dataset that has this axis, or fix its size in the declaration.",
    );
  }
}

/**
 * The dims of a tensor with named axes.
 *
 * @throws AxisSizeError if one of them is not known
 */
export function sizesOf(tensor: string, axes: readonly (string | number)[], sizes: AxisSizes): number[] {
  return axes.map((axis) => {
    const size = typeof axis === "number" ? axis : sizes[axis];
    if (size === undefined) throw new AxisSizeError(tensor, String(axis), sizes);
    return size;
  });
}
