import { basename, resolve } from "node:path";
import type { Json } from "../artifacts/manifest.js";
import { writeDataset } from "../data/writeDataset.js";
import { checkReadOptions } from "./checkReadOptions.js";
import { denseIds } from "./denseIds.js";
import { detectFormat } from "./detectFormat.js";
import { removeDuplicates, type DuplicateRule } from "./duplicates.js";
import { encodeKeys } from "./encodeKeys.js";
import { formats, type FormatName } from "./formats.js";
import { gatherFeatures } from "./gatherFeatures.js";
import { importedFiles } from "./importedFiles.js";
import { ImportSettingError } from "./importSettingError.js";
import { tables } from "./importTables.js";
import { kCore, type KCoreResult } from "./kCore.js";
import { importGraph } from "./knowledgeGraph.js";
import { SourceFiles } from "./sourceFiles.js";
import type { ReadOptions, StagedSource } from "./sourceFormat.js";
import { applySplit, type SplitCounts, type SplitSettings } from "./splits/applySplit.js";
import { findLeakage, type Leakage } from "./splits/leakage.js";
import { Workspace, type WorkspaceOptions } from "./workspace.js";

export interface ImportOptions extends WorkspaceOptions {
  /** The file or folder to import. */
  readonly source: string;
  /** The dataset folder to write. */
  readonly out: string;
  /** Null to find it out. */
  readonly format: FormatName | null;
  readonly read: ReadOptions;
  /** Interactions rated lower, or not at all, are left out; null keeps all. */
  readonly minimumRating: number | null;
  readonly duplicates: DuplicateRule;
  /** 0 keeps all. */
  readonly kCore: number;
  /** Without a method: as the source states it, otherwise "mmrec". */
  readonly split: Omit<SplitSettings, "method"> & { readonly method: SplitSettings["method"] | null };
  /** Null for the name of the source. */
  readonly name: string | null;
  readonly force: boolean;
  /** Told as soon as it is known. */
  readonly onFormat?: (name: FormatName, reason: string) => void;
}

/** What an import has done. */
export interface ImportReport {
  readonly format: FormatName;
  /** Why this format; null if it was named. */
  readonly reason: string | null;
  readonly folder: string;
  readonly name: string;
  readonly users: number;
  readonly items: number;
  readonly interactions: SplitCounts;
  readonly read: number;
  readonly removed: {
    readonly rating: number;
    readonly duplicates: number;
    readonly kCore: KCoreResult | null;
  };
  readonly split: SplitSettings["method"];
  readonly modalities: readonly string[];
  readonly graph: {
    readonly triples: number;
    readonly entities: number;
    readonly linkedItems: number;
  } | null;
  readonly leakage: Leakage;
  readonly notes: readonly string[];
}

/**
 * Imports a source into a dataset folder.
 *
 * @throws DatasetError naming file and line; ImportSettingError; WorkspaceError
 */
export async function importDataset(options: ImportOptions): Promise<ImportReport> {
  const source = await SourceFiles.at(options.source);
  const detected = options.format === null ? await detectFormat(source) : null;
  const format = detected?.name ?? options.format!;
  options.onFormat?.(format, detected?.reason ?? "it was named");
  checkReadOptions(format, options.read);
  return Workspace.with(options.out, options, async (workspace) => {
    const read = await formats[format].read(source, workspace, options.read);
    await encodeKeys(workspace, read);
    const before = await workspace.count(`SELECT count(*) FROM ${tables.interactions}`);
    const rating = await removeLowRatings(workspace, read, options.minimumRating);
    const duplicates = await removeDuplicates(workspace, read, options.duplicates);
    const core = options.kCore > 0 ? await kCore(workspace, options.kCore) : null;
    await checkSomethingLeft(workspace, options);
    const sizes = await denseIds(workspace, read, options.kCore > 0);
    const method = options.split.method ?? (read.has.split ? "given" : "mmrec");
    const interactions = await applySplit(workspace, { ...options.split, method }, read.has);
    const leakage = await findLeakage(workspace, method, read.has.time);
    const graph = await importGraph(workspace, read, sizes.items);
    const features = await gatherFeatures(workspace, read);
    const name = options.name ?? source.datasetName;
    const files = { ...importedFiles(workspace, read), ...graph?.files };
    const contents = { name, ...sizes, features, files, source: provenance(format, options, method) };
    await writeDataset(options.out, contents, { force: options.force });
    return {
      format,
      reason: detected?.reason ?? null,
      folder: options.out,
      name,
      ...sizes,
      interactions,
      read: before,
      removed: { rating, duplicates, kCore: core },
      split: method,
      modalities: Object.keys(features),
      graph:
        graph === null
          ? null
          : { triples: graph.triples, entities: graph.entities, linkedItems: graph.linkedItems },
      leakage,
      notes: read.notes,
    };
  });
}

async function removeLowRatings(
  workspace: Workspace,
  source: StagedSource,
  minimum: number | null,
): Promise<number> {
  if (minimum === null) return 0;
  if (!source.has.rating) {
    throw new ImportSettingError(
      "a minimum rating was given, but the interactions have no ratings",
      "Name their column with --rating, or drop --min-rating",
    );
  }
  const low = `FROM ${tables.interactions} WHERE rating IS NULL OR rating < ${minimum}`;
  const count = await workspace.count(`SELECT count(*) ${low}`);
  if (count > 0) await workspace.run(`DELETE ${low}`, `leaving out ratings below ${minimum}`);
  return count;
}

async function checkSomethingLeft(workspace: Workspace, options: ImportOptions): Promise<void> {
  const left = await workspace.count(`SELECT count(*) FROM ${tables.interactions}`);
  if (left > 0) return;
  const filters = [
    ...(options.minimumRating === null ? [] : [`--min-rating ${options.minimumRating}`]),
    ...(options.kCore === 0 ? [] : [`--k-core ${options.kCore}`]),
  ];
  throw new ImportSettingError(
    filters.length === 0
      ? `${options.source} holds no interactions`
      : `no interaction is left after ${filters.join(" and ")}`,
    filters.length === 0 ? "Check the source" : "Choose lower limits",
  );
}

/** What dataset.json remembers. */
function provenance(format: FormatName, options: ImportOptions, method: SplitSettings["method"]): Json {
  const { minimumRating, duplicates, split } = options;
  return {
    imported: { format, from: basename(resolve(options.source)) },
    filters: { minimumRating, duplicates, kCore: options.kCore },
    split: { method, seed: split.seed, shares: [...split.shares] },
  };
}
