import { float32Data, hostTensor, int64Data } from "./hostTensor.js";
import { RecipeError, runForOutput, type RecipeContext } from "./recipe.js";
import type { SparseMatrix } from "./sparseMatrix.js";

/** The graph holds the similarities of one tile of queries to all rows: 2^24 floats are 64 MiB. */
const TILE_FLOATS = 2 ** 24;
const GRAPH = "recipes/cosine_top_k";

export interface NeighbourRequest {
  /** [row, size] */
  readonly vectors: Float32Array;
  readonly rows: number;
  readonly size: number;
  readonly k: number;
  /** A row may be its own neighbour; if not, one more is asked for and the row itself dropped. */
  readonly includeSelf: boolean;
  /** What a row is called in messages. */
  readonly subject: string;
}

/**
 * Per row the k largest cosines with all rows, ties to the lower row, negatives clipped to 0; entries of similarity 0
 * are left out. All pairs are compared, tile by tile, in a graph. The size of tiles changes no bit: onnxruntime
 * multiplies a single row by another kernel, which rounds differently, so that a tile of one row is given a second.
 *
 * @throws RecipeError if a similarity is not finite
 */
export async function cosineNeighbours(
  context: RecipeContext,
  { vectors, rows: count, size, k, includeSelf, subject }: NeighbourRequest,
): Promise<SparseMatrix> {
  const asked = Math.min(includeSelf ? k : k + 1, count);
  const kept = Math.min(k, asked);
  const keys = hostTensor("float32", [count, size], vectors);
  const kTensor = hostTensor("int64", [1], BigInt64Array.of(BigInt(asked)));
  const usual = Math.max(1, Math.min(count, Math.floor(TILE_FLOATS / count)));
  const tile = await context.fitTile(
    GRAPH,
    usual,
    (query) =>
      new Map([
        ["query", query],
        ["item", count],
        ["feature", size],
        ["k", asked],
      ]),
  );
  const rowStart = new Int32Array(count + 1);
  const columnIds = new Int32Array(count * kept);
  const values = new Float32Array(count * kept);
  let entries = 0;
  for (let first = 0; first < count; first += tile) {
    const wanted = Math.min(tile, count - first);
    const from = wanted === 1 && first > 0 ? first - 1 : first;
    const rows = wanted === 1 ? Math.min(2, count) : wanted;
    const queries = hostTensor("float32", [rows, size], vectors.subarray(from * size, (from + rows) * size));
    const feeds = { queries, keys, k: kTensor };
    const outputs = await runForOutput(context, GRAPH, feeds, "neighbours", "similarities");
    const neighbours = int64Data(`"neighbours" of ${GRAPH}`, outputs.neighbours, [rows, asked]);
    const similarities = float32Data(`"similarities" of ${GRAPH}`, outputs.similarities, [rows, asked]);
    for (let own = first; own < first + wanted; own++) {
      const row = own - from;
      const found: (readonly [number, number])[] = [];
      for (let rank = 0; rank < asked && found.length < kept; rank++) {
        const neighbour = Number(neighbours[row * asked + rank]!);
        const similarity = similarities[row * asked + rank]!;
        if (neighbour < 0 || neighbour >= count || !Number.isFinite(similarity)) {
          throw new RecipeError(
            context.entry,
            `the graph ${GRAPH} gave neighbour ${neighbour} of similarity ${similarity} to ${subject} ${own}`,
            "Check the features for extreme values and the execution provider",
          );
        }
        if (!includeSelf && neighbour === own) continue;
        found.push([neighbour, similarity]);
      }
      for (const [neighbour, similarity] of found.sort(([left], [right]) => left - right)) {
        if (similarity <= 0) continue;
        columnIds[entries] = neighbour;
        values[entries] = similarity;
        entries++;
      }
      rowStart[own + 1] = entries;
    }
    context.progress(first + wanted, count);
  }
  return {
    rows: count,
    columns: count,
    rowStart,
    columnIds: columnIds.slice(0, entries),
    values: values.slice(0, entries),
  };
}
