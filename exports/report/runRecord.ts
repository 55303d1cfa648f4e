import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "../../runtime/training/environment.js";
import { parseMetricsLine, type MetricsLine } from "../../runtime/training/metricsLine.js";
import { RunFolder, RunFolderError } from "../../runtime/training/runFolder.js";
import type { TrainingResults } from "../../runtime/training/trainingResults.js";

/** What a run folder tells without its model and dataset. */
export interface RunRecord {
  readonly folder: string;
  /** config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** One entry per process that trained, the first one first. */
  readonly environments: readonly Environment[];
  /** One entry per epoch. */
  readonly lines: readonly MetricsLine[];
  /** results.json; null while the run is not finished. */
  readonly results: TrainingResults | null;
}

/** A text's lines, none if the file does not exist yet. */
async function linesOf(file: string): Promise<readonly string[]> {
  if (!existsSync(file)) return [];
  return (await readFile(file, "utf8")).split("\n");
}

/** @returns null for what is no whole line, as the last one of a process that was killed may be */
function environmentOf(line: string): Environment | null {
  try {
    return JSON.parse(line) as Environment;
  } catch {
    return null;
  }
}

async function readResults(folder: string): Promise<TrainingResults | null> {
  const file = join(folder, "results.json");
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(await readFile(file, "utf8")) as TrainingResults;
  } catch (error) {
    throw new RunFolderError(
      folder,
      `results.json is not JSON (${(error as Error).message}), so it was altered or cut short`,
      "Delete it and go on with `mmkit train … --resume`, which writes it again.",
    );
  }
}

/**
 * Reads the records of a run, also of one that is still training or was interrupted.
 *
 * @throws RunFolderError if the folder holds no run, or a record was damaged
 */
export async function readRunRecord(folder: string): Promise<RunRecord> {
  const config = await new RunFolder(folder).readConfig();
  const environments = await linesOf(join(folder, "environment.jsonl"));
  const lines = await linesOf(join(folder, "metrics.jsonl"));
  return {
    folder,
    config,
    environments: environments.map(environmentOf).filter((entry) => entry !== null),
    lines: lines.map(parseMetricsLine).filter((line) => line !== null),
    results: await readResults(folder),
  };
}
