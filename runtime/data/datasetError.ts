/**
 * Bad data on disk or handed over for writing: where it is, what is wrong and what to do about it.
 *
 * `line` is the 1-based line of a text file, null where lines mean nothing (a folder, a `.npy` file).
 */
export class DatasetError extends Error {
  override readonly name = "DatasetError";
  readonly file: string;
  readonly line: number | null;
  readonly problem: string;
  readonly fix: string;

  constructor(where: { file: string; line?: number | null }, problem: string, fix: string) {
    const line = where.line ?? null;
    super(`${where.file}${line === null ? "" : `:${line}`}: ${problem}. ${fix}.`);
    this.file = where.file;
    this.line = line;
    this.problem = problem;
    this.fix = fix;
  }
}
