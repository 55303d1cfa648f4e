import { DatasetError } from "../data/datasetError.js";
import { tables } from "./importTables.js";
import type { StagedSource } from "./sourceFormat.js";
import type { Workspace } from "./workspace.js";

/** What becomes of a user's repeated interactions with an item. */
export const duplicateRules = {
  first: "the earliest is kept",
  last: "the latest is kept",
  exact: "those at different times are all kept (MMRec)",
  refuse: "they are an error",
} as const;

export type DuplicateRule = keyof typeof duplicateRules;
export const duplicateRuleNames = Object.keys(duplicateRules) as readonly DuplicateRule[];

/**
 * Removes repeated interactions. Where the source states a split, an interaction in two of its parts is no repetition:
 * that is leakage, which is reported.
 *
 * @returns interactions that were removed
 * @throws DatasetError naming the line of the first repetition if the rule is "refuse"
 */
export async function removeDuplicates(
  workspace: Workspace,
  source: StagedSource,
  rule: DuplicateRule,
): Promise<number> {
  const keys = ["user_code", "item_code"];
  if (source.has.split) keys.push("split");
  if (rule === "exact" && source.has.time) keys.push("moment");
  const key = keys.join(", ");
  await workspace.run(
    `CREATE OR REPLACE TABLE repeated AS SELECT ${key} FROM ${tables.interactions} GROUP BY ALL HAVING count(*) > 1`,
    "looking for repeated interactions",
  );
  const order = rule === "last" ? "moment DESC NULLS LAST, position DESC" : "moment NULLS LAST, position";
  await workspace.run(
    `CREATE OR REPLACE TABLE surplus AS SELECT position, user_code, item_code FROM (
       SELECT position, user_code, item_code, row_number() OVER (PARTITION BY ${key} ORDER BY ${order}) AS place
       FROM ${tables.interactions} SEMI JOIN repeated USING (${key})) WHERE place > 1`,
  );
  const surplus = await workspace.count("SELECT count(*) FROM surplus");
  if (surplus === 0) return 0;
  if (rule === "refuse") throw await firstRepetition(workspace, source);
  await workspace.run(
    `DELETE FROM ${tables.interactions} WHERE position IN (SELECT position FROM surplus)`,
    "removing repeated interactions",
  );
  return surplus;
}

async function firstRepetition(workspace: Workspace, source: StagedSource): Promise<DatasetError> {
  const [row] = await workspace.rows(
    `SELECT position, u.key, i.key FROM surplus JOIN ${tables.userCodes} u ON user_code = u.code
     JOIN ${tables.itemCodes} i ON item_code = i.code ORDER BY position LIMIT 1`,
  );
  const [position, user, item] = row!;
  const where = (await source.lineOf?.(Number(position))) ?? { file: "the source", line: null };
  return new DatasetError(
    where,
    `user ${String(user)} has item ${String(item)} a second time`,
    "Remove the repetition, or choose what becomes of it with --duplicates first, last or exact",
  );
}
