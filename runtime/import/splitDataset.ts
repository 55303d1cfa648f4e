import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "../artifacts/manifest.js";
import { loadDataset } from "../data/dataset.js";
import type { FileWriter } from "../data/datasetContents.js";
import { writeDataset } from "../data/writeDataset.js";
import { headedSource } from "./delimitedSource.js";
import { splitNameSql, tableWriter, TIME_COLUMN } from "./importedFiles.js";
import { tables } from "./importTables.js";
import { requireColumns } from "./requireColumns.js";
import { applySplit, type SplitCounts, type SplitSettings } from "./splits/applySplit.js";
import { findLeakage, type Leakage } from "./splits/leakage.js";
import { stageTable, type StagedColumns } from "./tableSource.js";
import { identifier, Workspace, type WorkspaceOptions } from "./workspace.js";

export interface SplitDatasetOptions extends WorkspaceOptions {
  /** The dataset folder to split anew. */
  readonly dataset: string;
  /** The dataset folder to write. */
  readonly out: string;
  readonly split: SplitSettings;
  /** The column of interactions.tsv with times; null for `timestamp` where there is one. */
  readonly time: string | null;
  readonly force: boolean;
}

export interface SplitReport {
  readonly folder: string;
  readonly name: string;
  readonly split: SplitSettings["method"];
  readonly interactions: SplitCounts;
  /** Interactions that repeated an earlier one of the same user and item, in any part, and were left out. */
  readonly repeated: number;
  readonly leakage: Leakage;
}

/**
 * Divides the interactions of a dataset anew, into a folder with the same users, items, features and knowledge graph.
 *
 * @throws DatasetError if the dataset is not one; ImportSettingError if the split does not go with it; WorkspaceError
 */
export async function splitDataset(options: SplitDatasetOptions): Promise<SplitReport> {
  const { dataset: folder, out, split, force } = options;
  const dataset = await loadDataset(folder);
  return Workspace.with(out, options, async (workspace) => {
    const table = await headedSource({
      file: join(folder, "interactions.tsv"),
      delimiter: "\t",
      quoted: false,
      encoding: "utf-8",
    });
    const time = options.time ?? (table.columns.includes(TIME_COLUMN) ? TIME_COLUMN : null);
    if (time !== null) requireColumns(table, [time], "Name the column with the times");
    const others = table.columns.filter((name) => !["user_id", "item_id", "split"].includes(name));
    const columns: StagedColumns = {
      user_id: { from: "user_id", role: "id" },
      item_id: { from: "item_id", role: "id" },
      split: { from: "split", role: "splitName" },
      ...(time === null ? {} : { moment: { from: time, role: "time" as const } }),
      ...Object.fromEntries(others.map((from, index) => [`other_${index}`, { from, role: "raw" as const }])),
    };
    await stageTable(workspace, "rows", table, columns);
    const kept = others.map((_, index) => `other_${index}`);
    await workspace.run(
      `CREATE TABLE ${tables.result} AS
       SELECT rowid AS position, user_id::INTEGER AS user_id, item_id::INTEGER AS item_id,
         ${time === null ? "NULL::DOUBLE AS moment" : "moment"}, split${kept.map((name) => `, ${name}`).join("")}
       FROM rows`,
      "numbering interactions",
    );
    const repeated = split.method === "given" ? 0 : await removeRepeated(workspace);
    const interactions = await applySplit(workspace, split, { time: time !== null, split: true });
    const leakage = await findLeakage(workspace, split.method, time !== null);
    const written = ["user_id", "item_id", `${splitNameSql} AS split`];
    for (const [index, name] of others.entries()) written.push(`other_${index} AS ${identifier(name)}`);
    const query = `SELECT ${written.join(", ")} FROM ${tables.result} r ORDER BY r.split, user_id, position`;
    const copied = Object.keys(dataset.files).filter(
      (name) => !["interactions.tsv", "dataset.json"].includes(name),
    );
    const files: Record<string, FileWriter> = {
      "interactions.tsv": tableWriter(workspace, "interactions.tsv", query),
      ...Object.fromEntries(
        copied.map((name) => [name, (path: string) => copyFile(join(folder, name), path)]),
      ),
    };
    const { name, users, items, groups } = dataset;
    const source = newProvenance(dataset.source, split);
    await writeDataset(
      out,
      { name, users, items, files, source, ...(groups === null ? {} : { groups }) },
      { force },
    );
    return { folder: out, name, split: split.method, interactions, repeated, leakage };
  });
}

/** The interactions of a user with an item beyond the first, of whatever part, are left out. */
async function removeRepeated(workspace: Workspace): Promise<number> {
  await workspace.run(
    `CREATE TABLE surplus AS SELECT position FROM ${tables.result}
     QUALIFY row_number() OVER (PARTITION BY user_id, item_id ORDER BY moment NULLS LAST, position) > 1`,
    "looking for repeated interactions",
  );
  await workspace.run(`DELETE FROM ${tables.result} WHERE position IN (SELECT position FROM surplus)`);
  return workspace.count("SELECT count(*) FROM surplus");
}

/** What dataset.json remembers: as before, with the new split. */
function newProvenance(source: Json, { method, seed, shares }: SplitSettings): Json {
  const split = { method, seed, shares: [...shares] };
  const isObject = typeof source === "object" && source !== null && !Array.isArray(source);
  return isObject ? { ...(source as Readonly<Record<string, Json>>), split } : { before: source, split };
}
