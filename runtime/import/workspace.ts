import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { WorkspaceError } from "./workspaceError.js";

/** How far the work is. */
export interface StepProgress {
  /** What is being done, such as `reading ratings.csv`. */
  readonly step: string;
  /** 0 to 1, null where it cannot be told. */
  readonly fraction: number | null;
}

export interface WorkspaceOptions {
  /** What DuckDB may hold in memory before it goes to the disk, such as `1GB`. */
  readonly memory?: string;
  readonly threads?: number;
  readonly onProgress?: (progress: StepProgress) => void;
  readonly signal?: AbortSignal;
}

/** A value of a query's result as the queries of this room produce them. */
export type Cell = string | number | boolean | null;

export const defaultMemory = "1GB";

/** Between two looks at a query's progress, ms. */
const PROGRESS_INTERVAL = 250;

/**
 * A DuckDB database in a temporary folder: tables lie on the disk, and queries that need more than the memory limit
 * spill beside them. The folder goes away with the workspace.
 */
export class Workspace {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #options: WorkspaceOptions;
  /** For files that a reader makes on the way. */
  readonly folder: string;

  private constructor(
    folder: string,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    options: WorkspaceOptions,
  ) {
    this.folder = folder;
    this.#instance = instance;
    this.#connection = connection;
    this.#options = options;
  }

  /**
   * Lets `use` work in a fresh workspace.
   *
   * @param beside the temporary folder lies beside this path, on the disk where the result will be
   * @throws WorkspaceError if DuckDB fails or the work is interrupted
   */
  static async with<Result>(
    beside: string,
    options: WorkspaceOptions,
    use: (workspace: Workspace) => Promise<Result>,
  ): Promise<Result> {
    const parent = dirname(resolve(beside));
    await mkdir(parent, { recursive: true });
    const folder = await mkdtemp(join(parent, `.${basename(resolve(beside))}.importing-`));
    try {
      const workspace = await Workspace.#open(folder, options);
      try {
        return await use(workspace);
      } finally {
        workspace.#connection.closeSync();
        workspace.#instance.closeSync();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  static async #open(folder: string, options: WorkspaceOptions): Promise<Workspace> {
    // A native library of 70 MB, loaded only where data are imported.
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(join(folder, "workspace.duckdb"), {
      temp_directory: join(folder, "spilled"),
      autoinstall_known_extensions: "false",
    });
    const workspace = new Workspace(folder, instance, await instance.connect(), options);
    await workspace.run(`SET memory_limit = ${text(options.memory ?? defaultMemory)}`);
    if (options.threads !== undefined) await workspace.run(`SET threads = ${options.threads}`);
    // Tables are read back two or three times at most: compressing them costs more than writing them as they are.
    await workspace.run("SET force_compression = 'uncompressed'");
    await workspace.run("SET enable_progress_bar = true; SET enable_progress_bar_print = false");
    return workspace;
  }

  /** Runs statements that return nothing. @param step shown as progress; absent for what takes no time */
  async run(sql: string, step?: string): Promise<void> {
    await this.#perform(step, () => this.#connection.run(sql));
  }

  /** The rows of a small result. */
  async rows(sql: string, step?: string): Promise<readonly (readonly Cell[])[]> {
    const reader = await this.#perform(step, () => this.#connection.runAndReadAll(sql));
    return reader.getRowsJson().map((row) => row.map(asCell));
  }

  /** The single number of a result, 0 if there is none. */
  async count(sql: string, step?: string): Promise<number> {
    return Number((await this.rows(sql, step))[0]?.[0] ?? 0);
  }

  /**
   * A new table filled from the program, in order.
   *
   * @param columns name and SQL type (VARCHAR or DOUBLE) of each column
   */
  async load(
    table: string,
    columns: Readonly<Record<string, "VARCHAR" | "DOUBLE">>,
    fill: (add: (row: readonly (string | number | null)[]) => void) => Promise<void>,
  ): Promise<void> {
    const types = Object.values(columns);
    const declared = Object.entries(columns).map(([name, type]) => `${identifier(name)} ${type}`);
    await this.run(`CREATE TABLE ${identifier(table)} (${declared.join(", ")})`);
    await this.#perform(undefined, async () => {
      const appender = await this.#connection.createAppender(table);
      try {
        await fill((row) => {
          for (const [index, type] of types.entries()) {
            const value = row[index] ?? null;
            if (value === null) appender.appendNull();
            else if (type === "DOUBLE") appender.appendDouble(Number(value));
            else appender.appendVarchar(String(value));
          }
          appender.endRow();
        });
      } finally {
        appender.closeSync();
      }
    });
  }

  /** Tells how far work outside of DuckDB is. @throws WorkspaceError if the work is to be stopped */
  tell(step: string, fraction: number | null = null): void {
    if (this.#options.signal?.aborted === true) throw interrupted();
    this.#options.onProgress?.({ step, fraction });
  }

  async #perform<Result>(step: string | undefined, work: () => Promise<Result>): Promise<Result> {
    const { signal, onProgress } = this.#options;
    const isAborted = (): boolean => signal?.aborted === true;
    if (isAborted()) throw interrupted();
    const stop = (): void => {
      this.#connection.interrupt();
    };
    signal?.addEventListener("abort", stop, { once: true });
    if (step !== undefined) onProgress?.({ step, fraction: null });
    const timer = setInterval(() => {
      const { percentage } = this.#connection.progress;
      if (step !== undefined && percentage >= 0) onProgress?.({ step, fraction: percentage / 100 });
    }, PROGRESS_INTERVAL);
    try {
      return await work();
    } catch (error) {
      if (isAborted()) throw interrupted();
      throw error instanceof Error && error.constructor === Error ? databaseError(error) : error;
    } finally {
      clearInterval(timer);
      signal?.removeEventListener("abort", stop);
    }
  }
}

function interrupted(): WorkspaceError {
  return new WorkspaceError("the import was interrupted", "Nothing was written; start it again");
}

function databaseError(error: Error): WorkspaceError {
  const [first = ""] = error.message.split("\n");
  const fix = /out of memory/i.test(first)
    ? "Allow more with --memory, or fewer --threads"
    : /no space|disk|max_temp_directory/i.test(first)
      ? "Free some space beside the output folder"
      : "Check the source";
  return new WorkspaceError(`DuckDB says: ${first.replace(/\.$/, "")}`, fix, error);
}

function asCell(value: unknown): Cell {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value === null) return null;
  return JSON.stringify(value);
}

/** A text as an SQL literal. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
