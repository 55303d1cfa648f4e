import { Tensor, type InferenceSession } from "onnxruntime-node";
import type { InteractionLists } from "../data/interactions.js";
import type { GraphBatch, GraphResult, PackedLists } from "./graphBatch.js";

/** Scores from here down mean that an item was left out. */
const LEFT_OUT = Math.fround(-3e38);

/** int64 [pair, 2] of (row, item): what each row must not get, and where asked for what its user has already. */
function hiddenPairs({ start, values }: PackedLists, seenOf: (row: number) => Int32Array | null): Tensor {
  const rows = start.length - 1;
  const seenItems = Array.from({ length: rows }, (_, row) => seenOf(row));
  const count = seenItems.reduce((sum, items) => sum + (items?.length ?? 0), values.length);
  // Pairs of 32-bit words are int64 on the little-endian machines that onnxruntime runs on: ids are not negative.
  const words = new Int32Array(4 * count);
  let at = 0;
  const add = (row: number, item: number): void => {
    words[at] = row;
    words[at + 2] = item;
    at += 4;
  };
  for (let row = 0; row < rows; row++) {
    for (let index = start[row]!; index < start[row + 1]!; index++) add(row, values[index]!);
    for (const item of seenItems[row] ?? []) add(row, item);
  }
  return new Tensor("int64", new BigInt64Array(words.buffer), [count, 2]);
}

/** int32 [row, longest], filled up with -1. */
function padded({ start, values }: PackedLists): Tensor {
  const rows = start.length - 1;
  let longest = 0;
  for (let row = 0; row < rows; row++) longest = Math.max(longest, start[row + 1]! - start[row]!);
  const data = new Int32Array(rows * longest).fill(-1);
  for (let row = 0; row < rows; row++) data.set(values.subarray(start[row], start[row + 1]), row * longest);
  return new Tensor("int32", data, [rows, longest]);
}

const ids = (values: Int32Array): Tensor => new Tensor("int32", values, [values.length]);
const count = (k: number): Tensor => new Tensor("int64", BigInt64Array.of(BigInt(k)), [1]);
const nothing = (): null => null;

/**
 * The inputs of a graph for a batch.
 *
 * @param seen each user's training items, null where the export has none
 */
export function feedsOf(batch: GraphBatch, seen: InteractionLists | null): Record<string, Tensor> {
  switch (batch.graph) {
    case "recommend": {
      const { users, withoutSeen, hidden, k } = batch;
      const seenOf = (row: number): Int32Array | null => {
        if (seen === null || withoutSeen[row] === 0) return null;
        const user = users[row]!;
        return seen.itemIds.subarray(seen.rowStart[user], seen.rowStart[user + 1]);
      };
      return { user_ids: ids(users), seen: hiddenPairs(hidden, seenOf), k: count(k) };
    }
    case "foldIn":
      return { liked: padded(batch.liked), seen: hiddenPairs(batch.hidden, nothing), k: count(batch.k) };
    case "similar":
      return { item_ids: ids(batch.items), k: count(batch.k) };
    case "score":
      return { user_ids: ids(batch.users), item_ids: ids(batch.items) };
  }
}

/** What a graph's outputs say of a batch. */
export function resultOf(
  batch: GraphBatch,
  outputs: InferenceSession.OnnxValueMapType,
  milliseconds: number,
): GraphResult {
  const scores = (outputs["scores"]!.data as Float32Array).slice();
  if (batch.graph === "score") {
    return { items: new Int32Array(0), counts: new Int32Array(0), scores, milliseconds };
  }
  const ranked = outputs["items"]!.data as BigInt64Array;
  // The lower word of an int64.
  const words = new Int32Array(ranked.buffer, ranked.byteOffset, 2 * ranked.length);
  const items = new Int32Array(ranked.length);
  for (let position = 0; position < items.length; position++) items[position] = words[2 * position]!;
  const counts = new Int32Array(items.length / batch.k);
  for (let row = 0; row < counts.length; row++) {
    let found = 0;
    // What was left out comes last, where nothing else remains.
    while (found < batch.k && scores[row * batch.k + found]! > LEFT_OUT) found++;
    counts[row] = found;
  }
  return { items, counts, scores, milliseconds };
}
