import { batchFeeds, stepRanges } from "../../../runtime/data/batchFeeds.js";
import { pairsSampler } from "../../../runtime/data/pairsSampler.js";
import { slicedEll } from "../../../runtime/data/slicedEll.js";
import type { SparseMatrix, SparsePattern } from "../../../runtime/data/sparseMatrix.js";
import { trainingShards } from "../../../runtime/data/trainingShards.js";
import { integerTsvParts } from "../../../runtime/data/tsv.js";
import { timed, type Seconds } from "./job.js";

export interface DataPathRequest {
  /** interactions.tsv, users ascending. */
  readonly file: string;
  readonly items: number;
  readonly usersPerShard: number;
  readonly batchSize: number;
}

export interface DataPath {
  /** Reading the file once for the degrees of the items. */
  readonly counting: Seconds;
  /** Reading it again, shard by shard, with the layout of each shard and all of its batches. */
  readonly passing: Seconds;
  readonly users: number;
  readonly pairs: number;
  readonly shards: number;
  readonly steps: number;
  /** Cells of the shards' groups over entries: 1 without padding. */
  readonly padding: number;
  /** Of the tensors of a shard at most, and of the batches of one run, bytes. */
  readonly layoutBytes: number;
  readonly batchBytes: number;
}

const GROUPS = 8;
const STEPS_PER_RUN = 32;

async function itemDegrees(file: string, items: number): Promise<Int32Array> {
  const degrees = new Int32Array(items);
  const split = ["train", "valid", "test"] as const;
  for await (const { rows, columns } of integerTsvParts(file, { item_id: "id", split })) {
    for (let row = 0; row < rows; row++) if (columns.split[row] === 0) degrees[columns.item_id[row]!]!++;
  }
  return degrees;
}

/** D^-1/2 A D^-1/2 of a shard's users, with the items' degrees in all data. */
function weighted(pattern: SparsePattern, ofItems: Int32Array): SparseMatrix {
  const values = new Float32Array(pattern.columnIds.length);
  for (let row = 0; row < pattern.rows; row++) {
    const [start, end] = [pattern.rowStart[row]!, pattern.rowStart[row + 1]!];
    for (let entry = start; entry < end; entry++) {
      values[entry] = 1 / Math.sqrt((end - start) * ofItems[pattern.columnIds[entry]!]!);
    }
  }
  return { ...pattern, values };
}

/** Bytes of the stacked batches of one run, the largest of the shard. */
function drawBatches(shard: SparsePattern, items: number, batchSize: number, seed: number) {
  const data = { train: { rowStart: shard.rowStart, itemIds: shard.columnIds }, users: shard.rows, items };
  const entry = { kind: "pairs", batchSize, negativePool: "all" } as const;
  const sample = pairsSampler(entry, data, seed, "main").epoch(0);
  const inputs = (["user", "positive", "negative"] as const).map((source) => ({ name: source, source }));
  let bytes = 0;
  for (const range of stepRanges(sample, STEPS_PER_RUN)) {
    const feeds = batchFeeds(sample, inputs, range, () => {
      throw new Error("internal: no batch input reads a matrix");
    });
    bytes = Math.max(
      bytes,
      [...feeds.values()].reduce((sum, { data: { byteLength } }) => sum + byteLength, 0),
    );
  }
  return { bytes, steps: sample.steps };
}

/** One epoch of the data path: reading, layout for sparse products, sampling and stacking of batches; nothing is trained. */
export async function measureDataPath(request: DataPathRequest): Promise<DataPath> {
  const { file, items, usersPerShard, batchSize } = request;
  const counting = await timed(() => itemDegrees(file, items));
  const degrees = counting.value;
  const totals = { users: 0, pairs: 0, shards: 0, steps: 0, cells: 0, layoutBytes: 0, batchBytes: 0 };
  const passing = await timed(async () => {
    for await (const { firstUser, pattern } of trainingShards(file, { items, usersPerShard })) {
      const isOfRows = (tensor: string): boolean => tensor.startsWith("shard/rows");
      const layout = slicedEll("shard", weighted(pattern, degrees), GROUPS, isOfRows);
      const bytes = [...layout.tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
      const batches = drawBatches(pattern, items, batchSize, firstUser);
      totals.users += pattern.rows;
      totals.pairs += pattern.columnIds.length;
      totals.shards++;
      totals.steps += batches.steps;
      totals.cells += layout.padding[0]!.cells;
      totals.layoutBytes = Math.max(totals.layoutBytes, bytes);
      totals.batchBytes = Math.max(totals.batchBytes, batches.bytes);
    }
  });
  const { cells, ...rest } = totals;
  return { counting: counting.seconds, passing: passing.seconds, ...rest, padding: cells / totals.pairs };
}
