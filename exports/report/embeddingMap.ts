import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { UMAP } from "umap-js";
import { Random } from "../../runtime/data/random.js";
import type { ItemAttribute } from "./itemAttributes.js";
import { agreement, nearestNeighbours, type Agreement } from "./neighbours.js";

/** Items in the plane, those with similar vectors near each other. */
export interface EmbeddingMap {
  readonly method: MapMethod;
  /** The items that are drawn, ascending, of so many. */
  readonly items: readonly number[];
  readonly ofItems: number;
  /** [position in `items`]. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** What the points can be coloured by, the one that neighbours share most first. */
  readonly attributes: readonly MapAttribute[];
}

export const mapMethods = ["umap", "pca"] as const;
export type MapMethod = (typeof mapMethods)[number];

export interface MapAttribute {
  readonly name: string;
  readonly values: readonly string[];
  /** [position in `items`] position in `values`. */
  readonly valueOfPoint: readonly (number | null)[];
  /** Between the ten nearest neighbours of the drawn items. */
  readonly agreement: Agreement | null;
}

/** All pairs of items are compared and every item is drawn, so some thousands are the most. */
const MOST_ITEMS = 2000;
/** As McInnes et al. (2018), the item itself included. */
const NEIGHBOURS = 15;
const AGREEING_NEIGHBOURS = 10;
/** Pictures of the same points in other colours; more would make the page large. */
const MOST_ATTRIBUTES = 4;

/** Directions are what ranking by inner products compares, so that popular items' longer vectors do not decide. */
function unitRow(row: Float32Array): number[] {
  const norm = Math.hypot(...row);
  return Array.from(row, (value) => (norm === 0 ? 0 : value / norm));
}

/** The first two principal components of the rows; zeros where there are fewer dimensions. */
function principalPlane(rows: readonly (readonly number[])[]): [number, number][] {
  const centred = new Matrix(rows.map((row) => [...row])).center("column");
  const covariance = centred.transpose().mmul(centred);
  const { eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  // Eigenvalues ascend. The sign of an eigenvector is arbitrary; its largest entry is made positive.
  const axis = (fromLast: number): number[] => {
    const column = eigenvectorMatrix.columns - 1 - fromLast;
    if (column < 0) return centred.to2DArray().map(() => 0);
    const direction = eigenvectorMatrix.getColumn(column);
    const largest = direction.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    return centred
      .mmul(Matrix.columnVector(direction.map((value) => value * Math.sign(largest))))
      .to1DArray();
  };
  const [first, second] = [axis(0), axis(1)];
  return first.map((x, row) => [x, second[row]!]);
}

/** A sample that is the same every time, ascending. */
function sampled(items: number, seed: number): Int32Array {
  const all = Int32Array.from({ length: items }, (_, item) => item);
  if (items <= MOST_ITEMS) return all;
  new Random(seed, "report", "items").shuffle(all);
  return all.slice(0, MOST_ITEMS).sort();
}

/**
 * Lays items out by UMAP (McInnes et al. 2018) of their vectors' directions, with exact neighbours and a seeded
 * generator, so that equal vectors give equal maps; by PCA if asked, or if there are too few items for neighbourhoods.
 *
 * @param vectors float32 [item, dim], row-major
 * @param attributes offered for colouring; the agreement of neighbours decides which are kept
 */
export function embeddingMap(
  vectors: { readonly rows: number; readonly dim: number; readonly data: Float32Array },
  attributes: readonly ItemAttribute[],
  options: { readonly seed: number; readonly method?: MapMethod },
): EmbeddingMap {
  const { dim, data } = vectors;
  const items = sampled(vectors.rows, options.seed);
  const rows = Array.from(items, (item) => unitRow(data.subarray(item * dim, (item + 1) * dim)));
  const method = items.length <= NEIGHBOURS ? "pca" : (options.method ?? "umap");
  const near = nearestNeighbours(rows, NEIGHBOURS);
  let points: readonly (readonly number[])[];
  if (method === "pca") points = principalPlane(rows);
  else {
    const random = new Random(options.seed, "report", "map");
    const umap = new UMAP({ nNeighbors: NEIGHBOURS, minDist: 0.1, random: () => random.float64() });
    umap.setPrecomputedKNN(
      near.indices.map((row) => [...row]),
      near.distances.map((row) => [...row]),
    );
    points = umap.fit(rows);
  }
  const nearest = { ...near, indices: near.indices.map((row) => row.slice(0, AGREEING_NEIGHBOURS + 1)) };
  const known = attributes.map(({ name, values, valueOfItem }): MapAttribute => {
    const valueOfPoint = Array.from(items, (item) => valueOfItem[item] ?? null);
    return { name, values, valueOfPoint, agreement: agreement(nearest, valueOfPoint) };
  });
  const gain = ({ agreement: found }: MapAttribute): number =>
    found === null ? -1 : found.share - found.chance;
  return {
    method,
    items: [...items],
    ofItems: vectors.rows,
    points: points.map(([x = 0, y = 0]) => [x, y]),
    attributes: known.sort((left, right) => gain(right) - gain(left)).slice(0, MOST_ATTRIBUTES),
  };
}
