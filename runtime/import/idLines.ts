import { DatasetError } from "../data/datasetError.js";
import { columnRoles } from "./columnRole.js";
import { textLines } from "./textLines.js";

/**
 * The lines of a file of ids separated by white space; empty lines are left out.
 *
 * @param fields how many ids a line has, null for any number
 * @throws DatasetError naming the line of what is no id
 */
export async function* idLines(
  file: string,
  fields: number | null = null,
): AsyncGenerator<readonly string[], void> {
  for await (const { first, lines } of textLines(file)) {
    for (const [index, content] of lines.entries()) {
      const line = first + index;
      if (content.trim() === "") continue;
      const ids = content.trim().split(/\s+/);
      const bad = ids.find((id) => columnRoles.id.problem(id) !== null);
      if (bad !== undefined) {
        const problem = `"${bad}" ${columnRoles.id.problem(bad)!}`;
        throw new DatasetError({ file, line }, problem, "Write ids separated by spaces");
      }
      if (fields !== null && ids.length !== fields) {
        const problem = `the line has ${ids.length} fields, expected ${fields} (head, relation, tail)`;
        throw new DatasetError({ file, line }, problem, "Write one triple per line");
      }
      yield ids.map((id) => String(Number(id)));
    }
  }
}
