import { KEY_COLUMN } from "../data/idKeys.js";
import type { FileWriter } from "../data/datasetContents.js";
import { tables } from "./importTables.js";
import { staged, type StagedSource } from "./sourceFormat.js";
import { identifier, text, type Workspace } from "./workspace.js";

/** Column of interactions.tsv with the times, seconds since 1970 or the source's own unit. */
export const TIME_COLUMN = "timestamp";
const RATING_COLUMN = "rating";

/** SQL of a split's name. */
export const splitNameSql = "CASE split WHEN 0 THEN 'train' WHEN 1 THEN 'valid' ELSE 'test' END";

/** SQL of a number as the shortest text: 4, not 4.0. */
const shortNumber = (column: string): string =>
  `CASE WHEN ${column} = floor(${column}) AND abs(${column}) < 1e15 THEN CAST(CAST(${column} AS BIGINT) AS VARCHAR)
    ELSE CAST(${column} AS VARCHAR) END`;

/** Writes the result of a query as a table of a dataset folder. */
export function tableWriter(workspace: Workspace, name: string, query: string): FileWriter {
  return (path) =>
    workspace.run(
      `COPY (${query}) TO ${text(path)} (FORMAT csv, DELIMITER '\t', HEADER, QUOTE '', ESCAPE '', NULL '')`,
      `writing ${name}`,
    );
}

/** The tables of the dataset folder that the workspace holds, by name. */
export function importedFiles(
  workspace: Workspace,
  source: StagedSource,
): Readonly<Record<string, FileWriter>> {
  const { has, userColumns, itemColumns } = source;
  const more = [
    ...(has.time ? [`${shortNumber("moment")} AS ${TIME_COLUMN}`] : []),
    ...(has.rating ? [`${shortNumber("rating")} AS ${RATING_COLUMN}`] : []),
  ];
  const columns = ["user_id", "item_id", `${splitNameSql} AS split`, ...more];
  const queries: Record<string, string> = {
    "interactions.tsv": `SELECT ${columns.join(", ")} FROM ${tables.result} r ORDER BY r.split, user_id, position`,
    "users.tsv": keyTable("user", tables.userIds, tables.userCodes, staged.users, userColumns),
    "items.tsv": keyTable("item", tables.itemIds, tables.itemCodes, staged.items, itemColumns),
  };
  return Object.fromEntries(
    Object.entries(queries).map(([name, query]) => [name, tableWriter(workspace, name, query)]),
  );
}

function keyTable(
  side: "user" | "item",
  ids: string,
  codes: string,
  texts: string,
  columns: readonly string[] | null,
): string {
  const own = columns === null ? "c.key" : "coalesce(t.key, c.key)";
  const named = (columns ?? []).map((name) => `t.${identifier(name)}`);
  const joined = columns === null ? "" : `LEFT JOIN ${texts} t ON t.source_key = c.key`;
  return `SELECT ${[`id AS ${side}_id`, `${own} AS ${KEY_COLUMN}`, ...named].join(", ")}
    FROM ${ids} JOIN ${codes} c USING (code) ${joined} ORDER BY id`;
}
