import { DatasetError } from "../data/datasetError.js";
import type { TableSource } from "./tableSource.js";
import { identifier, text, type Workspace } from "./workspace.js";
import { WorkspaceError } from "./workspaceError.js";

/** A Parquet file. @throws DatasetError if it is none */
export async function parquetSource(file: string, workspace: Workspace): Promise<TableSource> {
  const relation = `read_parquet(${text(file)})`;
  let described: readonly (readonly unknown[])[];
  try {
    described = await workspace.rows(`DESCRIBE SELECT * FROM ${relation}`);
  } catch (error) {
    if (!(error instanceof WorkspaceError) || error.cause === undefined) throw error;
    throw new DatasetError(
      { file },
      `this is not a Parquet file that can be read (${error.problem})`,
      "Write it again",
    );
  }
  const types = new Map(described.map(([name, type]) => [String(name), String(type)]));
  return {
    file,
    columns: [...types.keys()],
    relation,
    sql: (column) => {
      const isTime = /^(TIMESTAMP|DATE)/.test(types.get(column) ?? "");
      return `CAST(${isTime ? `epoch(${identifier(column)})` : identifier(column)} AS VARCHAR)`;
    },
    check: () => Promise.resolve(),
    explain: () => Promise.resolve(),
    lineOf: () => Promise.resolve(null),
  };
}
