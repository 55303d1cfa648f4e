import { randomUUID } from "node:crypto";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Json } from "../artifacts/manifest.js";
import { DatasetError } from "./datasetError.js";
import { splitNames, type SplitName } from "./interactions.js";
import { writeNpy } from "./npy.js";

/** Pairs of equally long id lists. */
export interface InteractionPairs {
  readonly userIds: ArrayLike<number>;
  readonly itemIds: ArrayLike<number>;
}

/** A dataset to be written. */
export interface DatasetContents {
  readonly name: string;
  readonly users: number;
  readonly items: number;
  readonly interactions: Readonly<Record<SplitName, InteractionPairs>>;
  /** By modality: float32 [items, size]. */
  readonly features?: Readonly<Record<string, { readonly size: number; readonly data: Float32Array }>>;
  /** Columns of items.tsv beside item_id, one text per item. */
  readonly itemColumns?: Readonly<Record<string, readonly string[]>>;
  readonly groups?: Json;
}

function interactionLines(file: string, contents: DatasetContents): string {
  const lines = ["user_id\titem_id\tsplit"];
  for (const split of splitNames) {
    const { userIds, itemIds } = contents.interactions[split];
    if (userIds.length !== itemIds.length) {
      throw new DatasetError(
        { file },
        `${split} has ${userIds.length} users but ${itemIds.length} items`,
        "Pass one user and one item per interaction",
      );
    }
    for (let index = 0; index < userIds.length; index++) {
      const user = userIds[index]!;
      const item = itemIds[index]!;
      for (const [what, id, size] of [
        ["user", user, contents.users],
        ["item", item, contents.items],
      ] as const) {
        if (Number.isInteger(id) && id >= 0 && id < size) continue;
        throw new DatasetError(
          { file, line: lines.length + 1 },
          `${what} id ${id} is not an integer from 0 to ${size - 1}`,
          `Correct the id or the number of ${what}s`,
        );
      }
      lines.push(`${user}\t${item}\t${split}`);
    }
    if (split === "train" && userIds.length === 0) {
      throw new DatasetError({ file }, "there are no training interactions", "Put some into train");
    }
  }
  return `${lines.join("\n")}\n`;
}

function itemLines(
  file: string,
  items: number,
  columns: Readonly<Record<string, readonly string[]>>,
): string {
  const entries = Object.entries(columns);
  for (const [name, texts] of entries) {
    if (texts.length !== items) {
      throw new DatasetError(
        { file },
        `column "${name}" has ${texts.length} texts for ${items} items`,
        "Pass one text per item",
      );
    }
    const bad = [name, ...texts].findIndex((text) => /[\t\r\n]/.test(text));
    if (bad < 0) continue;
    throw new DatasetError(
      { file, line: bad + 1 },
      `a text of column "${name}" contains a tab or a line break`,
      "Replace them with spaces",
    );
  }
  const lines = [["item_id", ...entries.map(([name]) => name)].join("\t")];
  for (let item = 0; item < items; item++) {
    lines.push([item, ...entries.map(([, texts]) => texts[item]!)].join("\t"));
  }
  return `${lines.join("\n")}\n`;
}

function checkFeatures(folder: string, contents: DatasetContents): void {
  for (const [name, { size, data }] of Object.entries(contents.features ?? {})) {
    const file = join(folder, `${name}.npy`);
    if (!/^[\w-]+$/.test(name)) {
      throw new DatasetError({ file }, `"${name}" is no file stem`, "Use letters, digits, _ and -");
    }
    if (size < 1 || data.length !== contents.items * size) {
      throw new DatasetError(
        { file },
        `${data.length} values are not ${contents.items} items by ${size} features`,
        "Pass one row per item",
      );
    }
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) continue;
    throw new DatasetError(
      { file },
      `the feature in row ${Math.floor(bad / size)}, column ${bad % size} is ${data[bad]!}`,
      "Features must be finite",
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Puts `temporary` in place of `folder`; the earlier folder is back if that fails. */
async function replaceFolder(temporary: string, folder: string): Promise<void> {
  if (!(await exists(folder))) {
    await rename(temporary, folder);
    return;
  }
  const aside = `${temporary}.old`;
  await rename(folder, aside);
  try {
    await rename(temporary, folder);
  } catch (cause) {
    await rename(aside, folder);
    throw cause;
  }
  await rm(aside, { recursive: true, force: true });
}

/**
 * Writes a dataset folder that `loadDataset` reads: everything goes into a temporary folder beside it, which is then
 * renamed, so that a failure leaves no half-written dataset and any earlier one as it was.
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
  const interactions = interactionLines(join(folder, "interactions.tsv"), contents);
  const items =
    contents.itemColumns === undefined
      ? null
      : itemLines(join(folder, "items.tsv"), contents.items, contents.itemColumns);
  checkFeatures(folder, contents);

  const target = resolve(folder);
  await mkdir(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  await mkdir(temporary);
  try {
    await writeFile(join(temporary, "interactions.tsv"), interactions);
    if (items !== null) await writeFile(join(temporary, "items.tsv"), items);
    const features = Object.entries(contents.features ?? {});
    for (const [name, { size, data }] of features) {
      await writeNpy(join(temporary, `${name}.npy`), {
        dtype: "float32",
        shape: [contents.items, size],
        data,
      });
    }
    const description = {
      name: contents.name,
      users: contents.users,
      items: contents.items,
      modalities: features.map(([name]) => name).sort(),
      ...(contents.groups === undefined ? {} : { groups: contents.groups }),
    };
    await writeFile(join(temporary, "dataset.json"), `${JSON.stringify(description, null, 2)}\n`);
    await replaceFolder(temporary, target);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    throw cause;
  }
}
