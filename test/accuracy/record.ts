import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../../runtime/artifacts/atomicWrite.js";
import type { Json } from "../../runtime/artifacts/manifest.js";
import type { PairTest } from "../../runtime/comparison/compareGroups.js";
import type { DatasetName } from "./datasets.js";

export type Values = Readonly<Record<string, Json>>;

/** One trained and tested seed. */
export interface SeedRecord {
  readonly seed: number;
  /** 0-based. */
  readonly bestEpoch: number;
  readonly epochs: number;
  readonly valid: Readonly<Record<string, number>>;
  readonly test: Readonly<Record<string, number>>;
  readonly secondsPerEpoch: number | null;
}

/** Searched hyper-parameters and their validation Recall@20, null if training diverged. */
export interface ScoredPoint {
  readonly hyperparameters: Values;
  readonly score: number | null;
}

/** One row of the accuracy tables: what was searched, what was chosen, what it reached. */
export interface RowRecord {
  readonly model: string;
  readonly dataset: DatasetName;
  readonly datasetChecksum: string;
  /** Decides whether a record still answers the question that is asked. */
  readonly asked: Values;
  readonly trials: readonly ScoredPoint[];
  /** The best trial of each learning rate, trained to the end with seed 1. */
  readonly finalists: readonly ScoredPoint[];
  /** Of the best finalist, shared ones included. */
  readonly chosen: Values;
  readonly seeds: readonly SeedRecord[];
  readonly popularity: Readonly<Record<string, number>>;
  /** A headline model against its ancestor, over users, each user's values averaged over the seeds. */
  readonly comparison: { readonly ancestor: string; readonly tests: readonly PairTest[] } | null;
}

function fileOf(folder: string, dataset: DatasetName, model: string): string {
  return join(folder, dataset, `${model}.json`);
}

/** Null if there is none, or one for another question: other values to choose from, trials, seeds or protocol. */
export async function readRecord(
  folder: string,
  dataset: DatasetName,
  model: string,
  asked?: Values,
): Promise<RowRecord | null> {
  const file = fileOf(folder, dataset, model);
  if (!existsSync(file)) return null;
  const record = JSON.parse(await readFile(file, "utf8")) as RowRecord;
  return asked === undefined || JSON.stringify(record.asked) === JSON.stringify(asked) ? record : null;
}

export async function writeRecord(folder: string, record: RowRecord): Promise<void> {
  const file = fileOf(folder, record.dataset, record.model);
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(file, `${JSON.stringify(record, null, 2)}\n`);
}
