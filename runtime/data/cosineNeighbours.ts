import { NeighbourLists } from "./neighbourLists.js";
import type { GraphContext } from "./recipe.js";
import type { SparseMatrix } from "./sparseMatrix.js";
import { BOTH_WAYS, ONE_WAY, TileComparison, type Tile } from "./tileComparison.js";

/**
 * Rows that are compared with as many others at once: 2^22 similarities are 16 MB, which stay in the cache between
 * product and selection, and the products are large enough for the full speed of a matrix product.
 */
const TILE_ROWS = 2048;
/** From this length of vectors on, a product costs more than selecting twice from it. */
const WIDE = 256;

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

/** All rows in tiles of nearly equal size. Short ones would be multiplied in another order, which rounds differently. */
function evenTiles(count: number): Tile[] {
  const tiles = Math.max(1, Math.ceil(count / TILE_ROWS));
  const start = (tile: number): number => Math.floor((tile * count) / tiles);
  return Array.from({ length: tiles }, (_, tile) => ({
    first: start(tile),
    rows: start(tile + 1) - start(tile),
  }));
}

/**
 * Per row the k largest cosines with all rows, ties to the lower row, negatives clipped to 0; entries of similarity 0
 * are left out. All pairs are compared, tile by tile, in a graph, so that memory beyond vectors and result does not grow
 * with the rows; of wide vectors every pair once, for both of its rows. How much memory there is decides how many
 * queries go into a tile, which changes no bit: onnxruntime multiplies a single row by another kernel, which rounds
 * differently, so that a tile of one query is given a second.
 *
 * @throws RecipeError if a similarity is not finite
 */
export async function cosineNeighbours(
  context: GraphContext,
  request: NeighbourRequest,
): Promise<SparseMatrix> {
  const { rows: count, k, includeSelf } = request;
  const asked = Math.min(includeSelf ? k : k + 1, count);
  const lists = new NeighbourLists(count, asked);
  await findNeighbours(context, request, lists);
  const kept = Math.min(k, asked);
  const rowStart = new Int32Array(count + 1);
  const columnIds = new Int32Array(count * kept);
  const values = new Float32Array(count * kept);
  let entries = 0;
  for (let row = 0; row < count; row++) {
    const found: (readonly [number, number])[] = [];
    for (let place = row * asked; place < (row + 1) * asked && found.length < kept; place++) {
      const neighbour = lists.ids[place]!;
      if (includeSelf || neighbour !== row) found.push([neighbour, lists.values[place]!]);
    }
    for (const [neighbour, similarity] of found.sort(([left], [right]) => left - right)) {
      if (similarity <= 0) continue;
      columnIds[entries] = neighbour;
      values[entries] = similarity;
      entries++;
    }
    rowStart[row + 1] = entries;
  }
  return {
    rows: count,
    columns: count,
    rowStart,
    columnIds: columnIds.slice(0, entries),
    values: values.slice(0, entries),
  };
}

async function findNeighbours(
  context: GraphContext,
  request: NeighbourRequest,
  lists: NeighbourLists,
): Promise<void> {
  const { rows: count, size } = request;
  const tiles = evenTiles(count);
  const isWide = size >= WIDE && tiles.length > 1;
  const most = Math.min(count, TILE_ROWS);
  const queriesAtOnce = await context.fitTile(
    isWide ? BOTH_WAYS : ONE_WAY,
    most,
    (query) =>
      new Map(Object.entries({ query, item: most, feature: size, k: lists.length, reverse_k: lists.length })),
  );
  const comparison = new TileComparison(context, request, lists);
  const pairs = isWide ? (count * (count + 1)) / 2 : count * count;
  let done = 0;
  for (const [index, tile] of tiles.entries()) {
    const end = tile.first + tile.rows;
    for (let first = tile.first; first < end; first += queriesAtOnce) {
      const queries = { first, rows: Math.min(queriesAtOnce, end - first) };
      for (const keys of isWide ? tiles.slice(index) : tiles) {
        await comparison.compare(queries, keys, isWide && keys !== tile);
        done += queries.rows * keys.rows;
      }
      context.progress(
        end === count && first + queries.rows === end ? count : Math.floor((count * done) / pairs),
        count,
      );
    }
  }
}
