import { access, readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileChecksums, type FileChecksums } from "./fileChecksums.js";
import { readDatasetDescription } from "./datasetDescription.js";
import { DatasetError } from "./datasetError.js";
import type { DatasetNote } from "./datasetNote.js";
import {
  readInteractions,
  splitInteractions,
  type InteractionLists,
  type SplitName,
} from "./interactions.js";
import { readFeatures, type ModalityFeatures } from "./modalityFeatures.js";
import { featureFiles, modalitiesAmong } from "./featureFiles.js";
import { readIdKeys, type IdKeys } from "./idKeys.js";
import { checkListedItems, MISSING_FILE, readMissingItems } from "./missingItems.js";
import { nearestName } from "./nearestName.js";
import { readTextTable, type TextTable } from "./textTable.js";
import type { Json } from "../artifacts/manifest.js";

export interface Dataset {
  readonly folder: string;
  readonly name: string;
  readonly users: number;
  readonly items: number;
  readonly train: InteractionLists;
  /** Without users that have no training items, and without pairs that are in train. */
  readonly valid: InteractionLists;
  /** As `valid`. */
  readonly test: InteractionLists;
  /** Interactions in each split after merging and dropping. */
  readonly counts: Readonly<Record<SplitName, number>>;
  readonly modalities: ReadonlyMap<string, ModalityFeatures>;
  /** Columns of items.tsv (name, title, tags …), null where the folder has none. */
  readonly itemTable: TextTable | null;
  readonly userTable: TextTable | null;
  /** The owner's keys of users and items (column `key` of users.tsv and items.tsv), null where there are none. */
  readonly keys: { readonly users: IdKeys | null; readonly items: IdKeys | null };
  /** `groups` of dataset.json as it stands there, null where there is none. */
  readonly groups: Json;
  /** `source` of dataset.json as it stands there, null where there is none. */
  readonly source: Json;
  readonly notes: readonly DatasetNote[];
  /** sha256 over the names and sha256 of all files below. */
  readonly checksum: string;
  readonly files: FileChecksums["files"];
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    throw new DatasetError(
      { file: folder },
      "this is not a folder that can be read",
      "Pass the folder that holds interactions.tsv",
    );
  }
}

/**
 * An id far beyond the number of rows is a mistyped or a foreign id; taking it for the size of an axis would ask for
 * gigabytes, so such data has to state its size.
 */
function checkPlausible(file: string, axis: "users" | "items", size: number, rows: number): void {
  if (size > 1_000_000 && size > 100 * rows) {
    throw new DatasetError(
      { file },
      `the largest id makes ${size} ${axis} of only ${rows} interactions`,
      `Number the ${axis} from 0 without gaps, or state "${axis}" in dataset.json`,
    );
  }
}

/**
 * Reads a dataset folder (docs/dataset-format.md): interactions.tsv (user_id, item_id, split), features [items, size]
 * in `<modality>.npy` or `<modality>.safetensors`, and optionally missing.tsv, items.tsv, users.tsv and dataset.json.
 * Without sizes in dataset.json, there are as many users and items as the largest id of any row (or the number of
 * feature rows) requires.
 *
 * Handled and reported in `notes`: interactions repeated within a split are merged; a pair in train and in valid or
 * test is dropped from the latter; users without training items keep their row but lose their valid and test items;
 * an item whose feature row is all zeros or all NaN, or that missing.tsv lists, lacks the modality.
 *
 * @throws DatasetError for a missing, truncated or malformed file, non-finite features, feature rows other than the
 *   number of items, ids that are no id or out of range, an unknown split, or no training interactions
 */
