import { float32Data, hostTensor, int64Data, type HostTensor } from "./hostTensor.js";
import type { NeighbourLists } from "./neighbourLists.js";
import { RecipeError, runForOutput, type GraphContext } from "./recipe.js";

/** Graphs that select from the cosines of a tile: for queries, or for queries and keys. */
export const ONE_WAY = "recipes/cosine_top_k";
export const BOTH_WAYS = "recipes/cosine_both_ways";

/** Consecutive rows. */
export interface Tile {
  readonly first: number;
  readonly rows: number;
}

/** Vectors that are compared, [row, size]; `subject` is what a row is called in messages. */
export interface ComparedVectors {
  readonly vectors: Float32Array;
  readonly rows: number;
  readonly size: number;
  readonly subject: string;
}

/** Compares a tile of queries with a tile of keys and enters the nearest into lists. */
export class TileComparison {
  constructor(
    private readonly context: GraphContext,
    private readonly compared: ComparedVectors,
    private readonly lists: NeighbourLists,
  ) {}

  /**
   * @param bothWays also enter the queries into the lists of the keys
   * @throws RecipeError if a similarity is not finite
   */
  async compare(queries: Tile, keys: Tile, bothWays: boolean): Promise<void> {
    // A query alone goes twice, as a single row would be multiplied by another kernel.
    const isAlone = queries.rows === 1 && this.compared.rows > 1;
    const k = Math.min(this.lists.length, keys.rows);
    const reverseK = isAlone ? 2 : Math.min(this.lists.length, queries.rows);
    const feeds: Record<string, HostTensor> = {
      queries: this.rowsOf(queries, isAlone),
      keys: this.rowsOf(keys, false),
      k: countTensor(k),
    };
    if (bothWays) feeds["reverse_k"] = countTensor(reverseK);
    const graph = bothWays ? BOTH_WAYS : ONE_WAY;
    const forward = ["neighbours", "similarities"];
    const reverse = ["reverse_neighbours", "reverse_similarities"];
    const names = bothWays ? [...forward, ...reverse] : forward;
    const outputs = await runForOutput<string>(this.context, graph, feeds, ...names);
    const found = (kind: readonly string[], rows: number, length: number) => ({
      graph,
      length,
      ids: int64Data(`"${kind[0]!}" of ${graph}`, outputs[kind[0]!]!, [rows, length]),
      values: float32Data(`"${kind[1]!}" of ${graph}`, outputs[kind[1]!]!, [rows, length]),
    });
    this.enter(queries, keys, found(forward, isAlone ? 2 : queries.rows, k), k);
    if (bothWays) this.enter(keys, queries, found(reverse, keys.rows, reverseK), isAlone ? 1 : reverseK);
  }

  private rowsOf({ first, rows }: Tile, twice: boolean): HostTensor {
    const { vectors, size } = this.compared;
    const data = vectors.subarray(first * size, (first + rows) * size);
    if (!twice) return hostTensor("float32", [rows, size], data);
    const doubled = new Float32Array(2 * size);
    doubled.set(data);
    doubled.set(data, size);
    return hostTensor("float32", [2, size], doubled);
  }

  /** @param taken how many of the found ones count, the first of each row */
  private enter(tile: Tile, among: Tile, found: Found, taken: number): void {
    const { length, ids, values } = found;
    for (let row = 0; row < tile.rows; row++) {
      const start = row * length;
      for (let place = start; place < start + taken; place++) {
        const [neighbour, similarity] = [Number(ids[place]!), values[place]!];
        if (neighbour >= 0 && neighbour < among.rows && Number.isFinite(similarity)) continue;
        throw new RecipeError(
          this.context.entry,
          `the graph ${found.graph} gave neighbour ${neighbour} of similarity ${similarity} to ` +
            `${this.compared.subject} ${tile.first + row}`,
          "Check the features for extreme values and the execution provider",
        );
      }
      this.lists.add(tile.first + row, ids, values, start, taken, among.first);
    }
  }
}

/** What a graph selected, [row, length]. */
interface Found {
  readonly graph: string;
  readonly length: number;
  readonly ids: BigInt64Array;
  readonly values: Float32Array;
}

function countTensor(count: number): HostTensor {
  return hostTensor("int64", [1], BigInt64Array.of(BigInt(count)));
}
