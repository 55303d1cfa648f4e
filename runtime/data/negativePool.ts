import type { SamplerEntry } from "../artifacts/manifest.js";
import type { Dataset } from "./dataset.js";
import { drawOutside } from "./drawOutside.js";
import type { Random } from "./random.js";
import { SamplerError } from "./samplerError.js";

/** The samplers that draw triples (user, positive, negative). */
export type TriplesEntry = Extract<SamplerEntry, { readonly kind: "pairs" | "users" }>;

/** The part of a dataset that triples are drawn from. */
export type TriplesData = Pick<Dataset, "train" | "users" | "items">;

/** Draws items of the pool that a user has not interacted with in training. */
export type NegativePool = (user: number, random: Random) => number;

/**
 * Uniform negatives without rejection: the r-th item of the pool that the user's sorted list leaves out is found by
 * binary search, so a user who has nearly everything costs no more than any other.
 *
 * @throws SamplerError naming a user who has every item of the pool
 */
export function negativePool(pool: TriplesEntry["negativePool"], dataset: TriplesData): NegativePool {
  const { rowStart, itemIds } = dataset.train;
  const occurs = new Uint8Array(dataset.items);
  if (pool === "all") occurs.fill(1);
  else for (const item of itemIds) occurs[item] = 1;

  const poolItems: number[] = [];
  const positionOf = new Int32Array(dataset.items);
  occurs.forEach((inPool, item) => {
    positionOf[item] = poolItems.length;
    if (inPool === 1) poolItems.push(item);
  });
  const itemAt = Int32Array.from(poolItems);
  /** The users' lists as positions in the pool, ascending as they were. */
  const positions = itemIds.map((item) => positionOf[item]!);

  for (let user = 0; user < dataset.users; user++) {
    const degree = rowStart[user + 1]! - rowStart[user]!;
    if (degree < itemAt.length) continue;
    throw new SamplerError(
      `user ${user} has all ${itemAt.length} items of the negative pool "${pool}" in the training set, so there is ` +
        "no negative to draw",
      pool === "train"
        ? 'Use negativePool "all" or remove the user from the training data'
        : "Remove the user from the training data",
    );
  }

  return (user, random) =>
    itemAt[drawOutside(itemAt.length, positions, rowStart[user]!, rowStart[user + 1]!, random)]!;
}
