import type { GraphEntry, GraphTensor } from "./manifest.js";
import type { HostTensor } from "../data/hostTensor.js";

/** A tensor about to be fed to a graph that is not what the manifest says. */
export class FeedError extends Error {
  override readonly name = "FeedError";

  constructor(
    readonly graph: string,
    readonly tensor: string,
    readonly expected: string,
    readonly found: string,
  ) {
    super(
      `Input "${tensor}" of graph "${graph}" must be ${expected}, but it is ${found}. ` +
        "Check that dataset, checkpoint and artifacts belong together.",
    );
  }
}

function declared(input: GraphTensor, sizes: ReadonlyMap<string, number>): string {
  const axes = input.axes.map((axis) => {
    const size = typeof axis === "number" ? undefined : sizes.get(axis);
    return size === undefined ? String(axis) : `${axis}=${size}`;
  });
  return `${input.dtype} [${axes.join(", ")}]`;
}

/**
 * Compares feeds with the inputs of a graph: each is present, has the dtype and the number of axes, and every axis has
 * the same size in all tensors, the known one where there is one. Sizes that only the run fixes (`step`, `batch`, the
 * groups of a sparse matrix) are taken from the first tensor that has them.
 *
 * @param graph name, for the message
 * @param known sizes fixed by manifest and dataset
 * @throws FeedError naming the tensor, what was expected and what was found
 */
export function checkFeeds(
  graph: string,
  entry: Pick<GraphEntry, "inputs">,
  feeds: ReadonlyMap<string, HostTensor>,
  known: ReadonlyMap<string, number>,
): void {
  const sizes = new Map(known);
  for (const input of entry.inputs) {
    const tensor = feeds.get(input.name);
    if (tensor === undefined) throw new FeedError(graph, input.name, declared(input, sizes), "not there");
    const expected = declared(input, sizes);
    const found = `${tensor.dtype} [${tensor.dims.join(", ")}]`;
    if (tensor.dtype !== input.dtype || tensor.dims.length !== input.axes.length) {
      throw new FeedError(graph, input.name, expected, found);
    }
    input.axes.forEach((axis, position) => {
      const dim = tensor.dims[position]!;
      const size = typeof axis === "number" ? axis : sizes.get(axis);
      if (size === undefined) sizes.set(String(axis), dim);
      else if (size !== dim) throw new FeedError(graph, input.name, expected, found);
    });
  }
}
