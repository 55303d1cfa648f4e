import { readFile } from "node:fs/promises";
import { DatasetError } from "./datasetError.js";

/** A tab-separated file of texts, one row per id. */
export interface TextTable {
  readonly file: string;
  /** Columns other than the id, in the file's order. */
  readonly columns: readonly string[];
  /** Largest id plus one. */
  readonly size: number;
  /** The text of a column for an id; null where the table has no such row or column. */
  text(column: string, id: number): string | null;
  /** The 1-based line of an id, null where the table has no such row. */
  line(id: number): number | null;
  /** @throws DatasetError naming the line if an id is not below `size` */
  checkSize(size: number): void;
}

/** @throws DatasetError naming file and line: missing file or id column, wrong number of fields, bad or repeated id */
export async function readTextTable(file: string, idColumn: string): Promise<TextTable> {
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw new DatasetError({ file }, "the file does not exist", "Put the file there or stop naming it");
  }
  const lines = content.replace(/^\uFEFF/, "").split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const header = lines[0]?.split("\t") ?? [];
  const idAt = header.indexOf(idColumn);
  if (idAt < 0) {
    throw new DatasetError(
      { file, line: 1 },
      `the header has no column "${idColumn}" (it has ${header.join(", ")})`,
      "Name the columns in the first line, separated by tabs",
    );
  }
  const rowOfId = new Map<number, readonly string[]>();
  const lineOfId = new Map<number, number>();
  let size = 0;
  for (let line = 2; line <= lines.length; line++) {
    const fields = lines[line - 1]!.split("\t");
    if (fields.length !== header.length) {
      throw new DatasetError(
        { file, line },
        `the line has ${fields.length} fields, the header ${header.length}`,
        "Separate the fields with single tabs and leave no line empty",
      );
    }
    const text = fields[idAt]!;
    const id = Number(text);
    if (!/^\d+$/.test(text) || id > 2 ** 31 - 2) {
      throw new DatasetError(
        { file, line },
        `${idColumn} "${text}" is not an id`,
        "Ids are integers from 0, written in digits",
      );
    }
    const earlier = lineOfId.get(id);
    if (earlier !== undefined) {
      throw new DatasetError(
        { file, line },
        `${idColumn} ${id} stands on line ${earlier} already`,
        "Keep one row per id",
      );
    }
    rowOfId.set(id, fields);
    lineOfId.set(id, line);
    size = Math.max(size, id + 1);
  }
  return {
    file,
    columns: header.filter((_, index) => index !== idAt),
    size,
    text: (column, id) => rowOfId.get(id)?.[header.indexOf(column)] ?? null,
    line: (id) => lineOfId.get(id) ?? null,
    checkSize(limit) {
      for (const [id, line] of lineOfId) {
        if (id < limit) continue;
        throw new DatasetError(
          { file, line },
          `${idColumn} ${id} is out of range: the dataset has ids 0 to ${limit - 1}`,
          "Remove the row or correct the size in dataset.json",
        );
      }
    },
  };
}
