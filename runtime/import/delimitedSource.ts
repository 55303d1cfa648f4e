import { DatasetError } from "../data/datasetError.js";
import { columnRoles } from "./columnRole.js";
import { delimitedRecords, type DelimitedLayout } from "./delimitedRecords.js";
import type { StagedColumns, TableSource } from "./tableSource.js";
import { checkGzip } from "./textLines.js";
import { text } from "./workspace.js";

/**
 * A delimited text file without a header whose columns are known.
 *
 * @param columns names of all columns, in order
 */
export function delimitedSource(
  layout: DelimitedLayout,
  columns: readonly string[],
  hasHeader = false,
): TableSource {
  const { file } = layout;
  const declared = columns.map((_, index) => `'f${index}': 'VARCHAR'`);
  const quote = layout.quoted ? text('"') : "''";
  return {
    file,
    columns,
    relation:
      `read_csv(${text(file)}, columns = {${declared.join(", ")}}, auto_detect = false, header = ${hasHeader}, ` +
      `delim = ${text(layout.delimiter)}, quote = ${quote}, escape = ${quote}, comment = '', ` +
      `encoding = ${text(layout.encoding)}, strict_mode = true, null_padding = false)`,
    sql: (column) => `f${columns.indexOf(column)}`,
    check: (tell) => checkGzip(file, tell),
    explain: (staged) => explainRecords(layout, columns, hasHeader, staged),
    async lineOf(row) {
      let left = row + (hasHeader ? 1 : 0);
      for await (const { line } of delimitedRecords(layout)) if (left-- === 0) return line;
      return null;
    },
  };
}

/**
 * A delimited text file whose first line names its columns.
 *
 * @param rename turns a name in the header into the column's name
 * @throws DatasetError if the file is empty or a column is named twice
 */
export async function headedSource(
  layout: DelimitedLayout,
  rename: (name: string) => string = (name) => name,
): Promise<TableSource> {
  return delimitedSource(layout, headerNames(layout.file, await readHeader(layout)).map(rename), true);
}

/** The fields of the first line. @throws DatasetError if the file is empty */
export async function readHeader(layout: DelimitedLayout): Promise<readonly string[]> {
  for await (const { fields } of delimitedRecords(layout)) return fields;
  throw new DatasetError(
    { file: layout.file, line: 1 },
    "the file is empty",
    "Pass a file with a header and rows",
  );
}

function headerNames(file: string, fields: readonly string[]): readonly string[] {
  const names = fields.map((field) => field.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return names;
  throw new DatasetError(
    { file, line: 1 },
    `the header names the column "${twice}" twice`,
    "Give every column a name of its own",
  );
}

async function explainRecords(
  layout: DelimitedLayout,
  columns: readonly string[],
  hasHeader: boolean,
  staged: StagedColumns,
): Promise<void> {
  const { file } = layout;
  const checks = Object.values(staged).map(({ from, role }) => {
    return { from, at: columns.indexOf(from), role: columnRoles[role] };
  });
  let isHeader = hasHeader;
  for await (const { line, fields } of delimitedRecords(layout)) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    if (fields.length !== columns.length) {
      const delimiter = JSON.stringify(layout.delimiter);
      throw new DatasetError(
        { file, line },
        `the line has ${fields.length} fields, expected ${columns.length} (${columns.join(", ")})`,
        `Separate the fields with ${delimiter} and leave none out`,
      );
    }
    for (const { from, at, role } of checks) {
      const problem = role.problem(fields[at]!);
      if (problem === null) continue;
      throw new DatasetError({ file, line }, `${from} "${fields[at]!}" ${problem}`, "Correct the field");
    }
  }
}
