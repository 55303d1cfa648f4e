import { open, type FileHandle } from "node:fs/promises";
import { DatasetError } from "./datasetError.js";
import { nearestName } from "./nearestName.js";

/** A column holds ids (integers from 0) or one of a few words, which become their position in the list. */
export type TsvColumn = "id" | readonly string[];

export interface IntegerTsv<Name extends string> {
  readonly rows: number;
  /** One value per row; row r stands on line r + 2 of the file. */
  readonly columns: Readonly<Record<Name, Int32Array>>;
}

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const ZERO = 48;
const NINE = 57;
const CHUNK_BYTES = 1 << 20;
/** Ids are int32 and the number of ids must be one, too. */
const LARGEST_ID = 2 ** 31 - 2;

interface Target {
  readonly name: string;
  readonly words: readonly Buffer[] | null;
  values: Int32Array;
}

/** Parses complete lines, byte by byte: a file of a million rows takes tens of milliseconds. */
class LineParser {
  /** Rows so far, and how many of the last ones are held. */
  rows = 0;
  held = 0;
  readonly #file: string;
  readonly #targets: readonly Target[];
  #plan: readonly (Target | null)[] | null = null;

  constructor(file: string, targets: readonly Target[]) {
    this.#file = file;
    this.#targets = targets;
  }

  get sawHeader(): boolean {
    return this.#plan !== null;
  }

  #header(text: string): void {
    const names = text.replace(/^\uFEFF/, "").split("\t");
    for (const { name } of this.#targets) {
      if (names.includes(name)) continue;
      const unexpected = names.filter((found) => !this.#targets.some((target) => target.name === found));
      const nearest = nearestName(name, unexpected);
      const question = nearest === null ? "" : `; is "${nearest}" meant to be "${name}"`;
      throw new DatasetError(
        { file: this.#file, line: 1 },
        `the header has no column "${name}" (it has ${names.map((found) => `"${found}"`).join(", ")})`,
        `Name the columns in the first line, separated by tabs${question}`,
      );
    }
    this.#plan = names.map((name) => this.#targets.find((target) => target.name === name) ?? null);
  }

  #fail(target: Target, bytes: Buffer, start: number, end: number): DatasetError {
    const text = bytes.toString("utf8", start, end);
    const where = { file: this.#file, line: this.rows + 2 };
    if (target.words !== null) {
      const words = target.words.map(String);
      return new DatasetError(
        where,
        `unknown ${target.name} "${text}"`,
        `Use one of ${words.join(", ")}; the nearest is ${nearestName(text, words) ?? "none"}`,
      );
    }
    const value = Number(text);
    const kind =
      text.trim() === "" || Number.isNaN(value)
        ? "is not a number"
        : value < 0
          ? "is negative"
          : value > LARGEST_ID
            ? "is out of range"
            : "is not an integer written in digits";
    return new DatasetError(
      where,
      `${target.name} "${text}" ${kind}`,
      `Ids are integers from 0 to ${LARGEST_ID}, without sign, point or spaces`,
    );
  }

  #value(target: Target, bytes: Buffer, start: number, end: number): number {
    if (target.words !== null) {
      const index = target.words.findIndex(
        (word) => word.length === end - start && bytes.compare(word, 0, word.length, start, end) === 0,
      );
      if (index < 0) throw this.#fail(target, bytes, start, end);
      return index;
    }
    let value = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte < ZERO || byte > NINE) throw this.#fail(target, bytes, start, end);
      value = value * 10 + (byte - ZERO);
    }
    if (start === end || value > LARGEST_ID) throw this.#fail(target, bytes, start, end);
    return value;
  }

  /** One line without its line break. */
  line(bytes: Buffer, start: number, lineEnd: number): void {
    const end = lineEnd > start && bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd;
    const plan = this.#plan;
    if (plan === null) {
      this.#header(bytes.toString("utf8", start, end));
      return;
    }
    const row = this.held;
    let at = start;
    let column = 0;
    for (; column < plan.length && at <= end; column++) {
      let fieldEnd = at;
      while (fieldEnd < end && bytes[fieldEnd] !== TAB) fieldEnd++;
      const target = plan[column] ?? null;
      if (target !== null) {
        if (row === target.values.length) {
          const larger = new Int32Array(row * 2);
          larger.set(target.values);
          target.values = larger;
        }
        target.values[row] = this.#value(target, bytes, at, fieldEnd);
      }
      at = fieldEnd + 1;
    }
    if (column < plan.length || at <= end) {
      const found = bytes.toString("utf8", start, end).split("\t").length;
      throw new DatasetError(
        { file: this.#file, line: this.rows + 2 },
        `the line has ${found} fields, the header ${plan.length}`,
        "Separate the fields with single tabs and leave no line empty",
      );
    }
    this.rows++;
    this.held++;
  }
}

