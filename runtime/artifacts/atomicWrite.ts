import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A name beside `path` that no other process chooses. */
export function temporaryName(path: string): string {
  return `${path}.writing-${process.pid}-${randomBytes(4).toString("hex")}`;
}

const TEMPORARY = /\.writing-\d+-[0-9a-f]{8}$/;

/** Whether a name is one that a killed process left behind, or a living one uses. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Deletes the temporary files and folders that killed processes left in a folder that nobody else writes to. */
export async function removeAbandoned(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  });
  for (const name of names.filter(isTemporary)) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** The place where the previous version of a folder waits until its replacement is complete. */
export function previousName(folder: string): string {
  return `${folder}.previous`;
}

/** Whether a folder that {@link writeFolderAtomic} writes is there, if only as what {@link restoreFolder} puts back. */
export function isFolderThere(folder: string): boolean {
  return existsSync(folder) || existsSync(previousName(folder));
}

/** Asks the operating system to put a file or a folder's list of names on the disk. */
async function synchronise(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function synchroniseTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await synchroniseTree(path);
    else await synchronise(path);
  }
  await synchronise(folder);
}

/**
 * Writes a file so that a reader, or a run after a crash, sees the old content or the new content and never a part:
 * written under a temporary name in the same folder, flushed, renamed. A failed write leaves the old file as it was
 * and no temporary file behind.
 *
 * @param path the parent folder is made if it is missing
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = temporaryName(path);
  await mkdir(dirname(path), { recursive: true });
  try {
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await synchronise(dirname(path));
}

/**
 * Writes a folder as a whole. `fill` receives an empty temporary folder beside the target; when it returns, the
 * folder's files are flushed and it takes the target's place. An existing target is moved to `<folder>.previous` for
 * the moment between the two renames and deleted afterwards, so that one complete version exists at any time:
 * {@link restoreFolder} finds it after a crash. If `fill` fails, the target is as it was.
 */
export async function writeFolderAtomic(
  folder: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  await restoreFolder(folder);
  const temporary = temporaryName(folder);
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await synchroniseTree(temporary);
    const previous = previousName(folder);
    if (existsSync(folder)) {
      await rm(previous, { recursive: true, force: true });
      await rename(folder, previous);
    }
    await rename(temporary, folder);
    await synchronise(dirname(folder));
    await rm(previous, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    await restoreFolder(folder);
    throw error;
  }
}

/**
 * Puts `<folder>.previous` back if a crash struck between the two renames of {@link writeFolderAtomic}.
 *
 * @returns whether there was something to put back
 */
export async function restoreFolder(folder: string): Promise<boolean> {
  const previous = previousName(folder);
  if (existsSync(folder) || !existsSync(previous)) return false;
  await rename(previous, folder);
  return true;
}
