import { towerInput, type ExportDescription } from "./exportFormat.js";
import { ServingError } from "./servingError.js";

/**
 * Rows of features as the item tower takes them.
 *
 * @param features rows by modality
 * @returns the tower's file, the number of items, and [items, columns] by name of the input
 * @throws ServingError unless the model has a tower and all its modalities have as many finite rows of the right length
 */
export function towerFeeds(
  { itemTower: tower, model }: ExportDescription,
  features: Readonly<Record<string, readonly ArrayLike<number>[]>>,
): { readonly file: string; readonly count: number; readonly data: Readonly<Record<string, Float32Array>> } {
  if (tower === null) {
    throw new ServingError(
      "itemVectors",
      `${model} has no item tower: it makes no vectors of items from their features alone`,
      "Train a model that does, such as vbpr, ksi or freedom, or train again with the new items.",
    );
  }
  const names = tower.modalities.map(({ name }) => name);
  const unknown = Object.keys(features).find((name) => !names.includes(name));
  const missing = names.find((name) => features[name] === undefined);
  if (unknown !== undefined || missing !== undefined) {
    throw new ServingError(
      "features",
      unknown === undefined ? `"${missing!}" is missing` : `"${unknown}" is no modality of the tower`,
      `Pass rows of ${names.join(" and ")}.`,
    );
  }
  const count = features[names[0]!]!.length;
  const data = tower.modalities.map(({ name, columns }) => {
    const rows = features[name]!;
    if (rows.length !== count) {
      throw new ServingError(
        `features of ${name}`,
        `there are ${rows.length} rows, but ${count} of ${names[0]!}`,
        "Pass one row per item and modality.",
      );
    }
    return [towerInput(name), joined(name, rows, columns)] as const;
  });
  return { file: tower.file, count, data: Object.fromEntries(data) };
}

function joined(name: string, rows: readonly ArrayLike<number>[], columns: number): Float32Array {
  const data = new Float32Array(rows.length * columns);
  rows.forEach((row, item) => {
    const wrong = row.length === columns ? Array.from(row).findIndex((value) => !Number.isFinite(value)) : -1;
    if (row.length !== columns || wrong >= 0) {
      throw new ServingError(
        `features of ${name}, row ${item}`,
        row.length === columns
          ? `number ${wrong} is ${String(row[wrong])}, not a finite number`
          : `a row has ${columns} numbers, found ${row.length}`,
        "Make them as those of the training data were made.",
      );
    }
    data.set(row, item * columns);
  });
  return data;
}