/** Parses a file; yields after every megabyte. */
async function* parseFile(handle: FileHandle, parser: LineParser): AsyncGenerator<void, void> {
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let kept = 0;
  for (;;) {
    if (kept === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
    const { bytesRead } = await handle.read(buffer, kept, buffer.length - kept, null);
    const length = kept + bytesRead;
    let start = 0;
    for (
      let end = buffer.indexOf(NEWLINE, kept);
      end >= 0 && end < length;
      end = buffer.indexOf(NEWLINE, start)
    ) {
      parser.line(buffer, start, end);
      start = end + 1;
    }
    if (bytesRead === 0) {
      if (start < length) parser.line(buffer, start, length);
      return;
    }
    buffer.copyWithin(0, start, length);
    kept = length - start;
    yield;
  }
}

function targetsOf(columns: Readonly<Record<string, TsvColumn>>): Target[] {
  return Object.entries(columns).map(([name, column]) => {
    const words = column === "id" ? null : column.map((word) => Buffer.from(word));
    return { name, words, values: new Int32Array(1024) };
  });
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, "r");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw new DatasetError({ file }, "the file does not exist", "Check the folder's name and contents");
  }
}

function checkHeader(file: string, parser: LineParser): void {
  if (parser.sawHeader) return;
  throw new DatasetError({ file, line: 1 }, "the file is empty", "Write a header line and the rows");
}

/**
 * Reads the named columns piece by piece, a megabyte of the file at a time, so that memory does not grow with it.
 *
 * @returns parts in the order of the file; their columns are only good until the next one is asked for
 * @throws DatasetError as {@link readIntegerTsv}
 */
export async function* integerTsvParts<Name extends string>(
  file: string,
  columns: Readonly<Record<Name, TsvColumn>>,
): AsyncGenerator<IntegerTsv<Name> & { readonly firstRow: number }, void> {
  const targets = targetsOf(columns);
  const handle = await openFile(file);
  const parser = new LineParser(file, targets);
  const held = (): IntegerTsv<Name> & { readonly firstRow: number } => {
    const { rows, held: count } = parser;
    const views = targets.map(({ name, values }) => [name, values.subarray(0, count)] as const);
    parser.held = 0;
    return {
      ...{ firstRow: rows - count, rows: count },
      columns: Object.fromEntries(views) as Record<Name, Int32Array>,
    };
  };
  try {
    const reading = parseFile(handle, parser);
    for (let isDone = false; !isDone;) {
      isDone = (await reading.next()).done === true;
      if (parser.held > 0) yield held();
    }
  } finally {
    await handle.close();
  }
  checkHeader(file, parser);
}

/**
 * Reads the named columns of a tab-separated file with a header line; other columns are skipped unread.
 *
 * @throws DatasetError naming file and line: missing file or column, wrong number of fields, bad id, unknown word
 */
export async function readIntegerTsv<Name extends string>(
  file: string,
  columns: Readonly<Record<Name, TsvColumn>>,
): Promise<IntegerTsv<Name>> {
  const targets = targetsOf(columns);
  const handle = await openFile(file);
  const parser = new LineParser(file, targets);
  try {
    const reading = parseFile(handle, parser);
    while ((await reading.next()).done !== true);
  } finally {
    await handle.close();
  }
  checkHeader(file, parser);
  const result = targets.map(({ name, values }) => [name, values.slice(0, parser.rows)] as const);
  return { rows: parser.rows, columns: Object.fromEntries(result) as Record<Name, Int32Array> };
}
