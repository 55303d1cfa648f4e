import type { InteractionLists } from "../../runtime/data/interactions.js";
import type { VectorTable } from "../inferenceVectors.js";
import { itemsOf, meanVector, product } from "./likedVectors.js";

const CUTOFF = 20;
/** Scores computed per ridge, which bounds the time on large catalogues, but for at least this many users. */
const MOST_SCORES = 5_000_000;
const FEWEST_USERS = 100;

/** A user to try ridges with. */
interface TriedUser {
  readonly train: Int32Array;
  readonly valid: Int32Array;
  /** Mean of the vectors of the training items. */
  readonly mean: Float64Array;
}

/** Users with training and validation items, evenly over all of them. */
export function chosenUsers(
  { items }: { readonly items: VectorTable },
  train: InteractionLists,
  valid: InteractionLists,
): TriedUser[] {
  const users = Array.from(Array(train.rowStart.length - 1).keys()).filter(
    (user) => itemsOf(train, user).length > 0 && itemsOf(valid, user).length > 0,
  );
  const most = Math.max(FEWEST_USERS, Math.floor(MOST_SCORES / items.rows));
  const step = Math.max(1, users.length / most);
  return Array.from({ length: Math.min(most, users.length) }, (_, index) => {
    const user = users[Math.floor(index * step)]!;
    return {
      train: itemsOf(train, user),
      valid: itemsOf(valid, user),
      mean: meanVector(items, itemsOf(train, user)),
    };
  });
}

function scoresOf({ rows, dim, data }: VectorTable, vector: Float64Array): Float64Array {
  const scores = new Float64Array(rows);
  for (let item = 0; item < rows; item++) {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += vector[d]! * data[item * dim + d]!;
    scores[item] = sum;
  }
  return scores;
}

/** Sum of the users' Recall@20 where they are folded in with a map [dim, dim], their training items left out. */
export function foundItems(items: VectorTable, users: readonly TriedUser[], map: Float64Array): number {
  let found = 0;
  for (const { train, valid, mean } of users) {
    const scores = scoresOf(items, product(map, mean));
    for (const item of train) scores[item] = -Infinity;
    const hits = valid.filter((item) => {
      const own = scores[item]!;
      let before = 0;
      for (const score of scores) if (score > own) before++;
      return before < CUTOFF;
    });
    found += hits.length / valid.length;
  }
  return found;
}
