import type { AxisSize, BufferEntry, Manifest } from "../artifacts/manifest.js";
import type { Dataset } from "./dataset.js";
import { knowledgeGraphOf, type KnowledgeGraph } from "./knowledgeGraph.js";
import { relationCount, triplesOf } from "./knowledgeTriples.js";
import { headRelationPairs } from "./recipes/headRelations.js";

/** Recipes that read the knowledge graph. */
const knowledgeRecipes = new Set(["headRelations", "triples", "prunedTriples", "tripleRelations"]);

/**
 * Sizes of a model's axes on a dataset before any buffer is made. Exact but for the entries of graphs of nearest items,
 * which are counted as if no similarity were zero, and `distinct` and `drawn`, their most. Axes of which nothing is known beforehand
 * are left out.
 *
 * @throws DatasetError if the model needs a knowledge graph that the dataset does not have
 */
export async function expectedSizes(
  manifest: Manifest,
  dataset: Dataset,
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>([
    ["user", dataset.users],
    ["item", dataset.items],
  ]);
  const sampler = manifest.phases[0]?.sampler;
  if (sampler !== undefined) {
    const batch = Math.min(sampler.batchSize, dataset.counts.train);
    sizes.set("batch", batch).set("distinct", Math.min(batch, dataset.items));
    sizes.set("drawn", Math.min(2 * batch, dataset.items));
  }
  for (const [name, { size }] of dataset.modalities) sizes.set(`${name}_feature`, size);
  const isKnown = manifest.buffers.some(({ recipe }) => knowledgeRecipes.has(recipe.kind));
  const graph = isKnown ? await knowledgeGraphOf(dataset) : null;
  for (const buffer of manifest.buffers) {
    addBufferSizes(sizes, buffer, dataset);
    if (graph !== null) addKnowledgeSizes(sizes, buffer, graph);
  }
  for (const [name, size] of Object.entries(manifest.axes)) addAxis(sizes, name, size);
  return sizes;
}

function addBufferSizes(sizes: Map<string, number>, buffer: BufferEntry, dataset: Dataset): void {
  const { recipe } = buffer;
  const { train } = dataset.counts;
  if (buffer.kind === "sparse" && recipe.kind === "interactions") sizes.set(buffer.entry, train);
  if (buffer.kind === "sparse" && recipe.kind === "prunedInteractions") {
    sizes.set(buffer.entry, Math.round((1 - Number(recipe.ratio)) * train));
  }
  const isNearest = recipe.kind === "knn" || recipe.kind === "nearest";
  if (buffer.kind === "sparse" && isNearest && buffer.row === "item") {
    sizes.set(buffer.entry, dataset.items * Math.min(Number(recipe.k), dataset.items));
  }
  const [, second] = buffer.kind === "dense" ? buffer.axes : [];
  if (recipe.kind === "negativeItems" && second !== undefined) {
    sizes.set(second, Math.max(1, Math.round(dataset.items / Number(recipe.perItems))));
  }
}

function addKnowledgeSizes(sizes: Map<string, number>, buffer: BufferEntry, graph: KnowledgeGraph): void {
  const { recipe } = buffer;
  if (!knowledgeRecipes.has(recipe.kind)) return;
  const inverse = recipe.inverse === true;
  sizes.set("entity", graph.entities).set("relation", relationCount(graph, inverse));
  if (buffer.kind !== "sparse") return;
  if (recipe.kind === "headRelations") {
    sizes.set(buffer.entry, headRelationPairs(graph, inverse).heads.length);
    return;
  }
  const dropped = recipe.kind === "prunedTriples" ? Number(recipe.ratio) : 0;
  const triples = triplesOf(graph, { inverse: false, order: "tail", dropped: null }).heads.length;
  sizes.set(buffer.entry, Math.round((1 - dropped) * triples) * (inverse ? 2 : 1));
}

/** A sum of axes, or the one unknown part of a sum that is known. */
function addAxis(sizes: Map<string, number>, name: string, size: AxisSize): void {
  if (typeof size === "number") sizes.set(name, size);
  if (size === null || typeof size === "number") return;
  const parts = size.sumOf.map((part) => (typeof part === "number" ? part : sizes.get(part)));
  const known = parts.reduce<number>((total, part) => total + (part ?? 0), 0);
  const unknown = size.sumOf.filter((_, index) => parts[index] === undefined);
  const total = sizes.get(name);
  if (unknown.length === 0) sizes.set(name, known);
  else if (unknown.length === 1 && total !== undefined) sizes.set(String(unknown[0]), total - known);
}
