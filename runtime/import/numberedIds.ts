import { basename } from "node:path";
import { DatasetError } from "../data/datasetError.js";
import { readFeatures, type ModalityFeatures } from "../data/modalityFeatures.js";
import type { SourceFiles } from "./sourceFiles.js";
import { staged } from "./sourceFormat.js";
import type { Workspace } from "./workspace.js";

/** `image_feat.npy` holds the modality `image`. */
const FEATURE_FILE = /^([\w-]+)_feat\.npy$/;

/** The features of a folder whose row k belongs to item k. */
export async function numberedFeatures(
  source: SourceFiles,
  workspace: Workspace,
): Promise<readonly ModalityFeatures[]> {
  const found: ModalityFeatures[] = [];
  for (const file of source.matching(FEATURE_FILE)) {
    workspace.tell(`reading ${basename(file)}`);
    found.push(await readFeatures(file, FEATURE_FILE.exec(basename(file))![1]!));
  }
  return found;
}

/**
 * How many items a source that numbers them has: as many as its feature files have rows.
 *
 * @param needed as the largest id of the interactions requires
 * @throws DatasetError if feature files differ in their rows or have fewer than needed
 */
export function itemsWithFeatures(needed: number, features: readonly ModalityFeatures[]): number {
  const rows = features[0]?.rows ?? needed;
  const bad = features.find((modality) => modality.rows !== rows || modality.rows < needed);
  if (bad === undefined) return rows;
  const other =
    bad.rows < needed
      ? `the interactions have items up to ${needed - 1}`
      : `${basename(features[0]!.file)} has ${rows}`;
  throw new DatasetError(
    { file: bad.file },
    `the features have ${bad.rows} rows, but ${other}`,
    "Row k must hold the features of item k, in every file",
  );
}

/** The largest number among the staged keys plus one, 0 without rows. */
export function sizeOf(workspace: Workspace, column: "user_key" | "item_key"): Promise<number> {
  return workspace.count(
    `SELECT coalesce(max(CAST(${column} AS BIGINT)) + 1, 0) FROM ${staged.interactions}`,
  );
}
