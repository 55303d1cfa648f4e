import type { Dataset } from "../../runtime/data/dataset.js";
import { Random } from "../../runtime/data/random.js";
import type { Ranker } from "../../runtime/ranking/ranker.js";
import { itemsOf } from "./recommendationCounts.js";

/** A user's history beside what a model recommends. */
export interface SampleUser {
  readonly user: number;
  /** The first training items, of so many. */
  readonly history: readonly number[];
  readonly ofHistory: number;
  /** Items held out from training: validation, then test. */
  readonly heldOut: readonly number[];
  readonly recommended: readonly {
    readonly item: number;
    readonly score: number;
    readonly isHeldOut: boolean;
    /** Without training interactions. */
    readonly isNew: boolean;
  }[];
}

/** Recommendations were asked for somebody whom the dataset does not know. */
export class UnknownUserError extends Error {
  override readonly name = "UnknownUserError";

  constructor(
    readonly user: number,
    /** Number of users. */
    readonly users: number,
  ) {
    super(`there is no user ${user}: the dataset has users 0 to ${users - 1}`);
  }
}

const USERS = 6;
const HISTORY = 12;
const RECOMMENDATIONS = 10;

/** Users with a history and something held out, or at least a history; the same ones every time. */
function chosenUsers({ users, train, valid, test }: Dataset, seed: number): number[] {
  const all = Int32Array.from(Array(users).keys()).filter((user) => itemsOf(train, user).length > 0);
  new Random(seed, "report", "users").shuffle(all);
  const held = (user: number): boolean => itemsOf(valid, user).length + itemsOf(test, user).length > 0;
  const first = [...all.filter(held), ...all.filter((user) => !held(user))].slice(0, USERS);
  return first.sort((left, right) => left - right);
}

/**
 * @param users ids of users, or undefined for some that are chosen by the seed
 * @throws UnknownUserError
 */
export async function sampleUsers(
  ranker: Ranker,
  dataset: Dataset,
  options: { readonly seed: number; readonly users?: readonly number[] },
): Promise<SampleUser[]> {
  const users = options.users ?? chosenUsers(dataset, options.seed);
  const stranger = users.find((user) => !Number.isInteger(user) || user < 0 || user >= dataset.users);
  if (stranger !== undefined) throw new UnknownUserError(stranger, dataset.users);
  const { train, valid, test, items } = dataset;
  const trained = new Set(train.itemIds);
  const masked = users.map((user) => itemsOf(train, user));
  const ranked = await ranker.rank(Int32Array.from(users), masked, RECOMMENDATIONS);
  return users.map((user, row) => {
    const history = [...itemsOf(train, user)];
    const heldOut = [...itemsOf(valid, user), ...itemsOf(test, user)];
    const length = Math.min(ranked.length, items - history.length);
    return {
      user,
      history: history.slice(0, HISTORY),
      ofHistory: history.length,
      heldOut: heldOut.slice(0, HISTORY),
      recommended: Array.from({ length }, (_, place) => {
        const item = ranked.items[row * ranked.length + place]!;
        const score = ranked.scores[row * ranked.length + place]!;
        return { item, score, isHeldOut: heldOut.includes(item), isNew: !trained.has(item) };
      }),
    };
  });
}