export async function loadDataset(folder: string): Promise<Dataset> {
  const inFolder = (name: string): string => join(folder, name);
  const present = await listFolder(folder);
  const description = await readDatasetDescription(inFolder("dataset.json"));
  const interactionFile = inFolder("interactions.tsv");
  const interactions = await readInteractions(interactionFile);

  const ofModality = featureFiles(folder, present, description.modalities);
  const listed = present.includes(MISSING_FILE)
    ? await readMissingItems(inFolder(MISSING_FILE), modalitiesAmong(present))
    : new Map<string, Int32Array>();
  const features = await Promise.all(
    [...ofModality].map(([name, file]) => readFeatures(inFolder(file), name, listed.get(name))),
  );
  const tables = {
    items: (await exists(inFolder("items.tsv")))
      ? await readTextTable(inFolder("items.tsv"), "item_id")
      : null,
    users: (await exists(inFolder("users.tsv")))
      ? await readTextTable(inFolder("users.tsv"), "user_id")
      : null,
  };

  const size = (axis: "users" | "items", ids: Int32Array, rows: readonly number[]): number => {
    const stated = description[axis];
    if (stated !== null) return stated;
    const largest = ids.reduce((most, id) => Math.max(most, id), -1);
    checkPlausible(interactionFile, axis, largest + 1, ids.length);
    return Math.max(largest + 1, tables[axis]?.size ?? 0, ...rows);
  };
  const users = size("users", interactions.userIds, []);
  const items = size(
    "items",
    interactions.itemIds,
    features.map((modality) => modality.rows),
  );
  for (const modality of features) {
    if (modality.rows === items) continue;
    const row = interactions.itemIds.findIndex((id) => id === items - 1);
    if (description.items === null && modality.rows < items && row >= 0) {
      throw new DatasetError(
        { file: interactionFile, line: row + 2 },
        `item id ${items - 1} is the largest, but ${basename(modality.file)} has only ${modality.rows} rows, ` +
          `for the items 0 to ${modality.rows - 1}`,
        "Correct the id, or give every item a row of features; a row of zeros or of NaN stands for missing ones",
      );
    }
    throw new DatasetError(
      { file: modality.file },
      `the features have ${modality.rows} rows, but there are ${items} items`,
      "Row k must hold the features of item k; give an item without features a row of zeros or of NaN",
    );
  }
  tables.items?.checkSize(items);
  tables.users?.checkSize(users);
  for (const [name, ids] of listed) checkListedItems(inFolder(MISSING_FILE), name, ids, items);

  const splits = splitInteractions(interactionFile, interactions, users, items);
  const notes: DatasetNote[] = [...splits.notes];
  for (const { name, missing } of features) {
    if (missing.length === 0) continue;
    const message = `${missing.length} items have no ${name} features, the first is item ${missing[0]!}`;
    notes.push({ kind: "missingFeature", count: missing.length, message });
  }
  const readFiles = present.filter(
    (name) =>
      ["interactions.tsv", "items.tsv", "users.tsv", "dataset.json", MISSING_FILE].includes(name) ||
      /^kg_.*\.tsv$/.test(name) ||
      features.some((modality) => name === ofModality.get(modality.name)),
  );
  const { checksum, files } = await fileChecksums(folder, readFiles);
  const { train, valid, test } = splits;
  return {
    folder,
    name: description.name ?? basename(resolve(folder)),
    users,
    items,
    train,
    valid,
    test,
    counts: { train: train.itemIds.length, valid: valid.itemIds.length, test: test.itemIds.length },
    modalities: new Map(features.map((modality) => [modality.name, modality])),
    itemTable: tables.items,
    userTable: tables.users,
    keys: {
      users: readIdKeys(tables.users, "user", users),
      items: readIdKeys(tables.items, "item", items),
    },
    groups: description.groups,
    source: description.source,
    notes,
    checksum,
    files,
  };
}

/** @throws DatasetError naming the file that is missing and the nearest modality there is */
export function requireModality(dataset: Dataset, name: string): ModalityFeatures {
  const found = dataset.modalities.get(name);
  if (found !== undefined) return found;
  const names = [...dataset.modalities.keys()];
  const nearest = nearestName(name, names);
  throw new DatasetError(
    { file: join(dataset.folder, `${name}.npy`) },
    `the model needs "${name}" features, but the dataset has ${names.length === 0 ? "none" : names.join(", ")}`,
    nearest === null
      ? "Add the file or build the model without this modality"
      : `Add the file or build the model for modalities the dataset has, for example "${nearest}"`,
  );
}
