import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { DatasetError } from "./datasetError.js";
import { floatToHalf, halfToFloat } from "./halfFloat.js";
import { formatNpyHeader, npyHeaderSpan, NPY_PREAMBLE_BYTES, parseNpyHeader } from "./npyHeader.js";

/** An array of a `.npy` file, C order. */
export type NpyArray =
  | { readonly dtype: "float32"; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: "int32"; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly dtype: "int64"; readonly shape: readonly number[]; readonly data: BigInt64Array };

export type NpyDType = NpyArray["dtype"];

/** What the caller needs; null in `shape` accepts any size of that axis. */
export interface NpyExpectation {
  readonly dtype?: NpyDType;
  readonly shape?: readonly (number | null)[];
}

const CHUNK_BYTES = 1 << 24;

/** Element types that can be read: bytes per element, and the dtype they become. */
const readable: Readonly<Record<string, { readonly bytes: number; readonly dtype: NpyDType }>> = {
  "<f2": { bytes: 2, dtype: "float32" },
  "<f4": { bytes: 4, dtype: "float32" },
  "<f8": { bytes: 8, dtype: "float32" },
  "<i4": { bytes: 4, dtype: "int32" },
  "<i8": { bytes: 8, dtype: "int64" },
};
const written = { float32: "<f4", int32: "<i4", int64: "<i8" } as const;

async function readFully(handle: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < target.length) {
    const length = Math.min(CHUNK_BYTES, target.length - done);
    const { bytesRead } = await handle.read(target, done, length, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

async function readWidened(
  handle: FileHandle,
  descr: "<f2" | "<f8",
  count: number,
  start: number,
): Promise<Float32Array> {
  const data = new Float32Array(count);
  const elementBytes = descr === "<f2" ? 2 : 8;
  const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, count * elementBytes));
  for (let first = 0; first < count; first += chunk.length / elementBytes) {
    const length = Math.min(count - first, chunk.length / elementBytes);
    await readFully(handle, chunk.subarray(0, length * elementBytes), start + first * elementBytes);
    for (let index = 0; index < length; index++) {
      data[first + index] =
        descr === "<f2" ? halfToFloat(chunk.readUInt16LE(index * 2)) : chunk.readDoubleLE(index * 8);
    }
  }
  return data;
}

function shapeMatches(shape: readonly number[], expected: readonly (number | null)[]): boolean {
  return (
    shape.length === expected.length && expected.every((size, axis) => size === null || size === shape[axis])
  );
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, "r");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw new DatasetError({ file }, "the file does not exist", "Put the file there or stop naming it");
  }
}

