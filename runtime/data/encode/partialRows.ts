import { open, readFile, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../artifacts/atomicWrite.js";

/** What the rows of an unfinished encoding belong to. */
interface PartialState {
  /** sha256 over everything that decides the rows. */
  readonly fingerprint: string;
  /** Features per row. */
  readonly size: number;
}

const STATE = "state.json";
const ROWS = "rows.f32";

async function readState(folder: string): Promise<PartialState | null> {
  try {
    return JSON.parse(await readFile(join(folder, STATE), "utf8")) as PartialState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * Rows of features that are written batch by batch, so that an encoding which was killed goes on where it was. Every
 * batch is on the disk before the next one is made; what a kill left of a batch is cut off.
 */
export class PartialRows {
  private handle: FileHandle | null = null;

  private constructor(
    private readonly folder: string,
    private readonly fingerprint: string,
    /** Features per row, null before the first batch. */
    private columns: number | null,
    private done: number,
  ) {}

  /**
   * @param folder made if it is missing
   * @param batch rows per batch; rows beyond whole batches are made again
   * @returns `isOther`: rows of another encoding were there and are left behind
   */
  static async open(
    folder: string,
    fingerprint: string,
    batch: number,
  ): Promise<{ readonly rows: PartialRows; readonly isOther: boolean }> {
    const state = await readState(folder);
    const isOther = state !== null && state.fingerprint !== fingerprint;
    if (state === null || isOther) {
      await rm(join(folder, STATE), { force: true });
      await rm(join(folder, ROWS), { force: true });
      return { rows: new PartialRows(folder, fingerprint, null, 0), isOther };
    }
    const handle = await open(join(folder, ROWS), "a+");
    const whole = Math.floor((await handle.stat()).size / (4 * state.size * batch)) * batch;
    await handle.truncate(whole * 4 * state.size);
    const rows = new PartialRows(folder, fingerprint, state.size, whole);
    rows.handle = handle;
    return { rows, isOther };
  }

  /** Rows that are there. */
  get count(): number {
    return this.done;
  }

  /** Features per row, null before the first batch. */
  get size(): number | null {
    return this.columns;
  }

  /** @param rows [row, size], as many features as earlier ones */
  async append(rows: Float32Array, size: number): Promise<void> {
    if (this.handle === null) {
      this.columns = size;
      const state: PartialState = { fingerprint: this.fingerprint, size };
      this.handle = await open(join(this.folder, ROWS), "a+");
      await writeFileAtomic(join(this.folder, STATE), `${JSON.stringify(state)}\n`);
    }
    await this.handle.appendFile(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
    await this.handle.datasync();
    this.done += rows.length / size;
  }

  /** All rows so far, [count, size]. */
  async read(): Promise<Float32Array> {
    const bytes = await readFile(join(this.folder, ROWS));
    return new Float32Array(new Uint8Array(bytes).buffer);
  }

  async close(): Promise<void> {
    await this.handle?.close();
    this.handle = null;
  }
}
