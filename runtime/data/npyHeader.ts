import { DatasetError } from "./datasetError.js";

/** What the header of a `.npy` file says about the bytes after it. */
export interface NpyHeader {
  /** Element type in numpy's notation, e.g. `<f4`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

const MAGIC = Buffer.from("\x93NUMPY", "latin1");
/** Magic, two version bytes and the header length (2 bytes in version 1, 4 in versions 2 and 3). */
export const NPY_PREAMBLE_BYTES = 12;

/** Where the header's text starts and ends, from the first bytes of the file. */
export function npyHeaderSpan(file: string, preamble: Buffer): { start: number; end: number } {
  if (preamble.length < NPY_PREAMBLE_BYTES || !preamble.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new DatasetError(
      { file },
      "this is not a .npy file (it does not start with the bytes of one)",
      "Write it with numpy.save",
    );
  }
  const version = preamble[6]!;
  if (version < 1 || version > 3) {
    throw new DatasetError(
      { file },
      `.npy format version ${version} is unknown`,
      "Write it in version 1, 2 or 3",
    );
  }
  const start = version === 1 ? 10 : 12;
  return { start, end: start + (version === 1 ? preamble.readUInt16LE(8) : preamble.readUInt32LE(8)) };
}

export function parseNpyHeader(file: string, text: string): NpyHeader {
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) {
    throw new DatasetError(
      { file },
      `the .npy header cannot be read: ${JSON.stringify(text.trim())}`,
      "Write a plain array (no records, no objects) with numpy.save",
    );
  }
  const sizes = shape
    .split(",")
    .map((size) => size.trim())
    .filter((size) => size !== "")
    .map(Number);
  return { descr, fortranOrder: order === "True", shape: sizes };
}

/** Preamble and header of a version 1 file in C order, padded so that the data starts at a multiple of 64. */
export function formatNpyHeader(descr: string, shape: readonly number[]): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]!},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const lengthBytes = Buffer.alloc(2);
  lengthBytes.writeUInt16LE(length);
  return Buffer.concat([
    MAGIC,
    Buffer.from([1, 0]),
    lengthBytes,
    Buffer.from(`${text.padEnd(length - 1)}\n`, "latin1"),
  ]);
}
