import { open, rm, stat, statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { temporaryName } from "../artifacts/atomicWrite.js";

/** What the operating system is asked; tests put a full or a read-only disk in its place. */
export interface DiskCalls {
  /** Writes a small file; rejects as the operating system does. */
  readonly write: (file: string) => Promise<void>;
  /** Bytes that may be written below a folder. */
  readonly free: (folder: string) => Promise<number>;
}

export const diskCalls: DiskCalls = {
  async write(file) {
    const handle = await open(file, "wx");
    try {
      await handle.writeFile("mmkit");
      await handle.sync();
    } finally {
      await handle.close();
      await rm(file, { force: true });
    }
  },
  async free(folder) {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
};

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EPERM: "the operation is not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a part of the path is a file, not a folder",
};

export interface FolderSpace {
  /** Why nothing can be written there, null if it can. */
  readonly problem: string | null;
  /** Bytes free on its disk; null if nothing can be written. */
  readonly free: number | null;
}

/** The folder itself, or the nearest one above it that exists. */
async function existingFolder(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  const parent = dirname(path);
  if (found !== undefined || parent === path) return path;
  return existingFolder(parent);
}

/** Tries to write where a folder is or would be made, and leaves nothing behind. */
export async function folderSpace(folder: string, calls: DiskCalls = diskCalls): Promise<FolderSpace> {
  const existing = await existingFolder(resolve(folder));
  try {
    await calls.write(temporaryName(join(existing, ".mmkit")));
    return { problem: null, free: await calls.free(existing) };
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    return { problem: reasons[code] ?? message, free: null };
  }
}
