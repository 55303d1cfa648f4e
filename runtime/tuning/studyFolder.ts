import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../artifacts/atomicWrite.js";
import type { Json } from "../artifacts/manifest.js";
import { LOCK_FILE } from "../training/runFolder.js";
import type { TrainingSettings } from "../training/trainingOptions.js";
import type { SpaceJson } from "./parseSpace.js";
import type { MethodName } from "./searchMethod.js";
import type { Point } from "./searchSpace.js";
import type { TrialRecord } from "./trialRecord.js";

/** A study folder that is in the way, missing, damaged or of another study. */
export class StudyFolderError extends Error {
  override readonly name = "StudyFolderError";

  constructor(
    readonly folder: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${folder}: ${problem}${problem.endsWith("\n") ? "" : ". "}${fix}`);
  }
}

/** What decides the proposals and scores of a study; it must be the same when the study is continued. */
export interface StudyIdentity {
  readonly model: string;
  /** The manifest's `computation` of the first trial. */
  readonly computation: string;
  readonly dataset: string;
  readonly datasetChecksum: string;
  readonly method: MethodName;
  readonly ahead: number;
  readonly space: SpaceJson;
  /** Hyper-parameters that all trials share, as far as they are not the model's defaults. */
  readonly hyperparameters: Point;
  readonly training: TrainingSettings;
}

/** study.json. */
export interface StudyConfig {
  readonly identity: StudyIdentity;
  /** Most trials; null for all of a grid. */
  readonly trials: number | null;
  readonly datasetFolder: string;
}

const CONFIG = "study.json";
const TRIALS = "trials.jsonl";
const BEST = "best.json";
const FINAL = "final.json";
const RUNS = "trials";

/**
 * The files of a search: study.json, trials.jsonl (a line per trial that has ended), trials/0001 … (run folders) and
 * best.json (the best hyper-parameters so far, as `--config` takes them).
 */
export class StudyFolder {
  constructor(readonly path: string) {}

  private file(name: string): string {
    return join(this.path, name);
  }

  /** @param trial from 1 */
  runPath(trial: number): string {
    return join(this.path, RUNS, String(trial).padStart(4, "0"));
  }

  /**
   * Checks, without changing anything, that a study may start here.
   *
   * @throws StudyFolderError if the folder holds something and `force` is not given, or it is not a study's
   */
  async checkFree(force: boolean): Promise<void> {
    const found = await stat(this.path).catch(() => undefined);
    if (found === undefined) return;
    if (!found.isDirectory()) {
      throw new StudyFolderError(this.path, "a file is in the place of the folder", "Choose another folder.");
    }
    const names = (await readdir(this.path)).filter((name) => name !== LOCK_FILE);
    if (names.length === 0) return;
    if (!names.includes(CONFIG)) {
      throw new StudyFolderError(
        this.path,
        `the folder holds other files than a study's (${names.slice(0, 3).join(", ")})`,
        "Choose another folder.",
      );
    }
    if (force) return;
    throw new StudyFolderError(
      this.path,
      "the folder already holds a study",
      "Continue it (--resume), replace it (--force) or choose another folder.",
    );
  }

  /** Deletes the files of an earlier study and writes the new one's configuration. */
  async start(config: StudyConfig): Promise<void> {
    for (const name of [TRIALS, BEST, FINAL, RUNS]) {
      await rm(this.file(name), { recursive: true, force: true });
    }
    await this.writeConfig(config);
  }

  async writeConfig(config: StudyConfig): Promise<void> {
    await writeJson(this.file(CONFIG), config);
  }

  /** @throws StudyFolderError if there is no study or its study.json is damaged */
  async readConfig(): Promise<StudyConfig> {
    const file = this.file(CONFIG);
    const text = await readIfThere(file);
    if (text === null) {
      throw new StudyFolderError(
        this.path,
        `there is no study to continue: the folder has no ${CONFIG}`,
        "Give the folder of an interrupted study, or start one without --resume.",
      );
    }
    const config = parsed(text) as Partial<StudyConfig> | undefined;
    if (config?.identity === undefined || config.datasetFolder === undefined) throw this.damaged(CONFIG);
    return config as StudyConfig;
  }

  /**
   * The configuration of the study to be continued.
   *
   * @throws StudyFolderError listing every part of the identity that differs
   */
  async resume(identity: StudyIdentity): Promise<StudyConfig> {
    const config = await this.readConfig();
    const earlier = config.identity as unknown as Record<string, Json>;
    const now = JSON.parse(JSON.stringify(identity)) as Record<string, Json>;
    const differences = Object.keys(now)
      .filter((key) => JSON.stringify(earlier[key]) !== JSON.stringify(now[key]))
      .flatMap((key) => partDifferences(key, earlier[key] ?? null, now[key]!));
    if (differences.length === 0) return config;
    throw new StudyFolderError(
      this.path,
      `the study was started differently:\n  ${differences.join("\n  ")}\n`,
      "Continue it as it was started, or start a study in another folder.",
    );
  }

  /** @throws StudyFolderError if a line is no record */
  async readTrials(): Promise<readonly TrialRecord[]> {
    const text = (await readIfThere(this.file(TRIALS))) ?? "";
    const lines = text.split("\n").filter((line) => line !== "");
    return lines.map((line) => {
      const record = parsed(line) as TrialRecord | undefined;
      if (!Number.isInteger(record?.trial)) throw this.damaged(TRIALS);
      return record!;
    });
  }

  /** @param best hyper-parameters of the best trial, null while none has a score */
  async writeTrials(records: readonly TrialRecord[], best: Point | null): Promise<void> {
    const sorted = records.toSorted((left, right) => left.trial - right.trial);
    await writeFileAtomic(this.file(TRIALS), sorted.map((record) => `${JSON.stringify(record)}\n`).join(""));
    if (best !== null) await writeJson(this.file(BEST), best);
  }

  /** final.json as it stands there, null if there is none. */
  async readFinal(): Promise<Json> {
    const text = await readIfThere(this.file(FINAL));
    if (text === null) return null;
    const final = parsed(text);
    if (final === undefined) throw this.damaged(FINAL);
    return final as Json;
  }

  async writeFinal(value: unknown): Promise<void> {
    await writeJson(this.file(FINAL), value);
  }

  damaged(name: string): StudyFolderError {
    return new StudyFolderError(
      this.path,
      `${name} was altered or cut short`,
      "Start the study again with --force.",
    );
  }
}

/** The text of a file, null where there is none; that it cannot be read is an error. */
async function readIfThere(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  });
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A line per member that differs where both are objects, otherwise one line. */
function partDifferences(key: string, before: Json, after: Json): string[] {
  const isObject = (value: Json): value is Readonly<Record<string, Json>> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject(before) || !isObject(after)) return [`${key} was ${shown(before)}, now ${shown(after)}`];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${key}.${name} was ${shown(before[name])}, now ${shown(after[name])}`);
}

function shown(value: Json | undefined): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}
