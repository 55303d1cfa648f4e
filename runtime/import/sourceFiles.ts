import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { DatasetError } from "../data/datasetError.js";

/** The file or folder that is imported. */
export class SourceFiles {
  private constructor(
    readonly path: string,
    readonly isFolder: boolean,
    /** Names of the folder's files, or of the one file, in order. */
    readonly names: readonly string[],
  ) {}

  /** @throws DatasetError if there is no such file or folder */
  static async at(path: string): Promise<SourceFiles> {
    const found = await stat(path).catch(() => null);
    if (found === null) {
      throw new DatasetError(
        { file: path },
        "there is no such file or folder",
        "Check the path of the source",
      );
    }
    if (!found.isDirectory()) return new SourceFiles(path, false, [basename(path)]);
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
    return new SourceFiles(path, true, names.sort());
  }

  /** The path of a file that is there, null if it is not. */
  find(name: string): string | null {
    if (!this.names.includes(name)) return null;
    return this.isFolder ? join(this.path, name) : this.path;
  }

  /** @throws DatasetError if it is not there */
  require(name: string, format: string): string {
    const found = this.find(name);
    if (found !== null) return found;
    throw new DatasetError(
      { file: this.isFolder ? join(this.path, name) : this.path },
      this.isFolder ? "the file does not exist" : `the source is one file, but ${format} needs ${name}`,
      `A source in the format ${format} has ${name}`,
    );
  }

  /** Paths of the files whose names match. */
  matching(pattern: RegExp): readonly string[] {
    return this.names.filter((name) => pattern.test(name)).map((name) => this.find(name)!);
  }

  /** A name for the dataset: that of the folder, or of the file without its endings. */
  get datasetName(): string {
    const name = basename(resolve(this.path));
    return this.isFolder ? name : name.replace(/(\.\w+)+$/, "");
  }
}
