import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../artifacts/atomicWrite.js";
import type { Json } from "../artifacts/manifest.js";
import { LOCK_FILE } from "../training/runFolder.js";

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

/** What every study's configuration has. */
export interface StudyFilesConfig {
  /** What must be the same when the study is continued. */
  readonly identity: object;
  readonly datasetFolder: string;
}

/** The folder of a study of many runs: its configuration, which knows how it was started, and files beside it. */
export class StudyFiles<Config extends StudyFilesConfig> {
  /**
   * @param configFile name of the configuration's file
   * @param others names of the files and folders that a new study replaces
   */
  constructor(
    readonly path: string,
    private readonly configFile: string,
    private readonly others: readonly string[],
  ) {}

  protected file(...names: readonly string[]): string {
    return join(this.path, ...names);
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
    if (!names.includes(this.configFile)) {
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
  async start(config: Config): Promise<void> {
    for (const name of this.others) await rm(this.file(name), { recursive: true, force: true });
    await this.writeConfig(config);
  }

  async writeConfig(config: Config): Promise<void> {
    await this.writeJson(this.configFile, config);
  }

  /** @throws StudyFolderError if there is no study or its configuration is damaged */
  async readConfig(): Promise<Config> {
    const text = await this.readIfThere(this.configFile);
    if (text === null) {
      throw new StudyFolderError(
        this.path,
        `there is no study to continue: the folder has no ${this.configFile}`,
        "Give the folder of an interrupted study, or start one without --resume.",
      );
    }
    const config = parsed(text) as Partial<Config> | undefined;
    if (config?.identity === undefined || config.datasetFolder === undefined) {
      throw this.damaged(this.configFile);
    }
    return config as Config;
  }

  /**
   * The configuration of the study to be continued.
   *
   * @throws StudyFolderError listing every part of the identity that differs
   */
  async resume(identity: Config["identity"]): Promise<Config> {
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

  /**
   * The records of a file with one JSON object per line, none if there is no such file.
   *
   * @throws StudyFolderError if a line is no record
   */
  protected async readLines<Row extends object>(
    name: string,
    isRecord: (row: Partial<Row>) => boolean,
  ): Promise<readonly Row[]> {
    const text = (await this.readIfThere(name)) ?? "";
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const row = (parsed(line) ?? {}) as Partial<Row>;
        if (!isRecord(row)) throw this.damaged(name);
        return row as Row;
      });
  }

  protected async writeLines(name: string, rows: readonly object[]): Promise<void> {
    await writeFileAtomic(this.file(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  }

  /** A JSON file as it stands there, null if there is none. */
  protected async readJson(name: string): Promise<Json> {
    const text = await this.readIfThere(name);
    if (text === null) return null;
    const value = parsed(text);
    if (value === undefined) throw this.damaged(name);
    return value as Json;
  }

  protected async writeJson(name: string, value: unknown): Promise<void> {
    await writeFileAtomic(this.file(name), `${JSON.stringify(value, null, 2)}\n`);
  }

  /** The text of a file, null where there is none; that it cannot be read is an error. */
  private async readIfThere(name: string): Promise<string | null> {
    return readFile(this.file(name), "utf8").catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    });
  }

  damaged(name: string): StudyFolderError {
    return new StudyFolderError(
      this.path,
      `${name} was altered or cut short`,
      "Start the study again with --force.",
    );
  }
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
