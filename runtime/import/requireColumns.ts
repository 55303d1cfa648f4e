import { DatasetError } from "../data/datasetError.js";
import { nearestName } from "../data/nearestName.js";
import type { TableSource } from "./tableSource.js";

/** @throws DatasetError naming the first column that a table lacks, with the nearest that it has */
export function requireColumns(
  source: Pick<TableSource, "file" | "columns">,
  names: readonly string[],
  fix = "Name the column that holds it",
): void {
  const missing = names.find((name) => !source.columns.includes(name));
  if (missing === undefined) return;
  const nearest = nearestName(missing, source.columns);
  throw new DatasetError(
    { file: source.file, line: 1 },
    `there is no column "${missing}" (there are ${source.columns.join(", ")})`,
    nearest === null ? fix : `${fix}; is "${nearest}" meant`,
  );
}
