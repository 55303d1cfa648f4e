import type { Manifest } from "../artifacts/manifest.js";
import type { Dataset } from "./dataset.js";
import type { HostTensor } from "./hostTensor.js";

/** Two sources that disagree about the size of an axis, or an axis that nothing gives a size. */
export class AxisSizeError extends Error {
  override readonly name = "AxisSizeError";
  readonly axis: string;

  constructor(axis: string, problem: string, fix: string) {
    super(`axis "${axis}": ${problem}. ${fix}.`);
    this.axis = axis;
  }
}

interface Bound {
  readonly size: number;
  readonly source: string;
}

/**
 * Sizes of all axes that the manifest, the dataset and the buffers fix, checked against each other. Axes that only a
 * run fixes (`batch`, `step`, `block`) are not among them.
 *
 * @param indexed how many things there are of axes that ids point into
 * @throws AxisSizeError if two sources disagree
 */
export function boundAxes(
  manifest: Manifest,
  dataset: Dataset,
  buffers: ReadonlyMap<string, HostTensor>,
  indexed: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const bound = new Map<string, Bound>();
  const bind = (axis: string, size: number, source: string): void => {
    const known = bound.get(axis);
    if (known === undefined) bound.set(axis, { size, source });
    else if (known.size !== size) {
      throw new AxisSizeError(
        axis,
        `its size is ${known.size} in ${known.source}, but ${size} in ${source}`,
        "Use a dataset that the artifacts were built for, or build them again with other sizes",
      );
    }
  };
  for (const [axis, size] of Object.entries(manifest.axes)) {
    if (typeof size === "number") bind(axis, size, "the manifest");
  }
  bind("user", dataset.users, `dataset "${dataset.name}"`);
  bind("item", dataset.items, `dataset "${dataset.name}"`);
  for (const [axis, size] of indexed) bind(axis, size, "the ids of a buffer");

  const bindTensor = (name: string, axes: readonly (string | number)[]): void => {
    const dims = buffers.get(name)?.dims;
    if (dims === undefined) return;
    if (dims.length !== axes.length) {
      throw new AxisSizeError(
        axes.join(", "),
        `buffer "${name}" has ${dims.length} dimensions, but ${axes.length} axes are declared`,
        "Correct the declaration",
      );
    }
    axes.forEach((axis, index) => {
      if (typeof axis === "string") bind(axis, dims[index]!, `buffer "${name}"`);
      else if (axis !== dims[index]) {
        throw new AxisSizeError(
          String(axis),
          `dimension ${index} of buffer "${name}" must be ${axis}, but it is ${dims[index]!}`,
          "Build the artifacts again with another size",
        );
      }
    });
  };
  for (const entry of manifest.buffers) {
    if (entry.kind === "dense") bindTensor(entry.name, entry.axes);
    else {
      bindTensor(`${entry.name}/entry/rows`, [entry.entry]);
      bindTensor(`${entry.name}/entry/columns`, [entry.entry]);
      bindTensor(`${entry.name}/rows/order`, [entry.row]);
      bindTensor(`${entry.name}/columns/order`, [entry.column]);
    }
  }
  for (const graph of Object.values(manifest.graphs)) {
    for (const input of graph.inputs) if (input.role === "buffer") bindTensor(input.name, input.axes);
  }

  // A sum may have a sum among its terms, so sums are added up, and the one unknown term of a known sum is found, until
  // nothing new is known.
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const [axis, size] of Object.entries(manifest.axes)) {
      if (size === null || typeof size === "number") continue;
      const terms = size.sumOf.map((term) => (typeof term === "number" ? term : bound.get(term)?.size));
      const known = terms.reduce<number>((sum, term) => sum + (term ?? 0), 0);
      const unknown = size.sumOf.filter((_, index) => terms[index] === undefined);
      const total = bound.get(axis)?.size;
      if (unknown.length === 0) {
        isChanged ||= total === undefined;
        bind(axis, known, `the sum of ${size.sumOf.join(" and ")}`);
      } else if (unknown.length === 1 && total !== undefined && total >= known) {
        isChanged = true;
        bind(String(unknown[0]), total - known, `"${axis}" less its other parts`);
      }
    }
  }
  return new Map([...bound].map(([axis, { size }]) => [axis, size]));
}

/**
 * The same, checked to be enough for the parameters.
 *
 * @throws AxisSizeError if two sources disagree or a parameter has an axis without a size
 */
export function axisSizes(
  manifest: Manifest,
  dataset: Dataset,
  buffers: ReadonlyMap<string, HostTensor>,
  indexed: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const sizes = boundAxes(manifest, dataset, buffers, indexed);
  for (const parameter of manifest.parameters) {
    const axis = parameter.axes.find((name) => !sizes.has(name));
    if (axis === undefined) continue;
    throw new AxisSizeError(
      axis,
      `neither the data nor the manifest gives it a size, but parameter "${parameter.name}" has it`,
      "Give the axis a size in the declaration",
    );
  }
  return sizes;
}
