import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import sharp from "sharp";
import type { Dataset } from "../../runtime/data/dataset.js";

/** Columns of items.tsv that may hold a picture's path within the dataset, the best first. */
const pictureColumns = ["picture", "image", "thumbnail", "cover", "photo"];
/** Longest side, twice what is shown, for dense screens. */
const SIDE = 112;
const MOST_PICTURES = 150;
const MOST_BYTES = 2 * 2 ** 20;

export interface ItemPictures {
  /** `data:` URIs by item. */
  readonly uris: ReadonlyMap<number, string>;
  /** What could not be shown, for the reader; empty where all went well. */
  readonly problems: readonly string[];
}

/** @returns null for a path that leads out of the folder or to nothing */
async function fileWithin(folder: string, path: string): Promise<string | null> {
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, path))]);
    const within = relative(root, file);
    return within.startsWith("..") || isAbsolute(within) ? null : file;
  } catch {
    return null;
  }
}

/**
 * Small copies of items' pictures, to be put into a page: files within the dataset's folder only, at most
 * {@link MOST_PICTURES} of {@link MOST_BYTES} together.
 *
 * @param items the most important first
 */
export async function itemPictures(dataset: Dataset, items: readonly number[]): Promise<ItemPictures> {
  const { folder, itemTable } = dataset;
  const uris = new Map<number, string>();
  const column = pictureColumns.find((name) => itemTable?.columns.includes(name) === true);
  if (itemTable === null || column === undefined) return { uris, problems: [] };
  const unreadable: string[] = [];
  let bytes = 0;
  let omitted = 0;
  for (const item of new Set(items)) {
    const path = itemTable.text(column, item) ?? "";
    if (path === "") continue;
    if (uris.size >= MOST_PICTURES || bytes >= MOST_BYTES) {
      omitted++;
      continue;
    }
    const file = await fileWithin(folder, path);
    const small =
      file === null
        ? null
        : await sharp(file)
            .rotate()
            .resize({ width: SIDE, height: SIDE, fit: "inside", withoutEnlargement: true })
            .webp({ quality: 80 })
            .toBuffer()
            .catch(() => null);
    if (small === null) {
      unreadable.push(path);
      continue;
    }
    bytes += small.length;
    uris.set(item, `data:image/webp;base64,${small.toString("base64")}`);
  }
  const problems = [];
  if (unreadable.length > 0) {
    problems.push(
      `${unreadable.length} pictures are not image files within the dataset's folder, the first is ${unreadable[0]!}`,
    );
  }
  if (omitted > 0) problems.push(`${omitted} pictures are left out to keep the page small`);
  return { uris, problems };
}
