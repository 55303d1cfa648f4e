import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../artifacts/atomicWrite.js";
import type { Json } from "../artifacts/manifest.js";
import { loadCheckpoint, saveCheckpoint, type Checkpoint, type EpochRecord } from "./checkpoint.js";

/** A run folder that is in the way, missing, or of another run. */
export class RunFolderError extends Error {
  override readonly name = "RunFolderError";

  constructor(
    readonly folder: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${folder}: ${problem}. ${fix}`);
  }
}

/** The compiled model may lie in the run's folder; whoever puts it there looks after it. */
const ARTIFACTS = "artifacts";

/** One line of metrics.jsonl. */
export interface MetricsLine extends EpochRecord {
  readonly seconds: number;
}

/** What config.json keeps of a run; `decisive` must be the same when it is resumed. */
export interface RunConfig {
  readonly decisive: Readonly<Record<string, Json>>;
  readonly other: Readonly<Record<string, Json>>;
}

/**
 * The files of one training run: config.json, metrics.jsonl (a line per epoch), checkpoints/last and
 * checkpoints/best, and at the end results.json.
 */
export class RunFolder {
  constructor(readonly path: string) {}

  private file(name: string): string {
    return join(this.path, name);
  }

  checkpointPath(name: "last" | "best"): string {
    return join(this.path, "checkpoints", name);
  }

  /**
   * Checks, without changing anything, that a run may start here.
   *
   * @throws RunFolderError if the folder holds something and `force` is not given, or if `force` would delete files
   *   that are not a run's
   */
  async checkFree(force: boolean): Promise<void> {
    const found = await stat(this.path).catch(() => undefined);
    if (found === undefined) return;
    if (!found.isDirectory()) {
      throw new RunFolderError(
        this.path,
        "a file is in the place of the run folder",
        "Choose another folder.",
      );
    }
    const names = (await readdir(this.path)).filter((name) => name !== ARTIFACTS);
    if (names.length === 0) return;
    if (!names.includes("config.json")) {
      throw new RunFolderError(
        this.path,
        `the folder holds other files than a training run's (${names.slice(0, 3).join(", ")})`,
        "Choose another folder.",
      );
    }
    if (force) return;
    throw new RunFolderError(
      this.path,
      "the folder already holds a training run",
      "Resume it (--resume), replace it (--force) or choose another folder.",
    );
  }

  /** Deletes the files of an earlier run and writes the new one's configuration. */
  async start(config: RunConfig): Promise<void> {
    await mkdir(this.path, { recursive: true });
    for (const name of ["results.json", "metrics.jsonl", "checkpoints"]) {
      await rm(this.file(name), { recursive: true, force: true });
    }
    await this.writeConfig(config);
  }

  async writeConfig({ decisive, other }: RunConfig): Promise<void> {
    await this.writeJson("config.json", { ...decisive, ...other });
  }

  /**
   * The checkpoint to continue from, after checking that it is this run's.
   *
   * @param decisive settings that the run must have been started with
   * @throws RunFolderError listing every setting that differs; CheckpointError
   */
  async resume(decisive: RunConfig["decisive"]): Promise<Checkpoint> {
    let config: Record<string, unknown>;
    try {
      config = JSON.parse(await readFile(this.file("config.json"), "utf8")) as Record<string, unknown>;
    } catch (error) {
      const problem = `there is no run to resume: config.json cannot be read (${(error as Error).message})`;
      throw new RunFolderError(
        this.path,
        problem,
        "Give the folder of an interrupted run, or start without resuming.",
      );
    }
    const differences = Object.entries(decisive)
      .filter(([key, value]) => JSON.stringify(config[key]) !== JSON.stringify(value))
      .map(
        ([key, value]) =>
          `${key} was ${key in config ? JSON.stringify(config[key]) : "absent"}, now ${JSON.stringify(value)}`,
      );
    if (differences.length > 0) {
      throw new RunFolderError(
        this.path,
        `the run was started differently:\n  ${differences.join("\n  ")}\n`,
        "Resume with the same artifacts, dataset and settings, or start a run in another folder.",
      );
    }
    const last = this.checkpointPath("last");
    if (!existsSync(last) && !existsSync(`${last}.previous`)) {
      throw new RunFolderError(
        this.path,
        "the run stopped before its first checkpoint",
        "Start it again with --force; nothing is lost.",
      );
    }
    return loadCheckpoint(last);
  }

  async save(name: "last" | "best", checkpoint: Checkpoint): Promise<void> {
    await saveCheckpoint(this.checkpointPath(name), checkpoint);
  }

  async load(name: "last" | "best"): Promise<Checkpoint> {
    return loadCheckpoint(this.checkpointPath(name));
  }

  async appendMetrics(line: MetricsLine): Promise<void> {
    await appendFile(this.file("metrics.jsonl"), `${JSON.stringify(line)}\n`);
  }

  /** Drops the lines of epochs that a resumed run will train again, and any half-written line. */
  async truncateMetrics(epochs: number): Promise<void> {
    const text = await readFile(this.file("metrics.jsonl"), "utf8").catch(() => "");
    const kept = text.split("\n").filter((line) => {
      try {
        return (JSON.parse(line) as MetricsLine).epoch < epochs;
      } catch {
        return false;
      }
    });
    await writeFileAtomic(this.file("metrics.jsonl"), kept.map((line) => `${line}\n`).join(""));
  }

  async writeResults(results: unknown): Promise<void> {
    await this.writeJson("results.json", results);
  }

  private async writeJson(name: string, value: unknown): Promise<void> {
    await writeFileAtomic(this.file(name), `${JSON.stringify(value, null, 2)}\n`);
  }
}
