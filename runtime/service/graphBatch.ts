/** What the threads that hold a model are asked and answer: typed arrays only, which are handed over without copying. */

/** Lists of different lengths, one after the other: list r is `values` from `start[r]` up to `start[r + 1]`. */
export interface PackedLists {
  readonly start: Int32Array;
  readonly values: Int32Array;
}

interface Ranking {
  /** Items wanted per row, at most as many as the model has. */
  readonly k: number;
  /** Items that each row must not get. */
  readonly hidden: PackedLists;
}

export interface RecommendBatch extends Ranking {
  readonly graph: "recommend";
  /** [row] */
  readonly users: Int32Array;
  /** [row], 1 where the user's training items are left out as well. */
  readonly withoutSeen: Uint8Array;
}

export interface FoldInBatch extends Ranking {
  readonly graph: "foldIn";
  /** Liked items of each row, none empty. */
  readonly liked: PackedLists;
}

export interface SimilarBatch {
  readonly graph: "similar";
  /** [row] */
  readonly items: Int32Array;
  readonly k: number;
}

export interface ScoreBatch {
  readonly graph: "score";
  /** [pair] */
  readonly users: Int32Array;
  readonly items: Int32Array;
}

export type GraphBatch = RecommendBatch | FoldInBatch | SimilarBatch | ScoreBatch;

/** The graphs that the service runs. */
export type ServedGraph = GraphBatch["graph"];
export const servedGraphs = [
  "recommend",
  "score",
  "similar",
  "foldIn",
] as const satisfies readonly ServedGraph[];

/** What a run gave. */
export interface GraphResult {
  /** [row, k] for rankings; empty for scores. */
  readonly items: Int32Array;
  /** [row, k] for rankings, [pair] for scores. */
  readonly scores: Float32Array;
  /** [row], how many of the k there are; empty for scores. */
  readonly counts: Int32Array;
  /** Of the run itself. */
  readonly milliseconds: number;
}

export function packLists(lists: readonly (readonly number[])[]): PackedLists {
  const start = new Int32Array(lists.length + 1);
  for (const [row, list] of lists.entries()) start[row + 1] = start[row]! + list.length;
  const values = new Int32Array(start[lists.length]!);
  for (const [row, list] of lists.entries()) values.set(list, start[row]);
  return { start, values };
}

/** The memory behind the arrays of a batch or a result, to be handed to another thread. */
export function buffersOf(message: GraphBatch | GraphResult): ArrayBuffer[] {
  return Object.values(message).flatMap((value: unknown) => {
    if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
    if (typeof value !== "object" || value === null) return [];
    const { start, values } = value as PackedLists;
    return [start.buffer as ArrayBuffer, values.buffer as ArrayBuffer];
  });
}