async function readOpened(file: string, handle: FileHandle, expected: NpyExpectation): Promise<NpyArray> {
  const preamble = Buffer.alloc(NPY_PREAMBLE_BYTES);
  const preambleLength = await readFully(handle, preamble, 0);
  const span = npyHeaderSpan(file, preamble.subarray(0, preambleLength));
  const { size } = await handle.stat();
  const truncated = (bytes: number): DatasetError =>
    new DatasetError(
      { file },
      `the file is truncated: its header promises ${bytes} bytes, but it has ${size}`,
      "Copy or write the file again",
    );
  if (size < span.end) throw truncated(span.end);
  const headerBytes = Buffer.alloc(span.end - span.start);
  await readFully(handle, headerBytes, span.start);
  const header = parseNpyHeader(file, headerBytes.toString("latin1"));

  const element = readable[header.descr];
  if (element === undefined || (expected.dtype !== undefined && element.dtype !== expected.dtype)) {
    const wanted = Object.entries(readable)
      .filter(([, { dtype }]) => expected.dtype === undefined || dtype === expected.dtype)
      .map(([descr]) => descr);
    throw new DatasetError(
      { file },
      `the elements are ${header.descr}, expected ${wanted.join(" or ")}`,
      `Convert the array, for example with .astype("${wanted[0]!}")`,
    );
  }
  if (header.fortranOrder && header.shape.length > 1) {
    throw new DatasetError(
      { file },
      "the array is in Fortran order (column by column)",
      "Save it with numpy.ascontiguousarray",
    );
  }
  if (expected.shape !== undefined && !shapeMatches(header.shape, expected.shape)) {
    const wanted = expected.shape.map((axis) => axis ?? "any").join(", ");
    throw new DatasetError(
      { file },
      `the shape is [${header.shape.join(", ")}], expected [${wanted}]`,
      "Write the array with the expected shape",
    );
  }
  const count = header.shape.reduce((product, axis) => product * axis, 1);
  const end = span.end + count * element.bytes;
  if (size < end) throw truncated(end);
  if (size > end) {
    throw new DatasetError(
      { file },
      `the file is too long: its header promises ${end} bytes, but it has ${size}`,
      "Write the file again",
    );
  }

  const { shape } = header;
  if (header.descr === "<f2" || header.descr === "<f8") {
    return { dtype: "float32", shape, data: await readWidened(handle, header.descr, count, span.end) };
  }
  const bytes = new Uint8Array(count * element.bytes);
  await readFully(handle, bytes, span.end);
  switch (element.dtype) {
    case "float32":
      return { dtype: "float32", shape, data: new Float32Array(bytes.buffer) };
    case "int32":
      return { dtype: "int32", shape, data: new Int32Array(bytes.buffer) };
    case "int64":
      return { dtype: "int64", shape, data: new BigInt64Array(bytes.buffer) };
  }
}

/**
 * Reads a little-endian `.npy` file; float16 and float64 become float32.
 *
 * @throws DatasetError if the file is missing, truncated, too long, in Fortran order, or not as expected
 */
export async function readNpy(file: string, expected: NpyExpectation = {}): Promise<NpyArray> {
  const handle = await openFile(file);
  try {
    return await readOpened(file, handle, expected);
  } finally {
    await handle.close();
  }
}

/** The bytes of the elements, at most `CHUNK_BYTES` at a time. */
function* elementChunks(file: string, { data }: NpyArray, isHalf: boolean): Generator<Uint8Array> {
  const perChunk = CHUNK_BYTES / 4;
  for (let first = 0; first < data.length; first += perChunk) {
    const part = data.subarray(first, Math.min(data.length, first + perChunk));
    if (!isHalf || !(part instanceof Float32Array)) {
      yield new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
      continue;
    }
    const halves = Buffer.alloc(part.length * 2);
    for (const [index, value] of part.entries()) {
      const half = floatToHalf(value);
      if (Number.isFinite(value) && (half & 0x7c00) === 0x7c00) {
        throw new DatasetError(
          { file },
          `element ${first + index} is ${value}, float16 ends at 65504`,
          "Scale the values down or write float32",
        );
      }
      halves.writeUInt16LE(half, index * 2);
    }
    yield halves;
  }
}

/**
 * Writes a `.npy` file so that a reader sees the whole file or none.
 *
 * @param options.precision "float16" stores a float32 array in half the space
 * @throws DatasetError if the data is not as long as the shape says, or a value is too large for float16
 */
export async function writeNpy(
  file: string,
  array: NpyArray,
  options: { readonly precision?: "float16" | "float32" } = {},
): Promise<void> {
  const count = array.shape.reduce((product, axis) => product * axis, 1);
  if (count !== array.data.length) {
    throw new DatasetError(
      { file },
      `the shape [${array.shape.join(", ")}] needs ${count} elements, but there are ${array.data.length}`,
      "Pass data and shape that belong together",
    );
  }
  const isHalf = array.dtype === "float32" && options.precision === "float16";
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(temporary, "w");
    try {
      await handle.writeFile(formatNpyHeader(isHalf ? "<f2" : written[array.dtype], array.shape));
      for (const bytes of elementChunks(file, array, isHalf)) await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}
