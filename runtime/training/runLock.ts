import { randomUUID } from "node:crypto";
import { constants, copyFile, link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { LOCK_FILE, RunFolderError } from "./runFolder.js";

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/** Lock files that this process holds. */
const held = new Set<string>();

/** Keeps a second process from training into the same run folder. */
export class RunLock {
  private constructor(private readonly file: string) {}

  /**
   * @param folder run folder, made if it is missing
   * @throws RunFolderError if another training run holds it; a lock whose process has ended is taken over
   */
  static async take(folder: string): Promise<RunLock> {
    const file = lockFile(folder);
    if (held.has(file)) throw heldError(folder, own());
    held.add(file);
    try {
      await mkdir(folder, { recursive: true });
      if (!(await place(file)) && !((await removeEnded(folder, file)) && (await place(file)))) {
        throw heldError(folder, await readHolder(file));
      }
    } catch (error) {
      held.delete(file);
      throw error;
    }
    return new RunLock(file);
  }

  /** @throws RunFolderError if the folder is being trained now */
  static async check(folder: string): Promise<void> {
    const file = lockFile(folder);
    if (held.has(file)) throw heldError(folder, own());
    const holder = await readHolder(file);
    if (holder !== null && isAlive(holder)) throw heldError(folder, holder);
  }

  async release(): Promise<void> {
    await rm(this.file, { force: true });
    held.delete(this.file);
  }
}

function lockFile(folder: string): string {
  return join(resolve(folder), LOCK_FILE);
}

/** What a system call that the file system does not know fails with. */
const NO_LINKS = ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"];

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}

function own(): Holder {
  return { pid: process.pid, host: hostname() };
}

/**
 * Puts this process's lock in place, whole from the first moment.
 *
 * @returns false if there is one
 */
async function place(file: string): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, `${JSON.stringify(own())}\n`);
  try {
    // File systems without links, such as exFAT, can only copy.
    await link(temporary, file).catch((error: unknown) => {
      if (!NO_LINKS.includes(codeOf(error))) throw error;
      return copyFile(temporary, file, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return false;
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Takes away the lock of a process that has ended. It is moved aside before it is looked at again, because another
 * process may have taken it over since; that one's is put back.
 *
 * @returns false if the lock's process is alive
 */
async function removeEnded(folder: string, file: string): Promise<boolean> {
  const holder = await readHolder(file);
  if (holder !== null && isAlive(holder)) return false;
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return true;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved !== null && isAlive(moved)) {
    await rename(aside, file);
    throw heldError(folder, moved);
  }
  await rm(aside, { force: true });
  return true;
}

/** Null if there is no lock, or it is damaged. */
async function readHolder(file: string): Promise<Holder | null> {
  const text = await readFile(file, "utf8").catch(() => "null");
  try {
    const { pid, host } = JSON.parse(text) as Record<keyof Holder, unknown>;
    return Number.isSafeInteger(pid) && typeof host === "string" ? { pid: pid as number, host } : null;
  } catch {
    return null;
  }
}

/** Of a process on another machine nobody here can tell, so it counts as alive. */
function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  // An earlier process of the same number, as in a restarted container, has ended; own locks are in `held`.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function heldError(folder: string, holder: Holder | null): RunFolderError {
  const who = holder === null ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return new RunFolderError(
    folder,
    `the folder is being trained by ${who}`,
    `Wait for it, stop it or choose another folder; if it has ended, delete ${LOCK_FILE} in the folder.`,
  );
}
