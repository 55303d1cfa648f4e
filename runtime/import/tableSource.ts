import { basename } from "node:path";
import { DatasetError } from "../data/datasetError.js";
import { columnRoles, type ColumnRoleName } from "./columnRole.js";
import type { SourceLine } from "./sourceFormat.js";
import { identifier, type Workspace } from "./workspace.js";
import { WorkspaceError } from "./workspaceError.js";

/** A column of a staged table: which column of the file it is made of, and what that holds. */
export interface StagedColumn {
  readonly from: string;
  readonly role: ColumnRoleName;
}

/** The columns of a staged table by name. */
export type StagedColumns = Readonly<Record<string, StagedColumn>>;

/** A file that DuckDB reads as a table. */
export interface TableSource {
  readonly file: string;
  readonly columns: readonly string[];
  /** SQL of the table. */
  readonly relation: string;
  /** SQL of a column's value as VARCHAR. */
  sql(column: string): string;
  /** What can be wrong with the file before it is read. @throws DatasetError */
  check(tell: () => void): Promise<void>;
  /**
   * Looks for the first row that cannot be taken, slowly.
   *
   * @throws DatasetError naming it; returns if it finds none
   */
  explain(columns: StagedColumns): Promise<void>;
  /** The 1-based line on which a row, counted from 0, starts; null where lines mean nothing. */
  lineOf(row: number): Promise<number | null>;
}

/** Where the rows of a table stand. */
export const lineOf =
  (source: TableSource) =>
  async (row: number): Promise<SourceLine> => ({ file: source.file, line: await source.lineOf(row) });

/**
 * Reads columns of a file into a table of the workspace, in the file's order (`rowid`).
 *
 * @param options.complete columns (of the table) without which a row is left out instead of refused
 * @returns rows that were left out
 * @throws DatasetError naming file and line
 */
export async function stageTable(
  workspace: Workspace,
  table: string,
  source: TableSource,
  columns: StagedColumns,
  options: { readonly complete?: readonly string[] } = {},
): Promise<number> {
  const step = `reading ${basename(source.file)}`;
  const checking = `checking ${basename(source.file)}`;
  await source.check(() => {
    workspace.tell(checking);
  });
  const name = identifier(table);
  const entries = Object.entries(columns);
  const isEmpty = (column: string): string => `coalesce(${source.sql(columns[column]!.from)}, '') = ''`;
  const incomplete = (options.complete ?? []).map(isEmpty).join(" OR ") || "false";
  const values = entries.map(([column, { from, role }]) => {
    return `${columnRoles[role].value(source.sql(from))} AS ${identifier(column)}`;
  });
  const bad = entries
    .map(([, { from, role }]) => `(${columnRoles[role].bad(source.sql(from))})`)
    .join(" OR ");
  try {
    await workspace.run(
      `CREATE TABLE ${name} AS SELECT ${values.join(", ")}, ${incomplete} AS is_incomplete, ` +
        `NOT (${incomplete}) AND (${bad}) AS is_bad FROM ${source.relation}`,
      step,
    );
  } catch (error) {
    if (!(error instanceof WorkspaceError) || error.cause === undefined) throw error;
    await source.explain(columns);
    const problem = `the file cannot be read (${error.problem})`;
    throw new DatasetError({ file: source.file, line: lineIn(error.cause) }, problem, error.fix);
  }
  const [row] = await workspace.rows(`SELECT min(rowid) FROM ${name} WHERE is_bad`);
  if (row?.[0] !== null && row !== undefined) {
    await source.explain(columns);
    const problem = `row ${Number(row[0]) + 1} holds a value that cannot be taken`;
    throw new DatasetError(
      { file: source.file, line: await source.lineOf(Number(row[0])) },
      problem,
      "Correct it",
    );
  }
  await workspace.run(`ALTER TABLE ${name} DROP COLUMN is_bad`);
  const left = await workspace.count(`SELECT count(*) FROM ${name} WHERE is_incomplete`);
  if (left > 0) await workspace.run(`DELETE FROM ${name} WHERE is_incomplete`);
  return left;
}

/** @throws DatasetError naming the line on which a key of a staged table comes for the second time */
export async function checkUnique(
  workspace: Workspace,
  table: string,
  source: TableSource,
  column: string,
): Promise<void> {
  const name = identifier(column);
  const [found] = await workspace.rows(
    `SELECT rowid, ${name} FROM ${identifier(table)} ` +
      `QUALIFY row_number() OVER (PARTITION BY ${name} ORDER BY rowid) = 2 ORDER BY rowid LIMIT 1`,
  );
  if (found === undefined) return;
  const [row, key] = found;
  throw new DatasetError(
    { file: source.file, line: await source.lineOf(Number(row)) },
    `"${String(key)}" comes for the second time`,
    "Keep one row per key",
  );
}

/** The line that a message of DuckDB names. */
function lineIn(cause: unknown): number | null {
  const found = /(?:Line:|in line) (\d+)/.exec(cause instanceof Error ? cause.message : "")?.[1];
  return found === undefined ? null : Number(found);
}
