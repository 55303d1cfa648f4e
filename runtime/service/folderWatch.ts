import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Names, sizes and times of a folder's files; null while it cannot be read, for instance between two renames. */
async function signatureOf(folder: string): Promise<string | null> {
  try {
    const names = (await readdir(folder)).sort();
    const files = await Promise.all(
      names.map(async (name) => {
        const { ino, size, mtimeMs } = await stat(join(folder, name));
        return `${name} ${ino} ${size} ${mtimeMs}`;
      }),
    );
    return files.join("\n");
  } catch {
    return null;
  }
}

/**
 * Looks at a folder from time to time and tells when its files have changed and then stayed as they are from one look
 * to the next. Asking works where notices of the file system do not reach: mounted volumes, folders that are replaced.
 */
export class FolderWatch {
  private timer: NodeJS.Timeout | undefined;
  private known: string | null = null;
  private last: string | null = null;
  private isStopped = false;

  /** @param interval ms */
  constructor(
    private readonly folder: string,
    private readonly interval: number,
    private readonly onChange: () => Promise<unknown>,
  ) {}

  /** What is there now counts as known. */
  async remember(): Promise<void> {
    this.known = this.last = await signatureOf(this.folder);
  }

  start(): void {
    this.wait();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private wait(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      void this.look().finally(() => {
        this.wait();
      });
    }, this.interval);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    const found = await signatureOf(this.folder);
    const isQuiet = found === this.last;
    this.last = found;
    if (found === null || !isQuiet || found === this.known) return;
    this.known = found;
    await this.onChange();
  }
}
