import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatasetError } from "../../../runtime/data/datasetError.js";
import {
  importDataset,
  type ImportOptions,
  type ImportReport,
} from "../../../runtime/import/importDataset.js";
import { rejection } from "../rejection.js";

/** Writes files, by path within the folder. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** What the tests choose; everything else is the default of the command line. */
export type Chosen = Partial<Omit<ImportOptions, "read" | "split">> & {
  readonly read?: Partial<ImportOptions["read"]>;
  readonly split?: Partial<ImportOptions["split"]>;
};

/** Imports a source into `<folder>/data`. */
export function runImport(folder: string, source: string, chosen: Chosen = {}): Promise<ImportReport> {
  return importDataset({
    format: null,
    minimumRating: null,
    duplicates: "first",
    kCore: 0,
    name: null,
    force: false,
    threads: 1,
    ...chosen,
    source: join(folder, source),
    out: join(folder, "data"),
    read: {
      mapping: {},
      itemFile: null,
      delimiter: null,
      columns: null,
      skipIncomplete: false,
      ...chosen.read,
    },
    split: { method: null, seed: 0, shares: [0.8, 0.1, 0.1], ...chosen.split },
  });
}

/** The lines of a file of the imported dataset. */
export async function importedLines(folder: string, name: string): Promise<readonly string[]> {
  return (await readFile(join(folder, "data", name), "utf8")).replace(/\n$/, "").split("\n");
}

/** The error with which an import of files fails. */
export async function importFailure(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  chosen: Chosen & { readonly from?: string } = {},
): Promise<DatasetError> {
  await writeFiles(folder, files);
  const { from = "", ...options } = chosen;
  return rejection(runImport(folder, from, options), DatasetError);
}
