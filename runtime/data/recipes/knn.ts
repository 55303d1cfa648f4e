import { requireModality } from "../dataset.js";
import { imputations, imputeFeatures } from "../imputeFeatures.js";
import { float32Data, hostTensor, int64Data } from "../hostTensor.js";
import { RecipeError, requireSparse, runForOutput, type Recipe } from "../recipe.js";
import type { SparseMatrix } from "../sparseMatrix.js";

/** The graph holds the similarities of one tile of queries to all items: 2^24 floats are 64 MiB. */
const TILE_FLOATS = 2 ** 24;
const GRAPH = "recipes/cosine_top_k";

/**
 * D^-1/2 S D^-1/2 with D the row sums of the directed S, on both sides (ksi.md, eq. 3, as LATTICE); a row or column
 * whose sum is zero stays zero.
 */
export function normaliseByRowSums(matrix: SparseMatrix): SparseMatrix {
  const { rows, rowStart, columnIds, values } = matrix;
  const scale = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) sum += values[entry]!;
    scale[row] = sum > 0 ? 1 / Math.sqrt(sum) : 0;
  }
  const normalised = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
      normalised[entry] = values[entry]! * scale[row]! * scale[columnIds[entry]!]!;
    }
  }
  return { ...matrix, values: normalised };
}

/**
 * The k nearest items by cosine of raw features, normalised (ksi.md, eqs 1-3): per row the k largest similarities,
 * ties to the lower item, negatives clipped to 0; entries of similarity 0 are left out, they would add nothing.
 *
 * An item is its own nearest neighbour; with `includeSelf` false one more is asked for and the item itself dropped.
 * Items without features get what `impute` says first: "mean" the mean of the others (ksi.md, section 4), which makes
 * them each other's nearest neighbours; "neighbours" the mean over the items their users have; "zero" nothing, so that
 * their rows and columns stay empty (the reading of slif-mr.md, eqs 2-4).
 */
export const knn: Recipe = async (context) => {
  const modality = context.arguments.text("modality");
  const k = context.arguments.count("k");
  const includeSelf = context.arguments.flag("includeSelf");
  requireSparse(context, ["item", "item"]);
  const features = requireModality(context.dataset, modality);
  const { rows: items, size } = features;
  const data = imputeFeatures(
    features,
    context.arguments.choice("impute", imputations),
    context.dataset.train,
  );
  const asked = Math.min(includeSelf ? k : k + 1, items);
  const kept = Math.min(k, asked);

  const keys = hostTensor("float32", [items, size], data);
  const kTensor = hostTensor("int64", [1], BigInt64Array.of(BigInt(asked)));
  const usual = Math.max(1, Math.min(items, Math.floor(TILE_FLOATS / items)));
  const tile = await context.fitTile(
    GRAPH,
    usual,
    (query) =>
      new Map([
        ["query", query],
        ["item", items],
        ["feature", size],
        ["k", asked],
      ]),
  );
  const rowStart = new Int32Array(items + 1);
  const columnIds = new Int32Array(items * kept);
  const values = new Float32Array(items * kept);
  let entries = 0;
  for (let first = 0; first < items; first += tile) {
    const rows = Math.min(tile, items - first);
    const queries = hostTensor("float32", [rows, size], data.subarray(first * size, (first + rows) * size));
    const feeds = { queries, keys, k: kTensor };
    const outputs = await runForOutput(context, GRAPH, feeds, "neighbours", "similarities");
    const neighbours = int64Data(`"neighbours" of ${GRAPH}`, outputs.neighbours, [rows, asked]);
    const similarities = float32Data(`"similarities" of ${GRAPH}`, outputs.similarities, [rows, asked]);
    for (let row = 0; row < rows; row++) {
      const item = first + row;
      const found: (readonly [number, number])[] = [];
      for (let rank = 0; rank < asked && found.length < kept; rank++) {
        const neighbour = Number(neighbours[row * asked + rank]!);
        const similarity = similarities[row * asked + rank]!;
        if (neighbour < 0 || neighbour >= items || !Number.isFinite(similarity)) {
          throw new RecipeError(
            context.entry,
            `the graph ${GRAPH} gave neighbour ${neighbour} of similarity ${similarity} to item ${item}`,
            "Check the features for extreme values and the execution provider",
          );
        }
        if (!includeSelf && neighbour === item) continue;
        found.push([neighbour, similarity]);
      }
      for (const [neighbour, similarity] of found.sort(([left], [right]) => left - right)) {
        if (similarity <= 0) continue;
        columnIds[entries] = neighbour;
        values[entries] = similarity;
        entries++;
      }
      rowStart[item + 1] = entries;
    }
    context.progress(first + rows, items);
  }
  const matrix = normaliseByRowSums({
    rows: items,
    columns: items,
    rowStart,
    columnIds: columnIds.slice(0, entries),
    values: values.slice(0, entries),
  });
  return { kind: "sparse", matrix };
};
