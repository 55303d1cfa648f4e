import { readFile } from "node:fs/promises";
import { writeFileAtomic } from "../artifacts/atomicWrite.js";
import { sha256Of } from "../artifacts/loadArtifacts.js";
import type { HostArray } from "../data/hostTensor.js";
import {
  elementFormats,
  LENGTH_BYTES,
  parseSafetensors,
  SAFETENSORS_FIX,
  SafetensorsError,
  type Safetensors,
} from "./safetensorsFormat.js";

/** Key of the payload's hash among the metadata. */
const HASH = "sha256";

function bytesOf(data: HostArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * The safetensors format (huggingface/safetensors): the header's length as a 64-bit number, the header as JSON padded
 * with spaces to a multiple of 8 bytes, the tensors one after the other, everything little-endian. The payload's
 * sha256 is added to the metadata under "sha256"; other readers ignore it.
 */
export function encodeSafetensors(contents: Safetensors): Uint8Array {
  const header: Record<string, unknown> = {};
  const payload: Uint8Array[] = [];
  let offset = 0;
  for (const [name, tensor] of contents.tensors) {
    const bytes = bytesOf(tensor.data);
    const end = offset + bytes.length;
    header[name] = {
      dtype: elementFormats[tensor.dtype].code,
      shape: tensor.dims,
      data_offsets: [offset, end],
    };
    payload.push(bytes);
    offset = end;
  }
  const body = Buffer.concat(payload, offset);
  const metadata = { ...contents.metadata, [HASH]: sha256Of(body) };
  const text = Buffer.from(JSON.stringify({ __metadata__: metadata, ...header }));
  const padding = Buffer.alloc((LENGTH_BYTES - (text.length % LENGTH_BYTES)) % LENGTH_BYTES, " ");
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(text.length + padding.length));
  return Buffer.concat([length, text, padding, body]);
}

/**
 * @param file named in errors
 * @throws SafetensorsError if the file is cut short or altered
 */
export function decodeSafetensors(file: string, bytes: Uint8Array): Safetensors {
  const { tensors, metadata, payload } = parseSafetensors(file, bytes);
  const hash = metadata[HASH];
  if (hash !== undefined && hash !== sha256Of(payload)) {
    const problem = "its tensors were altered: their sha256 is not the one written in the header";
    throw new SafetensorsError(file, problem, SAFETENSORS_FIX);
  }
  return { tensors, metadata };
}

/** Writes the file under a temporary name and renames it. */
export async function writeSafetensors(file: string, contents: Safetensors): Promise<void> {
  await writeFileAtomic(file, encodeSafetensors(contents));
}

/** @throws SafetensorsError if the file is missing, cut short or altered */
export async function readSafetensors(file: string): Promise<Safetensors> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "is missing" : (error as Error).message;
    throw new SafetensorsError(file, `the file ${reason}`, "Check the path.");
  }
  return decodeSafetensors(file, bytes);
}
