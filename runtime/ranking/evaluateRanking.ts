import type { InteractionLists } from "../data/interactions.js";
import { MetricTable, type MetricKey, type NdcgIdeal, type UserMetrics } from "./metrics.js";
import type { Ranker } from "./ranker.js";
import { RankingError } from "./rankingError.js";

/** Scores computed at once by default: 32 MB of float32. */
const TILE_SCORES = 8_000_000;

export interface RankingOptions {
  readonly ranker: Ranker;
  /** Items masked for each user; users without any are not evaluated. */
  readonly train: InteractionLists;
  /** The split that is evaluated. */
  readonly targets: InteractionLists;
  /** Number of items. */
  readonly items: number;
  /** The K of `Recall@K` …, evaluation.md: 5, 10, 20, 50. */
  readonly cutoffs: readonly number[];
  readonly ndcgIdeal?: NdcgIdeal;
  /** Validation items, to be masked as well when testing (off in MMRec's protocol). */
  readonly alsoMask?: InteractionLists;
  /**
   * Evaluate only targets among these items, for instance those without training interactions, and only users that
   * have such targets; with `candidates` "subset" nothing else competes with them.
   */
  readonly subset?: { readonly items: Int32Array; readonly candidates: "all" | "subset" };
  /** Largest number of scores computed at once. */
  readonly tileScores?: number;
}

export interface RankingReport {
  /** Averages over the evaluated users, in full precision. */
  readonly metrics: Readonly<Record<MetricKey, number>>;
  /** Number of evaluated users and of their targets. */
  readonly users: number;
  readonly targets: number;
  readonly skipped: {
    /** Users without a target in the split, or in the subset. */
    readonly withoutTargets: number;
    /** Users with targets but without training items, about whom the model knows nothing. */
    readonly withoutTraining: number;
  };
  readonly perUser: { readonly userIds: Int32Array; readonly values: UserMetrics };
}

/** The items of one user, a view. */
function itemsOf(lists: InteractionLists, user: number): Int32Array {
  return lists.itemIds.subarray(lists.rowStart[user], lists.rowStart[user + 1]);
}

/** Items without a training interaction, ascending. */
export function itemsWithoutTraining(train: InteractionLists, items: number): Int32Array {
  const trained = new Set(train.itemIds);
  return Int32Array.from(Array(items).keys()).filter((item) => !trained.has(item));
}

function checkCutoffs(cutoffs: readonly number[]): void {
  if (cutoffs.length > 0 && cutoffs.every((cutoff) => Number.isInteger(cutoff) && cutoff >= 1)) return;
  throw new RankingError(
    `cutoffs [${cutoffs.join(", ")}]`,
    "cutoffs must be one or more whole numbers from 1",
    "Use for instance 5, 10, 20, 50.",
  );
}

/**
 * Full ranking (evaluation.md, section 3): for every user with targets, all items but the masked ones are ranked and
 * the first max(cutoffs) compared with the targets. Users are handled in blocks that keep the scores within
 * `tileScores`. A masked item is never a hit, also where fewer than K items remain.
 *
 * @throws RankingError for senseless cutoffs, or scores that are not numbers
 */
export async function evaluateRanking(options: RankingOptions): Promise<RankingReport> {
  const { train, cutoffs, subset } = options;
  checkCutoffs(cutoffs);
  const wanted = subset === undefined ? undefined : new Set(subset.items);
  const onlySubset = subset?.candidates === "subset";
  const ranker = onlySubset ? options.ranker.among(subset.items.slice().sort()) : options.ranker;
  const candidates = onlySubset ? subset.items.length : options.items;
  const targetsOf = (user: number): Int32Array => {
    const all = itemsOf(options.targets, user);
    return wanted === undefined ? all : all.filter((item) => wanted.has(item));
  };

  const evaluated: number[] = [];
  let withoutTargets = 0;
  let withoutTraining = 0;
  for (let user = 0; user < options.targets.rowStart.length - 1; user++) {
    if (targetsOf(user).length === 0) withoutTargets++;
    else if (itemsOf(train, user).length === 0) withoutTraining++;
    else evaluated.push(user);
  }
  const userIds = Int32Array.from(evaluated);
  const table = new MetricTable(userIds.length, cutoffs, options.ndcgIdeal ?? "targets");
  const longest = Math.max(...cutoffs);
  const tile = Math.max(1, Math.floor((options.tileScores ?? TILE_SCORES) / Math.max(1, candidates)));
  let targets = 0;
  for (let start = 0; start < userIds.length; start += tile) {
    const users = userIds.slice(start, start + tile);
    const masked = Array.from(users, (user) => {
      const seen = itemsOf(train, user);
      return options.alsoMask === undefined
        ? seen
        : Int32Array.of(...seen, ...itemsOf(options.alsoMask, user));
    });
    const ranked = await ranker.rank(users, masked, longest);
    users.forEach((user, row) => {
      const own = new Set(targetsOf(user));
      targets += own.size;
      const reachable = new Set(own);
      for (const item of masked[row]!) reachable.delete(item);
      const list = ranked.items.subarray(row * ranked.length, (row + 1) * ranked.length);
      table.add(
        Array.from(list, (item) => reachable.has(item)),
        own.size,
      );
    });
  }
  return {
    metrics: table.means(),
    users: userIds.length,
    targets,
    skipped: { withoutTargets, withoutTraining },
    perUser: { userIds, values: table.perUser() },
  };
}
