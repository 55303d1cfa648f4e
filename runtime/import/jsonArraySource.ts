import { DatasetError } from "../data/datasetError.js";
import type { TableSource } from "./tableSource.js";
import { checkGzip, textLines } from "./textLines.js";
import { identifier, text, type Workspace } from "./workspace.js";
import { WorkspaceError } from "./workspaceError.js";

/** Whether a file's first character beside white space is that of an array. */
export async function isJsonArray(file: string): Promise<boolean> {
  for await (const { lines } of textLines(file)) {
    const start = lines.join("").trimStart();
    if (start !== "") return start.startsWith("[");
  }
  return false;
}

/** A file that is one JSON array of objects. @throws DatasetError if it is none */
export async function jsonArraySource(file: string, workspace: Workspace): Promise<TableSource> {
  await checkGzip(file, () => undefined);
  let described: readonly (readonly unknown[])[];
  try {
    described = await workspace.rows(`DESCRIBE SELECT * FROM read_json(${text(file)}, format = 'array')`);
  } catch (error) {
    if (!(error instanceof WorkspaceError) || error.cause === undefined) throw error;
    const problem = `this is not a JSON array of objects (${error.problem})`;
    throw new DatasetError({ file }, problem, "Correct it, or write one JSON object per line");
  }
  const columns = described.map(([name]) => String(name));
  const declared = columns.map((name) => `${text(name)}: 'VARCHAR'`);
  return {
    file,
    columns,
    relation: `read_json(${text(file)}, columns = {${declared.join(", ")}}, format = 'array')`,
    sql: (column) => identifier(column),
    check: () => Promise.resolve(),
    explain: () => Promise.resolve(),
    lineOf: () => Promise.resolve(null),
  };
}
