import type { ArtifactDType } from "../artifacts/manifest.js";
import { halfToFloat } from "../data/halfFloat.js";
import { hostTensor, type HostArray, type HostTensor } from "../data/hostTensor.js";

/** Tensors and texts of a safetensors file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A safetensors file that is cut short, altered or of a kind this runtime does not read. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";

  constructor(
    readonly file: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${file}: ${problem}. ${fix}`);
  }
}

export const LENGTH_BYTES = 8;

/** The format's names of the elements, and their sizes. */
export const elementFormats = {
  float32: { code: "F32", bytes: 4 },
  int32: { code: "I32", bytes: 4 },
  int64: { code: "I64", bytes: 8 },
  uint64: { code: "U64", bytes: 8 },
  bool: { code: "BOOL", bytes: 1 },
} satisfies Record<ArtifactDType, { code: string; bytes: number }>;

/** Floats of other widths, read as float32; they are never written. */
const widened: Readonly<
  Record<string, { readonly bytes: number; at(view: DataView, offset: number): number }>
> = {
  F16: { bytes: 2, at: (view, offset) => halfToFloat(view.getUint16(offset, true)) },
  BF16: { bytes: 2, at: bfloat16At },
  F64: { bytes: 8, at: (view, offset) => view.getFloat64(offset, true) },
};

/** A bfloat16 is the upper half of a float32. */
function bfloat16At(view: DataView, offset: number): number {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setUint16(0, view.getUint16(offset, true));
  return bits.getFloat32(0);
}

/** A copy, so that the array is aligned and owns its memory; `slice` of a Buffer would not copy. */
function arrayFrom({ code, dtype }: HeaderEntry, bytes: Uint8Array): HostArray {
  const wide = widened[code];
  if (wide !== undefined) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Float32Array.from({ length: bytes.length / wide.bytes }, (_, index) =>
      wide.at(view, index * wide.bytes),
    );
  }
  const { buffer } = new Uint8Array(bytes);
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer);
    case "int32":
      return new Int32Array(buffer);
    case "int64":
      return new BigInt64Array(buffer);
    case "uint64":
      return new BigUint64Array(buffer);
    case "bool":
      return new Uint8Array(buffer);
  }
}

interface HeaderEntry {
  readonly name: string;
  /** The format's own name of the elements, such as F16. */
  readonly code: string;
  /** What they become. */
  readonly dtype: ArtifactDType;
  readonly dims: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Problem of a header entry, or the entry. */
function parseEntry(name: string, value: unknown): HeaderEntry | string {
  const { dtype: code, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const found =
    typeof code === "string" && Object.hasOwn(widened, code)
      ? (["float32", widened[code]!] as const)
      : Object.entries(elementFormats).find(([, format]) => format.code === code);
  if (found === undefined) {
    const known = [...Object.values(elementFormats).map((format) => format.code), ...Object.keys(widened)];
    return `tensor "${name}" has the dtype ${JSON.stringify(code)}, readable are ${known.join(", ")}`;
  }
  const counts = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((entry) => Number.isSafeInteger(entry) && (entry as number) >= 0);
  if (!counts(shape) || !counts(offsets) || offsets.length !== 2) {
    return `tensor "${name}" has no proper shape and offsets`;
  }
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce((product, dim) => product * dim, found[1].bytes);
  if (end - begin !== size) {
    return `tensor "${name}" of shape [${shape.join(", ")}] needs ${size} bytes, found ${end - begin}`;
  }
  return { name, code: code as string, dtype: found[0] as ArtifactDType, dims: shape, begin, end };
}

/** A file that was read, with the bytes that its tensors were made of. */
export interface ParsedSafetensors extends Safetensors {
  readonly payload: Uint8Array;
}

/** What to do about a bad file. */
export const SAFETENSORS_FIX = "Use an intact copy of the file, or write it again.";

/**
 * Reads the contents of a file; whether they were altered, its reader checks.
 *
 * @param file named in errors
 * @throws SafetensorsError
 */
export function parseSafetensors(file: string, bytes: Uint8Array): ParsedSafetensors {
  const fail = (problem: string): SafetensorsError => new SafetensorsError(file, problem, SAFETENSORS_FIX);
  if (bytes.length < LENGTH_BYTES) {
    throw fail(
      `cut short: a safetensors file starts with ${LENGTH_BYTES} bytes of length, found ${bytes.length}`,
    );
  }
  const declared = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (declared > BigInt(bytes.length - LENGTH_BYTES)) {
    throw fail(`cut short or no safetensors file: its header should have ${declared.toString()} bytes`);
  }
  const start = LENGTH_BYTES + Number(declared);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, start)));
  } catch (error) {
    throw fail(`its header is not JSON (${(error as Error).message})`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw fail("its header is not a JSON object");
  }
  const { __metadata__: metadata = {}, ...rest } = header as Record<string, unknown>;
  const payload = bytes.subarray(start);
  const entries = Object.entries(rest).map(([name, value]) => {
    const entry = parseEntry(name, value);
    if (typeof entry === "string") throw fail(entry);
    return entry;
  });
  let expected = 0;
  for (const entry of [...entries].sort((left, right) => left.begin - right.begin || left.end - right.end)) {
    if (entry.begin !== expected) {
      throw fail(`tensor "${entry.name}" starts at byte ${entry.begin} of the payload, expected ${expected}`);
    }
    expected = entry.end;
  }
  if (expected !== payload.length) {
    throw fail(`its tensors take ${expected} bytes, but ${payload.length} follow the header`);
  }
  const tensors = new Map<string, HostTensor>();
  for (const entry of entries) {
    const { name, dtype, dims, begin, end } = entry;
    tensors.set(name, hostTensor(dtype, dims, arrayFrom(entry, payload.subarray(begin, end))));
  }
  return { tensors, metadata: metadata as Record<string, string>, payload };
}
