import { compareGroups, type GroupComparison } from "../comparison/compareGroups.js";
import { readMeasuredRun } from "../comparison/measuredRun.js";
import type { RunGroup } from "../comparison/groupRuns.js";
import type { Correction } from "../ranking/multipleComparisons.js";
import type { AblationFolder } from "./ablationFolder.js";
import type { AblationRow, AblationTable } from "./ablationOptions.js";
import type { AblationRecord } from "./ablationRecord.js";

/** One table with what was measured. */
export interface MeasuredTable {
  readonly table: string;
  readonly title: string;
  readonly groups: AblationTable["groups"];
  /** Of the rows that have a finished run, by their names; the tests compare each with the first of its group. */
  readonly comparison: GroupComparison | null;
  /** Runs of each row that diverged. */
  readonly diverged: Readonly<Record<string, number>>;
}

/** results.json of an ablation. */
export interface AblationResults {
  readonly model: string;
  readonly dataset: { readonly name: string; readonly checksum: string };
  readonly split: "test";
  readonly seeds: readonly number[];
  readonly tables: readonly MeasuredTable[];
  readonly runs: readonly AblationRecord[];
}

/**
 * Compares the rows of a table on the test split, over the users; p-values of all its rows and metrics are corrected
 * together.
 *
 * @param metrics columns; Recall and NDCG at all cutoffs if empty
 */
export async function measuredTable(
  folder: AblationFolder,
  { table, title, groups }: AblationTable,
  records: readonly AblationRecord[],
  metrics: readonly string[],
  correction: Correction,
): Promise<MeasuredTable> {
  const rows = groups.flatMap(({ full, rows: others }) => [full, ...others]);
  const measured: RunGroup[] = [];
  const diverged: Record<string, number> = {};
  for (const { name, variant } of rows) {
    const own = records.filter((record) => record.variant === variant);
    const finished = own.filter(({ status }) => status === "finished");
    if (finished.length < own.length) diverged[name] = own.length - finished.length;
    const runs = await Promise.all(
      finished.map(({ seed }) => readMeasuredRun(folder.runPath(variant, seed), "test")),
    );
    if (runs.length > 0) measured.push({ label: name, runs });
  }
  const isMeasured = (row: AblationRow): boolean => measured.some(({ label }) => label === row.name);
  const pairs = groups.flatMap(({ full, rows: others }) =>
    isMeasured(full) ? others.filter(isMeasured).map((row) => [row.name, full.name] as const) : [],
  );
  const columns = metrics.length === 0 ? {} : { metrics };
  const comparison =
    measured.length === 0 ? null : compareGroups(measured, { ...columns, correction, pairs });
  return { table, title, groups, comparison, diverged };
}
