import { DatasetError } from "../data/datasetError.js";
import { columnRoles } from "./columnRole.js";
import { repeatedKey } from "./repeatedKey.js";
import type { StagedColumns, TableSource } from "./tableSource.js";
import { checkGzip, textLines } from "./textLines.js";
import { identifier, text } from "./workspace.js";

type JsonObject = Readonly<Record<string, unknown>>;

/** Longest line that is read, bytes; reviews and product descriptions stay far below. */
const LONGEST_LINE = 64 << 20;

/**
 * A file with one JSON object per line; nested values are taken as JSON text.
 *
 * @param shownFile the file that messages name, where `file` is a translation of it, line by line
 */
export function jsonLinesSource(file: string, columns: readonly string[], shownFile = file): TableSource {
  const declared = columns.map((name) => `${text(name)}: 'VARCHAR'`);
  return {
    file: shownFile,
    columns,
    relation:
      `read_json(${text(file)}, columns = {${declared.join(", ")}}, format = 'newline_delimited', ` +
      `maximum_object_size = ${LONGEST_LINE})`,
    sql: (column) => identifier(column),
    check: (tell) => checkGzip(file, tell),
    explain: (staged) => explainLines(file, shownFile, staged),
    async lineOf(row) {
      let left = row;
      for await (const { line } of contentLines(file)) if (left-- === 0) return line;
      return null;
    },
  };
}

/** The object on the first line that is not empty. @throws DatasetError if there is none */
export async function firstObject(file: string): Promise<JsonObject> {
  for await (const { line, content } of contentLines(file)) return parseObject(file, line, content);
  throw new DatasetError({ file, line: 1 }, "the file is empty", "Pass a file with one JSON object per line");
}

/** Objects that are looked at for the names of fields. */
const LOOKED_AT = 100;

/** The names of the fields of a file's first objects. @throws DatasetError naming the line of what is no object */
export async function jsonFields(file: string): Promise<readonly string[]> {
  const names = new Set<string>();
  let looked = 0;
  for await (const { line, content } of contentLines(file)) {
    if (looked++ === LOOKED_AT) break;
    for (const name of Object.keys(parseObject(file, line, content))) names.add(name);
  }
  return [...names];
}

/** @throws DatasetError naming the line if it is not one JSON object, or names a key twice */
function parseObject(file: string, line: number, content: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    const problem = `the line is not JSON (${(error as Error).message})`;
    throw new DatasetError({ file, line }, problem, "Write one JSON object per line");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DatasetError({ file, line }, "the line is not a JSON object", "Write one JSON object per line");
  }
  const twice = repeatedKey(content);
  if (twice === null) return value as JsonObject;
  throw new DatasetError({ file, line }, `the object has the key "${twice}" twice`, "Keep one of the two");
}

/** The lines of a text file that are not empty, with their numbers. */
export async function* contentLines(
  file: string,
): AsyncGenerator<{ readonly line: number; readonly content: string }, void> {
  for await (const { first, lines } of textLines(file)) {
    for (const [index, content] of lines.entries()) {
      if (content.trim() !== "") yield { line: first + index, content };
    }
  }
}

async function explainLines(file: string, shownFile: string, staged: StagedColumns): Promise<void> {
  for await (const { line, content } of contentLines(file)) {
    const object = parseObject(shownFile, line, content);
    for (const { from, role } of Object.values(staged)) {
      const value = object[from] ?? null;
      const field = value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
      const problem = columnRoles[role].problem(field);
      if (problem === null) continue;
      const found =
        value === null ? `there is no "${from}"` : `"${from}" ${JSON.stringify(value)} ${problem}`;
      throw new DatasetError({ file: shownFile, line }, found, "Correct the object");
    }
  }
}
