import { packLists, type GraphBatch, type GraphResult, type ServedGraph } from "./graphBatch.js";

/** Items of one row, best first; both arrays are views of the whole run's. */
export interface RankedRow {
  readonly items: Int32Array;
  readonly scores: Float32Array;
}

/** How rows of different requests are put together to one run, and its result divided again. */
export interface RowKind<Row, Answer> {
  readonly graph: ServedGraph;
  /** How many rows of this kind cost about what a ranked one costs. */
  readonly rowsPerRanking: number;
  /** @param catalogue number of items of the model */
  combine(rows: readonly Row[], catalogue: number): GraphBatch;
  split(result: GraphResult, rows: readonly Row[]): Answer[];
}

export interface RecommendRow {
  readonly user: number;
  readonly k: number;
  readonly withoutSeen: boolean;
  readonly hidden: readonly number[];
}

export interface FoldInRow {
  /** Not empty. */
  readonly liked: readonly number[];
  readonly k: number;
  readonly hidden: readonly number[];
}

export interface SimilarRow {
  readonly item: number;
  readonly k: number;
}

export interface ScoreRow {
  readonly user: number;
  readonly item: number;
}

/** Rows that ask for fewer items than others of the run get the first of them. */
function largestK(rows: readonly { readonly k: number }[], catalogue: number): number {
  return Math.min(
    catalogue,
    rows.reduce((largest, { k }) => Math.max(largest, k), 1),
  );
}

function splitRanking(
  { items, scores, counts }: GraphResult,
  rows: readonly { readonly k: number }[],
): RankedRow[] {
  const width = items.length / rows.length;
  return rows.map(({ k }, row) => {
    const from = row * width;
    const to = from + Math.min(k, counts[row]!);
    return { items: items.subarray(from, to), scores: scores.subarray(from, to) };
  });
}

export const recommendRows: RowKind<RecommendRow, RankedRow> = {
  graph: "recommend",
  rowsPerRanking: 1,
  combine: (rows, catalogue) => ({
    graph: "recommend",
    users: Int32Array.from(rows, ({ user }) => user),
    withoutSeen: Uint8Array.from(rows, ({ withoutSeen }) => Number(withoutSeen)),
    hidden: packLists(rows.map(({ hidden }) => hidden)),
    k: largestK(rows, catalogue),
  }),
  split: splitRanking,
};

export const foldInRows: RowKind<FoldInRow, RankedRow> = {
  graph: "foldIn",
  rowsPerRanking: 1,
  combine: (rows, catalogue) => ({
    graph: "foldIn",
    liked: packLists(rows.map(({ liked }) => liked)),
    hidden: packLists(rows.map(({ hidden }) => hidden)),
    k: largestK(rows, catalogue),
  }),
  split: splitRanking,
};

export const similarRows: RowKind<SimilarRow, RankedRow> = {
  graph: "similar",
  rowsPerRanking: 1,
  combine: (rows, catalogue) => ({
    graph: "similar",
    items: Int32Array.from(rows, ({ item }) => item),
    k: largestK(rows, catalogue),
  }),
  split: splitRanking,
};

export const scoreRows: RowKind<ScoreRow, number> = {
  graph: "score",
  rowsPerRanking: 64,
  combine: (rows) => ({
    graph: "score",
    users: Int32Array.from(rows, ({ user }) => user),
    items: Int32Array.from(rows, ({ item }) => item),
  }),
  split: ({ scores }) => [...scores],
};
