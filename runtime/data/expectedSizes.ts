import type { AxisSize, BufferEntry, Manifest } from "../artifacts/manifest.js";
import type { Dataset } from "./dataset.js";

/**
 * Sizes of a model's axes on a dataset before any buffer is made. Exact but for the entries of k-NN graphs, which are
 * counted as if no similarity were zero. Axes of which nothing is known beforehand are left out.
 */
export function expectedSizes(manifest: Manifest, dataset: Dataset): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>([
    ["user", dataset.users],
    ["item", dataset.items],
  ]);
  const sampler = manifest.phases[0]?.sampler;
  if (sampler !== undefined) sizes.set("batch", Math.min(sampler.batchSize, dataset.counts.train));
  for (const [name, { size }] of dataset.modalities) sizes.set(`${name}_feature`, size);
  for (const buffer of manifest.buffers) addBufferSizes(sizes, buffer, dataset);
  for (const [name, size] of Object.entries(manifest.axes)) addAxis(sizes, name, size);
  return sizes;
}

function addBufferSizes(sizes: Map<string, number>, buffer: BufferEntry, dataset: Dataset): void {
  const { recipe } = buffer;
  if (buffer.kind === "sparse" && recipe.kind === "interactions")
    sizes.set(buffer.entry, dataset.counts.train);
  if (buffer.kind === "sparse" && recipe.kind === "knn") {
    sizes.set(buffer.entry, dataset.items * Math.min(Number(recipe.k), dataset.items));
  }
  const [, second] = buffer.kind === "dense" ? buffer.axes : [];
  if (recipe.kind === "negativeItems" && second !== undefined) {
    sizes.set(second, Math.max(1, Math.round(dataset.items / Number(recipe.perItems))));
  }
}

function addAxis(sizes: Map<string, number>, name: string, size: AxisSize): void {
  if (typeof size === "number") sizes.set(name, size);
  if (size === null || typeof size === "number") return;
  const parts = size.sumOf.map((part) => (typeof part === "number" ? part : sizes.get(part)));
  if (parts.every((part) => part !== undefined)) {
    sizes.set(
      name,
      parts.reduce((total, part) => total + part, 0),
    );
  }
}
