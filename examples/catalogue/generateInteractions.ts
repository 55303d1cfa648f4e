import { Random } from "../../runtime/data/random.js";
import type { Item } from "./item.js";
import { appeal, circleTaste, customerTaste } from "./taste.js";

export type Split = "train" | "valid" | "test";

export interface Interaction {
  readonly user: number;
  readonly item: number;
  readonly split: Split;
}

/** Circles of customers with a taste in common. */
const circleCount = 16;

/** Standard deviation of the items' log-popularity. */
const popularitySpread = 0.5;

/** What a new item lacks in log-popularity. */
const coldPenalty = 0.4;

const smallestBasket = 12;
const largestBasket = 20;

/** The largest share of a customer's basket that may be cold, so that enough is left to train on. */
const coldLimit = 1 / 3;

/**
 * The items a customer takes: a sample without replacement with odds proportional to exp(appeal + popularity),
 * drawn as the largest sums of log-odds and Gumbel noise.
 */
function drawBasket(items: readonly Item[], logOdds: Float64Array, random: Random): readonly Item[] {
  const size = smallestBasket + random.below(largestBasket - smallestBasket + 1);
  const keys = Float64Array.from(logOdds, (value) => value - Math.log(-Math.log(1 - random.float64())));
  const ranked = [...items].sort((left, right) => keys[right.id]! - keys[left.id]!);
  const coldest = Math.floor(size * coldLimit);
  const cold = ranked.filter((item) => item.cold).slice(0, coldest);
  const admitted = new Set(cold);
  return ranked.filter((item) => !item.cold || admitted.has(item)).slice(0, size);
}

/**
 * Splits a basket at random. Of n warm items, fewer than ten give one to validation and one to test; otherwise
 * h = floor(0.2 n) are held out, floor(h / 2) of them for validation. A cold item goes to either by a coin.
 */
function splitBasket(basket: readonly Item[], random: Random): readonly (readonly [Item, Split])[] {
  const warm = Int32Array.from(
    basket.filter((item) => !item.cold),
    (item) => item.id,
  );
  random.shuffle(warm);
  const heldOut = warm.length < 10 ? 2 : Math.floor(0.2 * warm.length);
  const valid = new Set(warm.subarray(0, Math.floor(heldOut / 2)));
  const test = new Set(warm.subarray(Math.floor(heldOut / 2), heldOut));
  return basket.map((item) => {
    if (item.cold) return [item, random.float64() < 0.5 ? "valid" : "test"];
    return [item, valid.has(item.id) ? "valid" : test.has(item.id) ? "test" : "train"];
  });
}

/** Draws what every customer takes, ordered by user and item. Cold items are never in `train`. */
export function generateInteractions(
  seed: number,
  users: number,
  items: readonly Item[],
): readonly Interaction[] {
  const shop = new Random(seed, "catalogue", "popularity");
  const popularity = Float64Array.from(
    items,
    (item) => popularitySpread * shop.normal() - (item.cold ? coldPenalty : 0),
  );
  const circleRandom = new Random(seed, "catalogue", "circles");
  const circles = Array.from({ length: circleCount }, () => circleTaste(circleRandom));
  return Array.from({ length: users }, (_, user) => {
    const random = new Random(seed, "catalogue", "user", user);
    const taste = customerTaste(circles, random);
    const logOdds = popularity.map((value, id) => value + appeal(taste, items[id]!));
    return splitBasket(drawBasket(items, logOdds, random), random)
      .map(([item, split]) => ({ user, item: item.id, split }))
      .sort((left, right) => left.item - right.item);
  }).flat();
}
