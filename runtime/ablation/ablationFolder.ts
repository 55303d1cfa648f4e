import { join } from "node:path";
import { StudyFiles, StudyFolderError } from "../tuning/studyFiles.js";
import type { Point } from "../tuning/searchSpace.js";
import type { TrainingSettings } from "../training/trainingOptions.js";
import type { AblationRecord } from "./ablationRecord.js";

/** What decides the results of an ablation; it must be the same when the ablation is continued. */
export interface AblationIdentity {
  readonly model: string;
  readonly dataset: string;
  readonly datasetChecksum: string;
  /** Hyper-parameters that all rows share, as far as they are not the model's defaults. */
  readonly hyperparameters: Point;
  /** Without the seed, of which there are several. */
  readonly training: Omit<TrainingSettings, "seed">;
}

/** ablation.json. */
export interface AblationConfig {
  readonly identity: AblationIdentity;
  readonly datasetFolder: string;
  /** Names of the tables; others may be added when it is continued. */
  readonly tables: readonly string[];
  /** More may be added when it is continued. */
  readonly seeds: readonly number[];
}

const CONFIG = "ablation.json";
const RECORDS = "runs.jsonl";
const RUNS = "runs";
const RESULTS = "results.json";

/**
 * The files of an ablation: ablation.json, runs.jsonl (a line per run that has ended), runs/<variant>/seed-<n> (run
 * folders) and, at the end, results.json.
 */
export class AblationFolder extends StudyFiles<AblationConfig> {
  constructor(path: string) {
    super(path, CONFIG, [RECORDS, RUNS, RESULTS]);
  }

  runPath(variant: string, seed: number): string {
    return this.file(RUNS, variant, `seed-${seed}`);
  }

  /**
   * The runs that have ended.
   *
   * @param computations what each variant computes now
   * @throws StudyFolderError if a line is no record, or a variant computes something else than its run did
   */
  async readRecords(computations: ReadonlyMap<string, string>): Promise<readonly AblationRecord[]> {
    const records = await this.readLines<AblationRecord>(
      RECORDS,
      ({ variant, seed }) => typeof variant === "string" && Number.isInteger(seed),
    );
    for (const { variant, seed, computation } of records) {
      const now = computations.get(variant);
      if (now === undefined || now === computation) continue;
      throw this.changed(variant, seed);
    }
    return records;
  }

  /** @throws StudyFolderError if a run was started that computes something else than the variant does now */
  async checkStarted(variant: string, seed: number, computation: string): Promise<void> {
    const file = join(RUNS, variant, `seed-${seed}`, "artifacts", "manifest.json");
    const manifest = (await this.readJson(file)) as { readonly computation?: string } | null;
    if (manifest !== null && manifest.computation !== computation) throw this.changed(variant, seed);
  }

  private changed(variant: string, seed: number): StudyFolderError {
    return new StudyFolderError(
      this.path,
      `variant "${variant}" computes something else than its run with seed ${seed}, as the model has changed`,
      "Start the study again with --force, or in another folder.",
    );
  }

  async writeRecords(records: readonly AblationRecord[]): Promise<void> {
    await this.writeLines(RECORDS, records);
  }

  async writeResults(results: unknown): Promise<void> {
    await this.writeJson(RESULTS, results);
  }
}
