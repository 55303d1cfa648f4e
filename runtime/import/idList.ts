import { DatasetError } from "../data/datasetError.js";
import { stageIdMap, type IdMapEntry } from "./idMap.js";
import type { SourceFiles } from "./sourceFiles.js";
import { textLines } from "./textLines.js";
import type { Workspace } from "./workspace.js";

/** A staged list of ids and keys. */
export interface StagedList {
  readonly file: string;
  readonly numbers: ReadonlySet<number>;
  /** The largest number plus one. */
  readonly size: number;
  readonly columns: readonly string[];
}

/**
 * Stages `item_list.txt` and its like, whose header names a key (`org_id`), `remap_id` and perhaps further columns.
 *
 * @returns null if there is no such file
 * @throws DatasetError naming file and line
 */
export async function stageIdList(
  source: SourceFiles,
  workspace: Workspace,
  name: string,
  table: string,
): Promise<StagedList | null> {
  const file = source.find(name);
  if (file === null) return null;
  const header = await listHeader(file);
  const columns = header.slice(header.indexOf(NUMBER_COLUMN) + 1);
  const numbers = await stageIdMap(workspace, table, file, listEntries(file, header), columns);
  const size = [...numbers].reduce((largest, id) => Math.max(largest, id), -1) + 1;
  return { file, numbers, size, columns };
}

/** The column with the number, in the header of a list. */
const NUMBER_COLUMN = "remap_id";

async function listHeader(file: string): Promise<readonly string[]> {
  for await (const { lines } of textLines(file)) {
    const header = (lines[0] ?? "").trim().split(/\s+/);
    if (header.indexOf(NUMBER_COLUMN) > 0) return header;
    break;
  }
  throw new DatasetError(
    { file, line: 1 },
    `the header does not name a key and "${NUMBER_COLUMN}"`,
    `Write "org_id ${NUMBER_COLUMN}" on the first line`,
  );
}

/** Keys may contain spaces, so the fields are counted from the right. */
async function* listEntries(file: string, header: readonly string[]): AsyncGenerator<IdMapEntry, void> {
  const after = header.length - 1 - header.indexOf(NUMBER_COLUMN);
  for await (const { first, lines } of textLines(file)) {
    for (const [index, content] of lines.entries()) {
      const line = first + index;
      if (line === 1 || content.trim() === "") continue;
      const fields = content.trim().split(/\s+/);
      const numberAt = fields.length - 1 - after;
      if (numberAt < header.indexOf(NUMBER_COLUMN)) {
        const problem = `the line has ${fields.length} fields, expected ${header.length} (${header.join(", ")})`;
        throw new DatasetError({ file, line }, problem, "Write one field per column");
      }
      yield {
        line,
        key: fields.slice(0, numberAt).join(" "),
        number: fields[numberAt]!,
        texts: fields.slice(numberAt + 1),
      };
    }
  }
}
