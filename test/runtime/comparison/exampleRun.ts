import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeUserMetrics } from "../../../runtime/training/userMetricsFile.js";

/** What a run folder is to hold; what is not given is the same in all examples. */
export interface ExampleRun {
  readonly model?: string;
  readonly hyperparameters?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly checksum?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly results?: Readonly<Record<string, unknown>>;
  readonly userIds?: readonly number[];
  /** Of every user, by metric. */
  readonly values?: Readonly<Record<string, readonly number[]>>;
}

/** Writes config.json, results.json and users/test.safetensors as `mmkit train` leaves them. */
export async function writeExampleRun(folder: string, run: ExampleRun = {}): Promise<void> {
  const values = run.values ?? { "Recall@20": [0, 0.5, 1], "NDCG@20": [0, 0.25, 1], AUC: [0.5, 0.75, 1] };
  const entries = Object.entries(values);
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  const metrics = Object.fromEntries(entries.map(([name, list]) => [name, mean(list)]));
  const userIds = Int32Array.from(run.userIds ?? entries[0]![1].map((_, user) => user));
  await mkdir(folder, { recursive: true });
  const config = {
    cutoffs: [20],
    ndcgIdeal: "targets",
    maskValidationAtTest: false,
    selectOn: "valid",
    monitor: "Recall@20",
    epochs: 10,
    evaluateEvery: 1,
    patience: 5,
    monitorDecimals: 4,
    ...run.config,
  };
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  await writeUserMetrics(join(folder, "users", "test.safetensors"), {
    userIds,
    values: new Map(
      entries.map(([name, list]) => [name as "AUC" | `Recall@${number}`, Float64Array.from(list)]),
    ),
  });
  const results = {
    model: run.model ?? "mf",
    hyperparameters: run.hyperparameters ?? { dim: 64 },
    seed: run.seed ?? 1,
    bestEpoch: 3,
    selectedOn: config.selectOn,
    dataset: { name: "shop", checksum: run.checksum ?? "0123456789abcdef" },
    valid: null,
    test: { metrics },
    ...run.results,
  };
  await writeFile(join(folder, "results.json"), JSON.stringify(results));
}
