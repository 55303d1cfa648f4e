import { float32Data, hostTensor, int64Data } from "../hostTensor.js";
import type { InteractionLists } from "../interactions.js";
import { presenceMask, type ModalityFeatures } from "../modalityFeatures.js";
import { Random } from "../random.js";
import type { RunGraph } from "../recipe.js";
import { transposePattern } from "../sparseMatrix.js";

/** Whether the same users like items with like features. */
export interface Homophily {
  /** Neighbours looked at per item. */
  readonly k: number;
  /** Items whose neighbours were looked at. */
  readonly queries: number;
  /** Chance that a random other item of a random user of an item is one of its k nearest. */
  readonly neighbourRate: number;
  /** The same for the k most popular items, which need no features. */
  readonly popularRate: number;
  /** The same for k random items. */
  readonly randomRate: number;
  /** `neighbourRate` over `randomRate`: 1 says that the features know nothing of what users like. */
  readonly ratio: number;
  /** Mean cosine of neighbours. */
  readonly neighbourCosine: number;
}

const K = 10;
const MOST_QUERIES = 2000;
/** Multiplications that the search for neighbours may take, some seconds on two cores. */
const MOST_WORK = 5e10;
/** Similarities of one run of the graph: 2^24 floats are 64 MiB. */
const TILE_FLOATS = 2 ** 24;
const GRAPH = "recipes/cosine_top_k";

/**
 * How much more often a user who has an item has one of its k nearest by cosine than k random items. Every user of an
 * item counts the same, however many items they have. Items without features or training interactions are left out; of
 * many items, a random sample is looked at.
 *
 * @returns null if fewer than three items have both features and training interactions, or no user has two of them
 */
export async function homophily(
  features: ModalityFeatures,
  train: InteractionLists,
  runGraph: RunGraph,
): Promise<Homophily | null> {
  const { rows, size } = features;
  const users = train.rowStart.length - 1;
  const pattern = { rows: users, columns: rows, rowStart: train.rowStart, columnIds: train.itemIds };
  const byItem = transposePattern(pattern);
  const mask = presenceMask(features);
  const items = Int32Array.from(Array(rows).keys()).filter(
    (item) => mask[item] === 1 && byItem.rowStart[item + 1]! > byItem.rowStart[item]!,
  );
  if (items.length < 3) return null;
  const placeOf = new Int32Array(rows).fill(-1);
  items.forEach((item, place) => (placeOf[item] = place));
  const k = Math.min(K, items.length - 1);
  const count = Math.max(
    1,
    Math.min(items.length, MOST_QUERIES, Math.floor(MOST_WORK / (items.length * size))),
  );
  const places = Int32Array.from(items.keys());
  new Random(0, "data check", "homophily", features.name).shuffle(places);
  const queries = places.slice(0, count).sort();

  const keys = new Float32Array(items.length * size);
  items.forEach((item, place) => {
    keys.set(features.data.subarray(item * size, (item + 1) * size), place * size);
  });
  const keyTensor = hostTensor("float32", [items.length, size], keys);
  const asked = k + 1;
  /** [place]: the query whose neighbour it is. */
  const neighbourOf = new Int32Array(items.length).fill(-1);

  const degree = (place: number): number =>
    byItem.rowStart[items[place]! + 1]! - byItem.rowStart[items[place]!]!;
  const popular = new Set(
    [...items.keys()].sort((left, right) => degree(right) - degree(left) || left - right).slice(0, k),
  );
  let counted = 0;
  let rates = 0;
  let popularRates = 0;
  let cosines = 0;
  const tile = Math.max(1, Math.floor(TILE_FLOATS / items.length));
  for (let first = 0; first < count; first += tile) {
    const block = queries.subarray(first, Math.min(count, first + tile));
    const data = new Float32Array(block.length * size);
    block.forEach((place, row) => {
      data.set(keys.subarray(place * size, (place + 1) * size), row * size);
    });
    const outputs = await runGraph(GRAPH, {
      queries: hostTensor("float32", [block.length, size], data),
      keys: keyTensor,
      k: hostTensor("int64", [1], BigInt64Array.of(BigInt(asked))),
    });
    const dims = [block.length, asked];
    const neighbours = int64Data(`"neighbours" of ${GRAPH}`, outputs["neighbours"]!, dims);
    const similarities = float32Data(`"similarities" of ${GRAPH}`, outputs["similarities"]!, dims);
    block.forEach((place, row) => {
      let found = 0;
      for (let rank = 0; rank < asked && found < k; rank++) {
        const other = Number(neighbours[row * asked + rank]!);
        if (other === place) continue;
        found++;
        neighbourOf[other] = place;
        cosines += similarities[row * asked + rank]! / k;
      }
      const of = byItem.columnIds.subarray(
        byItem.rowStart[items[place]!],
        byItem.rowStart[items[place]! + 1],
      );
      const rate = chanceOf((other) => neighbourOf[other] === place, place, of, train, placeOf);
      if (rate === null) return;
      counted++;
      rates += rate;
      popularRates += chanceOf((other) => popular.has(other), place, of, train, placeOf)!;
    });
  }
  if (counted === 0) return null;
  const neighbourRate = rates / counted;
  const popularRate = popularRates / counted;
  const randomRate = k / (items.length - 1);
  return {
    k,
    queries: counted,
    neighbourRate,
    popularRate,
    randomRate,
    ratio: neighbourRate / randomRate,
    neighbourCosine: cosines / count,
  };
}

/** Mean over an item's users of the share of their other items that are among some; null if they have no others. */
function chanceOf(
  isAmong: (place: number) => boolean,
  place: number,
  users: Int32Array,
  train: InteractionLists,
  placeOf: Int32Array,
): number | null {
  let sum = 0;
  let counted = 0;
  for (const user of users) {
    let others = 0;
    let among = 0;
    for (const item of train.itemIds.subarray(train.rowStart[user], train.rowStart[user + 1])) {
      const other = placeOf[item]!;
      if (other < 0 || other === place) continue;
      others++;
      if (isAmong(other)) among++;
    }
    if (others === 0) continue;
    counted++;
    sum += among / others;
  }
  return counted === 0 ? null : sum / counted;
}
