import { stat } from "node:fs/promises";
import { join } from "node:path";
import { vectorsFile, type VectorsDescription } from "../../exports/vectors/exportVectors.js";
import { byteSize } from "../../runtime/artifacts/byteSize.js";
import {
  exportFiles,
  type ExportDescription,
  type MeasuredQuality,
} from "../../runtime/serving/exportFormat.js";

/** Lines of cells, the first column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      (row) =>
        `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  ")}\n`,
    )
    .join("");
}

/** `0.0912 (-0.3%)`: a metric and its change against float32. */
function changed(metric: string, measured: MeasuredQuality, exact: MeasuredQuality): string {
  const [value, reference] = [measured.metrics[metric]!, exact.metrics[metric]!];
  if (measured === exact) return value.toFixed(4);
  const change = reference === 0 ? 0 : value / reference - 1;
  return `${value.toFixed(4)} (${change < 0 ? "" : "+"}${(100 * change).toFixed(2)}%)`;
}

/** Sizes of the precisions, and what they lose; nothing where only float32 is there. */
function precisionText({ precisions }: ExportDescription): string {
  const entries = Object.entries(precisions);
  if (entries.length === 1) return "";
  const exact = precisions.float32.measured;
  const metrics = Object.keys(exact?.metrics ?? {});
  const rows = entries.map(([name, { bytes, measured }]) => [
    name,
    byteSize(bytes),
    ...metrics.map((metric) => (measured === null ? "" : changed(metric, measured, exact!))),
  ]);
  const on =
    exact === null
      ? "The dataset has no validation or test items to measure with.\n"
      : `Measured on the ${exact.split} items of ${exact.users} users.\n`;
  return `${table([["", "graphs", ...metrics], ...rows])}${on}`;
}

/** Names and sizes of files, with the one that describes them. */
async function fileList(
  folder: string,
  described: ExportDescription["files"],
  description: string,
): Promise<string> {
  const { size } = await stat(join(folder, description));
  const files: Readonly<Record<string, { readonly bytes: number }>> = {
    ...described,
    [description]: { bytes: size },
  };
  const names = Object.keys(files).sort();
  const width = Math.max(...names.map((name) => name.length));
  return names
    .map((file) => `  ${file.padEnd(width)}  ${byteSize(files[file]!.bytes).padStart(8)}\n`)
    .join("");
}

/** What a folder of vectors holds, for people. */
export async function vectorsText(folder: string, description: VectorsDescription): Promise<string> {
  const { model, users, items, dim, files } = description;
  const list = await fileList(folder, files, vectorsFile);
  return `${model}: ${users} users and ${items} items, vectors of ${dim}\n${folder}\n${list}`;
}

/** What an export holds, for people. */
export async function exportText(folder: string, description: ExportDescription): Promise<string> {
  const { model, users, items, dim, files, itemTower } = description;
  const tower =
    itemTower === null
      ? "no item tower: this model makes no vectors of items from their features alone\n"
      : `item tower for new items, from ${itemTower.modalities.map(({ name }) => name).join(" and ")}\n`;
  return (
    `${model}: ${users} users and ${items} items, vectors of ${dim}\n${tower}` +
    `${folder}\n${await fileList(folder, files, exportFiles.description)}${precisionText(description)}`
  );
}
