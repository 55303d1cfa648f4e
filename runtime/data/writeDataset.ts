import { access, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeFolderAtomic } from "../artifacts/atomicWrite.js";
import type { DatasetContents, FeatureContents, TextColumns } from "./datasetContents.js";
import { DatasetError } from "./datasetError.js";
import { DATASET_VERSION } from "./datasetSchema.js";
import {
  idTable,
  interactionsTable,
  knowledgeGraphTables,
  missingTable,
  type TableFile,
} from "./datasetTables.js";
import { KEY_COLUMN } from "./idKeys.js";
import { writeNpy } from "./npy.js";
import { writeLines } from "./writeLines.js";

/** The features with the rows of missing items zero. @throws DatasetError for a bad name, size or value */
function checkedFeatures(
  folder: string,
  items: number,
  name: string,
  contents: FeatureContents,
): Float32Array {
  const file = join(folder, `${name}.npy`);
  const { size, data, missing = [] } = contents;
  if (!/^[\w-]+$/.test(name)) {
    throw new DatasetError({ file }, `"${name}" is no file stem`, "Use letters, digits, _ and -");
  }
  if (size < 1 || data.length !== items * size) {
    throw new DatasetError(
      { file },
      `${data.length} values are not ${items} items by ${size} features`,
      "Pass one row per item",
    );
  }
  const written = missing.length === 0 ? data : data.slice();
  for (const item of Array.from(missing)) written.fill(0, item * size, (item + 1) * size);
  const bad = written.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return written;
  throw new DatasetError(
    { file },
    `the feature in row ${Math.floor(bad / size)}, column ${bad % size} is ${written[bad]!}`,
    "Features must be finite; name the items without features as missing",
  );
}

function checkedTables(folder: string, contents: DatasetContents): readonly TableFile[] {
  const path = (name: string): string => join(folder, name);
  const { users, items, interactions, knowledgeGraph } = contents;
  const tables: TableFile[] = [];
  if (interactions !== undefined) {
    tables.push(interactionsTable(path("interactions.tsv"), users, items, interactions));
  } else if (contents.files?.["interactions.tsv"] === undefined) {
    const file = path("interactions.tsv");
    throw new DatasetError({ file }, "there are no interactions", "Pass them, or the file among files");
  }
  const withKeys = (
    keys: readonly string[] | undefined,
    columns: TextColumns | undefined,
  ): TextColumns | null => (keys === undefined ? (columns ?? null) : { [KEY_COLUMN]: keys, ...columns });
  const ofItems = withKeys(contents.itemKeys, contents.itemColumns);
  const ofUsers = withKeys(contents.userKeys, contents.userColumns);
  if (ofItems !== null)
    tables.push(idTable(path("items.tsv"), "items.tsv", "item_id", "item", items, ofItems));
  if (ofUsers !== null)
    tables.push(idTable(path("users.tsv"), "users.tsv", "user_id", "user", users, ofUsers));
  if (knowledgeGraph !== undefined) tables.push(...knowledgeGraphTables(path, knowledgeGraph));
  const missing = missingTable(path("missing.tsv"), contents);
  return missing === null ? tables : [...tables, missing];
}

/** @throws DatasetError for a further file whose name is a path or that is written from the contents already */
function checkFileNames(folder: string, contents: DatasetContents, taken: readonly string[]): void {
  for (const name of Object.keys(contents.files ?? {})) {
    const file = join(folder, name);
    if (!/^[\w-][\w.-]*$/.test(name)) {
      throw new DatasetError({ file }, `"${name}" is no file name`, "Use letters, digits, dot, _ and -");
    }
    if (!taken.includes(name)) continue;
    throw new DatasetError({ file }, `the contents make a ${name} already`, "Pass one of the two");
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Writes a dataset folder that `loadDataset` reads (docs/dataset-format.md): everything goes into a temporary folder
 * beside it, which is then renamed, so that a failure leaves no half-written dataset and any earlier one as it was.
 *
 * @param options.force replace an existing folder, with everything in it
 * @throws DatasetError if the folder exists and `force` is not set, or the contents are not a valid dataset
 */
export async function writeDataset(
  folder: string,
  contents: DatasetContents,
  options: { readonly force?: boolean } = {},
): Promise<void> {
  if (options.force !== true && (await exists(folder))) {
    throw new DatasetError({ file: folder }, "the folder exists already", "Choose another one or pass force");
  }
  const { items } = contents;
  const tables = checkedTables(folder, contents);
  const features = Object.entries(contents.features ?? {}).map(
    ([name, feature]) => [name, { ...feature, data: checkedFeatures(folder, items, name, feature) }] as const,
  );
  const taken = [
    ...tables.map(({ name }) => name),
    ...features.map(([name]) => `${name}.npy`),
    "dataset.json",
  ];
  checkFileNames(folder, contents, taken);

  await writeFolderAtomic(resolve(folder), async (temporary) => {
    for (const table of tables) await writeLines(join(temporary, table.name), table.lines());
    for (const [name, { size, data, precision = "float32" }] of features) {
      const array = { dtype: "float32", shape: [items, size], data } as const;
      await writeNpy(join(temporary, `${name}.npy`), array, { precision });
    }
    for (const [name, write] of Object.entries(contents.files ?? {})) await write(join(temporary, name));
    const description = {
      format: "mmkit-dataset",
      version: DATASET_VERSION,
      name: contents.name,
      users: contents.users,
      items,
      modalities: [...features.map(([name]) => name), ...featureFilesAmong(contents)].sort(),
      ...(contents.groups === undefined ? {} : { groups: contents.groups }),
      ...(contents.source === undefined ? {} : { source: contents.source }),
    };
    await writeFile(join(temporary, "dataset.json"), `${JSON.stringify(description, null, 2)}\n`);
  });
}

/** Modalities whose features the caller writes. */
function featureFilesAmong({ files = {} }: DatasetContents): readonly string[] {
  return Object.keys(files).flatMap((name) => /^(.+)\.(npy|safetensors)$/.exec(name)?.[1] ?? []);
}
