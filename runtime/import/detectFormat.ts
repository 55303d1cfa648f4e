import { DatasetError } from "../data/datasetError.js";
import { formatNames, formats, type FormatName } from "./formats.js";
import type { SourceFiles } from "./sourceFiles.js";

/** @throws DatasetError if no format recognises the source */
export async function detectFormat(
  source: SourceFiles,
): Promise<{ readonly name: FormatName; readonly reason: string }> {
  for (const name of formatNames) {
    const reason = await formats[name].recognise(source);
    if (reason !== null) return { name, reason };
  }
  const shown = source.names.slice(0, 6).join(", ");
  throw new DatasetError(
    { file: source.path },
    `none of the formats ${formatNames.join(", ")} fits what is there (${shown === "" ? "nothing" : shown})`,
    "Name the format before the source, and see `mmkit data import --help` for what each consists of",
  );
}
