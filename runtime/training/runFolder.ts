import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isFolderThere, isTemporary, removeAbandoned, writeFileAtomic } from "../artifacts/atomicWrite.js";
import type { Json } from "../artifacts/manifest.js";
import type { RankingReport } from "../ranking/evaluateRanking.js";
import { loadCheckpoint, saveCheckpoint, type Checkpoint } from "./checkpoint.js";
import type { Environment } from "./environment.js";
import { parseMetricsLine, type MetricsLine } from "./metricsLine.js";
import { writeUserMetrics } from "./userMetricsFile.js";

/** A run folder that is in the way, missing, or of another run. */
export class RunFolderError extends Error {
  override readonly name = "RunFolderError";

  constructor(
    readonly folder: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    // A problem that is a list ends with a line break of its own.
    super(`${folder}: ${problem}${problem.endsWith("\n") ? "" : ". "}${fix}`);
  }
}

/** The compiled model may lie in the run's folder; whoever puts it there looks after it. */
export const RUN_ARTIFACTS = "artifacts";

/** What a run leaves at its end, besides checkpoints. */
const RESULTS = ["results.json", "users"];

/** The file that marks a run folder as being trained; see runLock.ts. */
export const LOCK_FILE = "training.lock";

/** What config.json keeps of a run; `decisive` must be the same when it is resumed. */
export interface RunConfig {
  readonly decisive: Readonly<Record<string, Json>>;
  readonly other: Readonly<Record<string, Json>>;
}

/**
 * The files of one training run: config.json, environment.jsonl (a line per process that trained), metrics.jsonl (a
 * line per epoch), checkpoints/last and checkpoints/best, and at the end users/valid.safetensors, users/test.safetensors
 * (every user's metrics, see userMetricsFile.ts) and results.json.
 */
export class RunFolder {
  constructor(readonly path: string) {}

  private file(name: string): string {
    return join(this.path, name);
  }

  checkpointPath(name: "last" | "best"): string {
    return join(this.path, "checkpoints", name);
  }

  /** Whether there is such a checkpoint, or its previous version waits to be put back. */
  hasCheckpoint(name: "last" | "best"): boolean {
    return isFolderThere(this.checkpointPath(name));
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
    const names = (await readdir(this.path)).filter(
      (name) => ![RUN_ARTIFACTS, LOCK_FILE].includes(name) && !isTemporary(name),
    );
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
    for (const name of [...RESULTS, "report.html", "environment.jsonl", "metrics.jsonl", "checkpoints"]) {
      await rm(this.file(name), { recursive: true, force: true });
    }
    await this.writeConfig(config);
  }

  async appendEnvironment(environment: Environment): Promise<void> {
    await appendFile(this.file("environment.jsonl"), `${JSON.stringify(environment)}\n`);
  }

  async writeConfig({ decisive, other }: RunConfig): Promise<void> {
    await this.writeJson("config.json", { ...decisive, ...other });
  }

  /**
   * What config.json holds.
   *
   * @throws RunFolderError if there is no run, or its config.json was damaged
   */
  async readConfig(): Promise<Readonly<Record<string, Json>>> {
    const fix = "Give the folder of an interrupted run, or start a run without --resume.";
    let text: string;
    try {
      text = await readFile(this.file("config.json"), "utf8");
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const reason =
        code !== "ENOENT"
          ? `its config.json cannot be read (${message})`
          : existsSync(this.path)
            ? "the folder has no config.json"
            : "the folder does not exist";
      throw new RunFolderError(this.path, `there is no run to resume: ${reason}`, fix);
    }
    try {
      const config = JSON.parse(text) as Json;
      if (isObject(config)) return config;
    } catch {
      // Said below.
    }
    throw new RunFolderError(
      this.path,
      "config.json is not a JSON object, so it was altered or cut short",
      fix,
    );
  }

  /**
   * The checkpoint to continue from, after checking that it is this run's; null if the run stopped before its first.
   *
   * @param decisive settings that the run must have been started with
   * @throws RunFolderError listing every setting that differs; CheckpointError
   */
  async resume(decisive: RunConfig["decisive"]): Promise<Checkpoint | null> {
    const differences = differencesBetween(await this.readConfig(), decisive);
    if (differences.length > 0) {
      throw new RunFolderError(
        this.path,
        `the run was started differently:\n  ${differences.join("\n  ")}\n`,
        "Resume with the same artifacts, dataset and settings, or start a run in another folder.",
      );
    }
    return this.hasCheckpoint("last") ? this.load("last") : null;
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

  /** Deletes what a process that was killed had begun to write; nobody else may be writing. */
  async removeAbandoned(): Promise<void> {
    await removeAbandoned(this.path);
    await removeAbandoned(this.file("checkpoints"));
  }

  /** Drops the lines of epochs that a resumed run will train again, and any half-written line. */
  async truncateMetrics(epochs: number): Promise<void> {
    const text = await readFile(this.file("metrics.jsonl"), "utf8").catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw error;
    });
    const kept = text.split("\n").filter((line) => {
      const epoch = parseMetricsLine(line)?.epoch;
      return epoch !== undefined && epoch < epochs;
    });
    await writeFileAtomic(this.file("metrics.jsonl"), kept.map((line) => `${line}\n`).join(""));
  }

  userMetricsPath(split: "valid" | "test"): string {
    return join(this.path, "users", `${split}.safetensors`);
  }

  async writeUserMetrics(split: "valid" | "test", perUser: RankingReport["perUser"]): Promise<void> {
    await writeUserMetrics(this.userMetricsPath(split), perUser);
  }

  /** Deletes the results of an earlier end, which further epochs have made outdated. */
  async removeResults(): Promise<void> {
    for (const name of RESULTS) await rm(this.file(name), { recursive: true, force: true });
  }

  async writeResults(results: unknown): Promise<void> {
    await this.writeJson("results.json", results);
  }

  private async writeJson(name: string, value: unknown): Promise<void> {
    await writeFileAtomic(this.file(name), `${JSON.stringify(value, null, 2)}\n`);
  }
}

type Settings = Readonly<Record<string, Json>>;

function isObject(value: Json | undefined): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A line per decisive setting and per hyper-parameter that differs, without what follows from others of them. */
function differencesBetween(earlier: Settings, now: Settings): string[] {
  const differing = (before: Settings, after: Settings): string[] =>
    [...new Set([...Object.keys(after), ...Object.keys(before)])].filter(
      (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
    );
  const shown = (value: Json | undefined): string => (value === undefined ? "absent" : JSON.stringify(value));
  const keys = differing(earlier, now).filter((key) => key in now);
  const consequences = keys.includes("model")
    ? ["hyperparameters", "manifestSha256"]
    : keys.includes("hyperparameters")
      ? ["manifestSha256"]
      : [];
  return keys
    .filter((key) => !consequences.includes(key))
    .flatMap((key) => {
      const [before, after] = [earlier[key], now[key]];
      if (key !== "hyperparameters" || !isObject(before) || !isObject(after)) {
        return [`${key} was ${shown(before)}, now ${shown(after)}`];
      }
      return differing(before, after).map(
        (name) => `hyper-parameter ${name} was ${shown(before[name])}, now ${shown(after[name])}`,
      );
    });
}
