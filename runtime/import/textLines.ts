import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { DatasetError } from "../data/datasetError.js";

export type TextEncoding = "utf-8" | "latin-1";

/** Consecutive lines of a file, without line breaks. */
export interface LineBatch {
  /** 1-based number of the first line. */
  readonly first: number;
  readonly lines: readonly string[];
}

const NEWLINE = 10;

const isGzip = (file: string): boolean => file.endsWith(".gz");

/**
 * Reads a text file, compressed with gzip if its name ends in .gz, in batches of lines.
 *
 * @throws DatasetError naming file and line if the file does not exist, the compressed data end early or are damaged, or
 *   a line is not text of the encoding
 */
export async function* textLines(
  file: string,
  encoding: TextEncoding = "utf-8",
): AsyncGenerator<LineBatch, void> {
  let first = 1;
  let rest: Buffer = Buffer.alloc(0);
  const batch = (bytes: Buffer): LineBatch => {
    const lines = decode(file, first, bytes, encoding);
    const made = { first, lines };
    first += lines.length;
    return made;
  };
  const source = createReadStream(file, { highWaterMark: 1 << 20 });
  try {
    for await (const chunk of isGzip(file) ? source.pipe(forwarding(source)) : source) {
      const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      const end = bytes.lastIndexOf(NEWLINE);
      if (end >= 0) yield batch(bytes.subarray(0, end));
      rest = bytes.subarray(end + 1);
    }
  } catch (error) {
    throw readingProblem(file, first, error);
  } finally {
    source.destroy();
  }
  if (rest.length > 0) yield batch(rest);
}

/** A decompressor that ends with an error if its source does. */
function forwarding(source: NodeJS.ReadableStream): ReturnType<typeof createGunzip> {
  const gunzip = createGunzip();
  source.on("error", (error: Error) => gunzip.destroy(error));
  return gunzip;
}

function readingProblem(file: string, line: number, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") {
    return new DatasetError({ file }, "the file does not exist", "Check the path");
  }
  if (code === "Z_BUF_ERROR") {
    return new DatasetError(
      { file, line },
      "the gzip data end in the middle of the file",
      "The file is truncated; download or copy it again",
    );
  }
  if (code?.startsWith("Z_") === true) {
    return new DatasetError(
      { file, line },
      `the gzip data are damaged (${(error as Error).message})`,
      "Download or copy the file again, or drop the ending .gz if it is not compressed",
    );
  }
  return error;
}

function decode(file: string, first: number, bytes: Buffer, encoding: TextEncoding): string[] {
  if (encoding === "latin-1") return splitLines(first, bytes.toString("latin1"));
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return splitLines(first, decoder.decode(bytes));
  } catch {
    throw new DatasetError(
      { file, line: first + firstUndecodable(decoder, bytes) },
      "the line is not UTF-8 text",
      "Convert the file, for example with `iconv -f latin1 -t utf-8`; mixed encodings need a look at the line",
    );
  }
}

/** @returns index of the first line that the decoder refuses */
function firstUndecodable(decoder: InstanceType<typeof TextDecoder>, bytes: Buffer): number {
  let start = 0;
  for (let index = 0; ; index++) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found < 0 ? bytes.length : found;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return index;
    }
    start = end + 1;
  }
}

function splitLines(first: number, content: string): string[] {
  const lines = (first === 1 ? content.replace(/^\uFEFF/, "") : content).split("\n");
  return content.includes("\r")
    ? lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line))
    : lines;
}

/**
 * Reads compressed data to the end, because DuckDB takes a truncated file for a shorter one.
 *
 * @throws DatasetError as {@link textLines}
 */
export async function checkGzip(file: string, tell: () => void): Promise<void> {
  if (!isGzip(file)) return;
  let line = 1;
  try {
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), createGunzip(), async (chunks) => {
      for await (const chunk of chunks as AsyncIterable<Buffer>) {
        for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) line++;
        tell();
      }
    });
  } catch (error) {
    throw readingProblem(file, line, error);
  }
}
