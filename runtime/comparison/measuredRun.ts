import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "../artifacts/manifest.js";
import { RunFolder } from "../training/runFolder.js";
import type { TrainingResults } from "../training/trainingResults.js";
import { readUserMetrics, type StoredUserMetrics } from "../training/userMetricsFile.js";
import { ComparisonError } from "./comparisonError.js";

type Settings = Readonly<Record<string, Json>>;

/** A finished run with the metrics of its best epoch on one split. */
export interface MeasuredRun {
  readonly folder: string;
  readonly model: string;
  readonly hyperparameters: Settings;
  readonly seed: number;
  /** 0-based. */
  readonly bestEpoch: number;
  /** The metrics are those of the split that chose the epoch. */
  readonly isOptimistic: boolean;
  readonly dataset: { readonly name: string; readonly checksum: string };
  /** What the numbers mean: must be the same in runs that are compared. */
  readonly protocol: Settings;
  /** How long and how carefully training looked for the best epoch: may differ, and is then said. */
  readonly schedule: Settings;
  readonly metrics: Readonly<Record<string, number>>;
  readonly perUser: StoredUserMetrics;
}

const protocolKeys = ["cutoffs", "ndcgIdeal", "maskValidationAtTest", "selectOn", "monitor"];
const scheduleKeys = ["epochs", "evaluateEvery", "patience", "monitorDecimals"];
/** Largest difference between a mean of float32 values and the reported one. */
const ROUNDING = 1e-6;

async function readJson(folder: string, name: string): Promise<Settings> {
  const fail = (problem: string, fix: string): ComparisonError => new ComparisonError(folder, problem, fix);
  let text: string;
  try {
    text = await readFile(join(folder, name), "utf8");
  } catch (error) {
    const { code = "unknown reason" } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") throw fail(`${name} cannot be read (${code})`, "Check its permissions.");
    throw name === "config.json"
      ? fail("there is no training run", "Give folders that `mmkit train … --out <folder>` wrote.")
      : fail(
          "the run is not finished: it has no results.json",
          "Continue it with --resume, or leave it out.",
        );
  }
  try {
    const value = JSON.parse(text) as Json;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Settings;
  } catch {
    // Said below.
  }
  throw fail(`${name} is not a JSON object, so it was altered or cut short`, "Train the run again.");
}

function chosen(config: Settings, keys: readonly string[]): Settings {
  return Object.fromEntries(keys.map((key) => [key, config[key] ?? null]));
}

/**
 * Reads a run folder's configuration, results and metrics of every user.
 *
 * @throws ComparisonError if the run is not finished, has nothing in the split, or its files do not fit each other;
 *   SafetensorsError if the metrics of the users are missing or damaged
 */
export async function readMeasuredRun(folder: string, split: "valid" | "test"): Promise<MeasuredRun> {
  const config = await readJson(folder, "config.json");
  const results = (await readJson(folder, "results.json")) as unknown as TrainingResults;
  const reported = results[split];
  if (reported === null) {
    throw new ComparisonError(
      folder,
      `dataset "${results.dataset.name}" has no interactions in its ${split} split`,
      `Compare on the ${split === "test" ? "valid" : "test"} split.`,
    );
  }
  const perUser = await readUserMetrics(new RunFolder(folder).userMetricsPath(split));
  for (const [name, values] of perUser.values) {
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const stated = (reported.metrics as Readonly<Record<string, number>>)[name];
    if (stated !== undefined && Math.abs(mean - stated) <= ROUNDING) continue;
    throw new ComparisonError(
      folder,
      `the users' ${name} averages ${mean.toFixed(6)}, but results.json says ${stated ?? "nothing"}`,
      "The files are of different runs: train the run again with --force.",
    );
  }
  return {
    folder,
    model: results.model,
    hyperparameters: results.hyperparameters as Settings,
    seed: results.seed,
    bestEpoch: results.bestEpoch,
    isOptimistic: results.selectedOn === split,
    dataset: { name: results.dataset.name, checksum: results.dataset.checksum },
    protocol: chosen(config, protocolKeys),
    schedule: chosen(config, scheduleKeys),
    metrics: reported.metrics,
    perUser,
  };
}
