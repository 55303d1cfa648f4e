import type { GraphSession } from "../artifacts/graphSession.js";
import { hostTensor, type HostTensor } from "../data/hostTensor.js";
import type { RankedBlock, Ranker } from "./ranker.js";
import { NonFiniteScoresError } from "./nonFiniteScoresError.js";
import { RankingError } from "./rankingError.js";

/** The part of a {@link GraphSession} that ranking needs. */
export type RankGraph = Pick<GraphSession, "run">;

/** Final embeddings, float32 [row, dim]. */
interface Vectors {
  readonly rows: number;
  readonly dim: number;
  readonly data: Float32Array;
}

/** Numbers of users and items of the data. */
interface RowCounts {
  readonly users: number;
  readonly items: number;
}

const OTHER_MODEL = "Use vectors that this model computed from this data.";

function finiteVectors(name: string, tensor: HostTensor, wanted: number | undefined): Vectors {
  const [rows = 0, dim = 0] = tensor.dims;
  if (tensor.dims.length !== 2) {
    throw new RankingError(
      name,
      `has ${tensor.dims.length} axes instead of a row and a dimension`,
      OTHER_MODEL,
    );
  }
  if (wanted !== undefined && rows !== wanted) {
    throw new RankingError(name, `has ${rows} rows, but the data has ${wanted}`, OTHER_MODEL);
  }
  const data = tensor.data as Float32Array;
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new NonFiniteScoresError(
      name,
      `row ${Math.floor(bad / dim)} holds ${data[bad]!}, so its scores have no order`,
    );
  }
  return { rows, dim, data };
}

/** The given rows, in their order. @throws RankingError for a row that the table lacks */
function selectRows(name: string, vectors: Vectors, rows: Int32Array): HostTensor {
  const { dim, data } = vectors;
  const missing = rows.find((row) => row < 0 || row >= vectors.rows);
  if (missing !== undefined) {
    throw new RankingError(name, `has no row ${missing}, only ${vectors.rows} rows`, OTHER_MODEL);
  }
  const selected = new Float32Array(rows.length * dim);
  rows.forEach((row, position) => {
    selected.set(data.subarray(row * dim, (row + 1) * dim), position * dim);
  });
  return hostTensor("float32", [rows.length, dim], selected);
}

/** The candidates of rows given as int64, read by their low halves: a full ranking has many, and they are small. */
function selectItems(candidates: Int32Array, rows: BigInt64Array): Int32Array {
  const halves = new Int32Array(rows.buffer, rows.byteOffset, 2 * rows.length);
  const items = new Int32Array(rows.length);
  for (let index = 0; index < items.length; index++) items[index] = candidates[halves[2 * index]!]!;
  return items;
}

/** Scores all items for a block of users with a model's `rank` graph. */
export class ModelRanker implements Ranker {
  private constructor(
    private readonly graph: RankGraph,
    private readonly users: Vectors,
    private readonly items: Vectors,
    /** Candidate items, ascending, their vectors, and the row of each item among them (-1 for others). */
    private readonly candidates: Int32Array,
    private readonly candidateVectors: HostTensor,
    private readonly rowOfItem: Int32Array,
  ) {}

  /**
   * @param graph `rank` of the artifacts: `user_vectors`, `item_vectors`, `user_ids`, `seen`, `k` to `items`, `scores`
   * @param userVectors float32 [user, dim]
   * @param itemVectors float32 [item, dim]
   * @param counts of the data, where known
   * @throws NonFiniteScoresError if a vector is not finite, RankingError if the tables do not fit each other or the data
   */
  static from(
    graph: RankGraph,
    userVectors: HostTensor,
    itemVectors: HostTensor,
    counts?: RowCounts,
  ): ModelRanker {
    const users = finiteVectors("user_vectors", userVectors, counts?.users);
    const items = finiteVectors("item_vectors", itemVectors, counts?.items);
    if (items.dim !== users.dim) {
      throw new RankingError(
        "item_vectors",
        `have length ${items.dim}, but user_vectors have length ${users.dim}`,
        OTHER_MODEL,
      );
    }
    const all = Int32Array.from({ length: items.rows }, (_, item) => item);
    return new ModelRanker(graph, users, items, all, itemVectors, all);
  }

  /** @throws RankingError for an item without a vector */
  among(candidates: Int32Array): ModelRanker {
    const rowOfItem = new Int32Array(this.items.rows).fill(-1);
    candidates.forEach((item, row) => (rowOfItem[item] = row));
    const vectors = selectRows("item_vectors", this.items, candidates);
    return new ModelRanker(this.graph, this.users, this.items, candidates, vectors, rowOfItem);
  }

  /** @throws RankingError for a user without a vector, NonFiniteScoresError for a score that is not a number */
  async rank(users: Int32Array, masked: readonly Int32Array[], k: number): Promise<RankedBlock> {
    const length = Math.min(k, this.candidates.length);
    // onnxruntime multiplies a single row by another kernel, which rounds differently. With a second row scores do not
    // depend on how users are divided into blocks.
    const asked = users.length === 1 ? Int32Array.of(users[0]!, users[0]!) : users;
    // Only the block's users are handed over, so that a device receives no more than it needs.
    const results = await this.graph.run(
      new Map([
        ["user_vectors", selectRows("user_vectors", this.users, asked)],
        ["item_vectors", this.candidateVectors],
        [
          "user_ids",
          hostTensor(
            "int32",
            [asked.length],
            asked.map((_, row) => row),
          ),
        ],
        ["seen", this.maskedPairs(masked)],
        ["k", hostTensor("int64", [1], BigInt64Array.of(BigInt(length)))],
      ]),
    );
    const shown = users.length * length;
    const rows = (results.get("items")!.data as BigInt64Array).subarray(0, shown);
    const scores = (results.get("scores")!.data as Float32Array).subarray(0, shown);
    const unordered = scores.findIndex((score) => Number.isNaN(score));
    if (unordered >= 0) {
      const user = users[Math.floor(unordered / length)]!;
      throw new NonFiniteScoresError(`scores of user ${user}`, "a score is not a number");
    }
    return { length, items: selectItems(this.candidates, rows), scores };
  }

  /** int64 [pair, 2]: row in the block, row among the candidates. */
  private maskedPairs(masked: readonly Int32Array[]): HostTensor {
    const most = masked.reduce((sum, items) => sum + items.length, 0);
    const pairs = new BigInt64Array(2 * most);
    let filled = 0;
    masked.forEach((items, row) => {
      for (const item of items) {
        const candidate = this.rowOfItem[item]!;
        if (candidate < 0) continue;
        pairs[filled++] = BigInt(row);
        pairs[filled++] = BigInt(candidate);
      }
    });
    return hostTensor("int64", [filled / 2, 2], pairs.subarray(0, filled));
  }
}
