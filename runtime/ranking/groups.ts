import type { InteractionLists } from "../data/interactions.js";
import type { MetricValues } from "./metrics.js";
import { RankingError } from "./rankingError.js";

/** How users are grouped. */
export interface GroupSettings {
  /** Users with fewer training interactions than this are cold. */
  readonly coldUsersBelow: number;
  /** Number of groups by activity. */
  readonly activityGroups: number;
}

export const defaultGroups: GroupSettings = { coldUsersBelow: 5, activityGroups: 4 };

/** What a group holds. Groups of items measure only the targets among them; all items compete in every group. */
export type Group =
  /** Items without training interactions. */
  | { readonly kind: "coldItems"; readonly items: number }
  /** Items without features of a modality. */
  | { readonly kind: "missingModality"; readonly modality: string; readonly items: number }
  /** Users with fewer than `below` training interactions. */
  | { readonly kind: "coldUsers"; readonly below: number }
  /** Users with `from` to `to` training interactions: part `part` of `parts`, the least active first. */
  | {
      readonly kind: "activity";
      readonly part: number;
      readonly parts: number;
      readonly from: number;
      readonly to: number;
    };

/** The metrics of a group's users or targets. */
export interface GroupReport {
  readonly group: Group;
  /** Evaluated users, and their targets, that belong to the group. */
  readonly users: number;
  readonly targets: number;
  readonly metrics: MetricValues;
}

/** Some of the evaluated users, by their position among these. */
export interface UserGroup {
  readonly group: Group;
  readonly rows: Int32Array;
}

/** Some of the items. */
export interface ItemGroup {
  readonly group: Group;
  readonly items: ReadonlySet<number>;
}

/** Items without a training interaction, ascending. */
export function itemsWithoutTraining(train: InteractionLists, items: number): Int32Array {
  const trained = new Set(train.itemIds);
  return Int32Array.from(Array(items).keys()).filter((item) => !trained.has(item));
}

/** @param missing the items without features, by modality */
export function itemGroups(
  train: InteractionLists,
  items: number,
  missing: ReadonlyMap<string, Int32Array>,
): ItemGroup[] {
  const cold = itemsWithoutTraining(train, items);
  const groups: ItemGroup[] = [{ group: { kind: "coldItems", items: cold.length }, items: new Set(cold) }];
  for (const [modality, lacking] of missing) {
    const group = { kind: "missingModality", modality, items: lacking.length } as const;
    groups.push({ group, items: new Set(lacking) });
  }
  return groups.filter((group) => group.items.size > 0);
}

/**
 * Cold users, and all users by activity. Activity groups are quantiles of the evaluated users' numbers of training
 * interactions: with the n numbers in ascending order, group q of Q ends with the number at position ⌈n q / Q⌉.
 * Users with equal numbers are in the same group, the lowest that takes that number, so groups differ in size and
 * may be fewer than Q. Groups without users are left out.
 *
 * @param userIds the evaluated users
 * @throws RankingError for settings that are no whole numbers from 1
 */
export function userGroups(
  train: InteractionLists,
  userIds: Int32Array,
  settings: GroupSettings,
): UserGroup[] {
  checkSettings(settings);
  const { coldUsersBelow: below, activityGroups: parts } = settings;
  const activity = userIds.map((user) => train.rowStart[user + 1]! - train.rowStart[user]!);
  const rowsWhere = (belongs: (count: number) => boolean): Int32Array =>
    Int32Array.from(activity.keys()).filter((row) => belongs(activity[row]!));
  const groups: UserGroup[] = [
    { group: { kind: "coldUsers", below }, rows: rowsWhere((count) => count < below) },
  ];
  const ascending = activity.toSorted();
  let previous = -1;
  for (let part = 1; part <= parts && ascending.length > 0; part++) {
    const to = ascending[Math.ceil((ascending.length * part) / parts) - 1]!;
    const above = previous;
    const rows = rowsWhere((count) => count > above && count <= to);
    previous = to;
    if (rows.length === 0) continue;
    const from = rows.reduce((least, row) => Math.min(least, activity[row]!), to);
    groups.push({ group: { kind: "activity", part, parts, from, to }, rows });
  }
  return groups.filter((group) => group.rows.length > 0);
}

function checkSettings(settings: GroupSettings): void {
  for (const name of ["coldUsersBelow", "activityGroups"] as const) {
    const value = settings[name];
    if (Number.isSafeInteger(value) && value >= 1) continue;
    const example = `Use for instance ${defaultGroups[name]}.`;
    throw new RankingError(`${name} ${value}`, "the number must be a whole one from 1", example);
  }
}
