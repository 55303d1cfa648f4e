import { tables } from "./importTables.js";
import type { StagedSource } from "./sourceFormat.js";
import type { Workspace } from "./workspace.js";

/**
 * Gives users and items their ids, 0 to n - 1 without gaps, in order of first appearance among the interactions that
 * are left, or of the source's numbers; and makes the table `result`.
 *
 * @param filtered leave out what does not interact; without it, all numbers of a source that numbers them keep theirs
 */
export async function denseIds(
  workspace: Workspace,
  source: StagedSource,
  filtered: boolean,
): Promise<{ readonly users: number; readonly items: number }> {
  const sides = [
    ["user", tables.userIds, tables.userCodes],
    ["item", tables.itemIds, tables.itemCodes],
  ] as const;
  for (const [side, table, codes] of sides) {
    const order = source.ids === "appearance" ? "first_row" : "code";
    const kept =
      source.ids === "appearance" || filtered
        ? `SELECT ${side}_code AS code, min(position) AS first_row FROM ${tables.interactions} GROUP BY ALL`
        : `SELECT code FROM ${codes}`;
    await workspace.run(
      `CREATE TABLE ${table} AS SELECT code, (row_number() OVER (ORDER BY ${order}) - 1)::INTEGER AS id FROM (${kept})`,
      `numbering ${side}s`,
    );
  }
  await workspace.run(
    `CREATE TABLE ${tables.result} AS
     SELECT position, u.id AS user_id, i.id AS item_id, moment, rating, split
     FROM ${tables.interactions} JOIN ${tables.userIds} u ON user_code = u.code
     JOIN ${tables.itemIds} i ON item_code = i.code`,
    "numbering interactions",
  );
  await workspace.run(`DROP TABLE ${tables.interactions}`);
  return {
    users: await workspace.count(`SELECT count(*) FROM ${tables.userIds}`),
    items: await workspace.count(`SELECT count(*) FROM ${tables.itemIds}`),
  };
}
