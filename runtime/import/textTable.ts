import { requireColumns } from "./requireColumns.js";
import { staged } from "./sourceFormat.js";
import { checkUnique, stageTable, type StagedColumns, type TableSource } from "./tableSource.js";
import type { Workspace } from "./workspace.js";

/** Names of columns that the tables of a dataset have already. */
const taken = ["key", "item_id", "user_id", "source_key", "is_incomplete"];

/** The name under which a column of the source goes into the dataset. */
function textColumnName(name: string): string {
  const plain = name.replaceAll(/\s+/g, "_");
  return taken.includes(plain.toLowerCase()) ? `${plain}_of_source` : plain;
}

/**
 * Stages a table about users or items: the column with their keys, all others as texts.
 *
 * @param table `staged_users` or `staged_items`
 * @returns the names of the columns of texts
 * @throws DatasetError naming file and line, for a key that comes twice, too
 */
export async function stageTexts(
  workspace: Workspace,
  table: typeof staged.users | typeof staged.items,
  source: TableSource,
  keyColumn: string,
): Promise<readonly string[]> {
  requireColumns(source, [keyColumn], "The keys stand in a column of this name");
  const key = { from: keyColumn, role: "key" } as const;
  const columns: Record<string, StagedColumns[string]> = { source_key: key, key };
  const names: string[] = [];
  for (const from of source.columns) {
    if (from === keyColumn) continue;
    const name = textColumnName(from);
    columns[name] = { from, role: "text" };
    names.push(name);
  }
  await stageTable(workspace, table, source, columns);
  await checkUnique(workspace, table, source, "key");
  return names;
}
