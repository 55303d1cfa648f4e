import { DatasetError } from "./datasetError.js";
import { readIntegerTsv } from "./tsv.js";

/** Name of the file that lists which items lack which modality. */
export const MISSING_FILE = "missing.tsv";

/**
 * Reads missing.tsv: a line `item_id`, `modality` for every item that lacks a modality. A line may be repeated.
 *
 * @param modalities those of which there are features, used or not
 * @returns by modality, the items in the file's order
 * @throws DatasetError naming the line of a bad id or an unknown modality
 */
export async function readMissingItems(
  file: string,
  modalities: readonly string[],
): Promise<ReadonlyMap<string, Int32Array>> {
  const { columns } = await readIntegerTsv(file, { item_id: "id", modality: modalities });
  return new Map(
    modalities.map((name, index) => [
      name,
      columns.item_id.filter((_, row) => columns.modality[row] === index),
    ]),
  );
}

/**
 * @param listed of one modality, as {@link readMissingItems} gives them
 * @throws DatasetError if an item is not below `items`
 */
export function checkListedItems(file: string, modality: string, listed: Int32Array, items: number): void {
  const beyond = listed.find((item) => item >= items);
  if (beyond === undefined) return;
  throw new DatasetError(
    { file },
    `item ${beyond} is listed without ${modality} features, but the ids are 0 to ${items - 1}`,
    "Correct the id",
  );
}
