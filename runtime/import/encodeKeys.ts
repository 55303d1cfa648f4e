import { tables } from "./importTables.js";
import { staged, type StagedSource } from "./sourceFormat.js";
import type { Workspace } from "./workspace.js";

/** Replaces the keys of the staged interactions by integers; from then on, `position` is their order. */
export async function encodeKeys(workspace: Workspace, source: StagedSource): Promise<void> {
  const { ids, has } = source;
  await workspace.run("SET preserve_insertion_order = false");
  for (const [side, table] of [
    ["user", tables.userCodes],
    ["item", tables.itemCodes],
  ] as const) {
    const sql =
      ids === "appearance"
        ? `SELECT (row_number() OVER (ORDER BY first_row) - 1)::INTEGER AS code, key FROM (
             SELECT ${side}_key AS key, min(rowid) AS first_row FROM ${staged.interactions} GROUP BY ALL)`
        : `SELECT range::INTEGER AS code, CAST(range AS VARCHAR) AS key FROM range(${ids[`${side}s`]})`;
    await workspace.run(`CREATE TABLE ${table} AS ${sql}`, `numbering ${side}s`);
  }
  const optional = [
    has.time ? 's."time"' : "NULL::DOUBLE",
    has.rating ? "s.rating" : "NULL::DOUBLE",
    has.split ? "s.split::UTINYINT" : "NULL::UTINYINT",
  ];
  const [moment, rating, split] = optional;
  await workspace.run(
    `CREATE TABLE ${tables.interactions} AS
     SELECT s.rowid AS position, u.code AS user_code, i.code AS item_code,
       ${moment} AS moment, ${rating} AS rating, ${split} AS split
     FROM ${staged.interactions} s JOIN ${tables.userCodes} u ON s.user_key = u.key
     JOIN ${tables.itemCodes} i ON s.item_key = i.key`,
    "numbering interactions",
  );
  await workspace.run(`DROP TABLE ${staged.interactions}`);
}
