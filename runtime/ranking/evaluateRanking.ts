import type { InteractionLists } from "../data/interactions.js";
import { RecommendationStatistics, type BeyondAccuracy } from "./beyondAccuracy.js";
import { itemGroups, userGroups, type GroupReport, type GroupSettings, type ItemGroup } from "./groups.js";
import type { MetricValues, NdcgIdeal, UserMetrics } from "./metrics.js";
import type { RankedBlock, Ranker } from "./ranker.js";
import { RankingError } from "./rankingError.js";
import { TargetView } from "./targetView.js";

/** Scores computed at once by default: 32 MB of float32. */
export const TILE_SCORES = 8_000_000;
/** The same where all items are put in order, which takes some 40 bytes of memory per score. */
const TILE_SCORES_IN_FULL = 4_000_000;

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
  /** Measure AUC too, for which all items are put in order instead of the first max(cutoffs). */
  readonly auc?: boolean;
  /** Measure groups of users and items too; `missing` has the items without features, by modality. */
  readonly groups?: GroupSettings & { readonly missing: ReadonlyMap<string, Int32Array> };
  /**
   * Rank only these items, for instance those without training interactions, and measure only the targets among them,
   * for users that have such targets.
   */
  readonly candidates?: Int32Array;
  /** Largest number of scores computed at once. */
  readonly tileScores?: number;
}

export interface RankingReport {
  /** Averages over the evaluated users, in full precision. */
  readonly metrics: MetricValues;
  readonly beyondAccuracy: BeyondAccuracy;
  /** Groups that have a user to evaluate, if they were asked for. */
  readonly groups: readonly GroupReport[];
  /** Number of evaluated users and of their targets. */
  readonly users: number;
  readonly targets: number;
  readonly skipped: {
    /** Users without a target in the split, or among the candidates. */
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

function checkCutoffs(cutoffs: readonly number[]): void {
  if (cutoffs.length > 0 && cutoffs.every((cutoff) => Number.isInteger(cutoff) && cutoff >= 1)) return;
  throw new RankingError(
    `cutoffs [${cutoffs.join(", ")}]`,
    "cutoffs must be one or more whole numbers from 1",
    "Use for instance 5, 10, 20, 50.",
  );
}

/** A row of a block without the masked items, which come last but may be fewer than those masked for the user. */
function unmasked(block: RankedBlock, row: number, masked: ReadonlySet<number>) {
  const start = row * block.length;
  let end = start + block.length;
  while (end > start && masked.has(block.items[end - 1]!)) end--;
  return { items: block.items.subarray(start, end), scores: block.scores.subarray(start, end) };
}

/**
 * Positions in a list of those of its items that are in a set, ascending.
 *
 * @param marks [item] all 0, and so again afterwards
 */
function positionsOf(wanted: ReadonlySet<number>, list: Int32Array, marks: Uint8Array): Int32Array {
  const positions: number[] = [];
  for (const item of wanted) marks[item] = 1;
  for (let position = 0; position < list.length; position++) {
    if (marks[list[position]!] === 1) positions.push(position);
  }
  for (const item of wanted) marks[item] = 0;
  return Int32Array.from(positions);
}

function among(targets: ReadonlySet<number>, { items }: ItemGroup): ReadonlySet<number> {
  return new Set([...targets].filter((item) => items.has(item)));
}

/**
 * Full ranking (evaluation.md, section 3): for every user with targets, all items but the masked ones are ranked and
 * the first max(cutoffs) compared with the targets. Users are handled in blocks that keep the scores within
 * `tileScores`, so memory does not grow with the number of users beyond their metrics. A masked item is never a hit,
 * also where fewer than K items remain. Groups are measured in the same ranking.
 *
 * @throws RankingError for senseless cutoffs or groups, or scores that are not numbers
 */
export async function evaluateRanking(options: RankingOptions): Promise<RankingReport> {
  const { train, cutoffs, ndcgIdeal = "targets", auc = false } = options;
  checkCutoffs(cutoffs);
  const only = options.candidates?.toSorted();
  const ranker = only === undefined ? options.ranker : options.ranker.among(only);
  const candidates = only?.length ?? options.items;
  const wanted = only === undefined ? undefined : new Set(only);
  const isWanted = (item: number): boolean => wanted?.has(item) !== false;

  const evaluated: number[] = [];
  let withoutTargets = 0;
  let withoutTraining = 0;
  for (let user = 0; user < options.targets.rowStart.length - 1; user++) {
    if (!itemsOf(options.targets, user).some(isWanted)) withoutTargets++;
    else if (itemsOf(train, user).length === 0) withoutTraining++;
    else evaluated.push(user);
  }
  const userIds = Int32Array.from(evaluated);
  const users = userIds.length;
  const longest = Math.max(...cutoffs);
  const whole = new TargetView({ cutoffs, ndcgIdeal, auc }, users);
  const { groups } = options;
  const parts = groups === undefined ? [] : itemGroups(train, options.items, groups.missing);
  const partViews = parts.map((part) => ({ part, view: new TargetView({ cutoffs, ndcgIdeal, auc }, users) }));
  const members = groups === undefined ? [] : userGroups(train, userIds, groups);
  const statistics = new RecommendationStatistics(train, options.items, cutoffs);
  const targetsOfRow = new Int32Array(users);
  const marks = new Uint8Array(options.items);

  const tileScores = options.tileScores ?? (auc ? TILE_SCORES_IN_FULL : TILE_SCORES);
  const tile = Math.max(1, Math.floor(tileScores / Math.max(1, candidates)));
  for (let start = 0; start < users; start += tile) {
    const block = userIds.slice(start, start + tile);
    const masked = Array.from(block, (user) => {
      const seen = itemsOf(train, user);
      return options.alsoMask === undefined
        ? seen
        : Int32Array.of(...seen, ...itemsOf(options.alsoMask, user));
    });
    const ranked = await ranker.rank(block, masked, auc ? Math.max(candidates, longest) : longest);
    block.forEach((user, row) => {
      const hidden = new Set(masked[row]);
      const targets = new Set(itemsOf(options.targets, user));
      const shown = unmasked(ranked, row, hidden);
      const ranking = { ...shown, targets: positionsOf(targets, shown.items, marks) };
      const measured = wanted === undefined ? targets : new Set([...targets].filter(isWanted));
      targetsOfRow[start + row] = measured.size;
      statistics.add(ranking.items.subarray(0, longest));
      whole.add(ranking, measured);
      for (const { part, view } of partViews) view.add(ranking, among(measured, part));
    });
  }
  const itemReports = partViews.map(({ part: { group }, view }): GroupReport => {
    return { group, users: view.users, targets: view.targets, metrics: view.table.means() };
  });
  const userReports = members.map(({ group, rows }): GroupReport => {
    const targets = rows.reduce((sum, row) => sum + targetsOfRow[row]!, 0);
    return { group, users: rows.length, targets, metrics: whole.table.meansOf(rows) };
  });
  return {
    metrics: whole.table.means(),
    beyondAccuracy: statistics.results(),
    groups: [...itemReports, ...userReports].filter((report) => report.users > 0),
    users,
    targets: whole.targets,
    skipped: { withoutTargets, withoutTraining },
    perUser: { userIds, values: whole.table.perUser() },
  };
}
