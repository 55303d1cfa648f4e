import { join } from "node:path";
import protobuf from "protobufjs";
import { writeFileAtomic } from "../../runtime/artifacts/atomicWrite.js";
import type { MetricsLine } from "../../runtime/training/metricsLine.js";
import { RunFolderError } from "../../runtime/training/runFolder.js";
import { readRunRecord } from "./runRecord.js";

/** Castagnoli's polynomial, its bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** CRC-32C (RFC 3720, appendix B.4), as an unsigned integer. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
  }
  return ~crc >>> 0;
}

/** TensorFlow's checksum of a record's part: rotated and shifted, as a CRC of data that holds CRCs is weak. */
function maskedCrc(bytes: Uint8Array): Buffer {
  const crc = crc32c(bytes);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return masked;
}

/** A TFRecord: length, its checksum, the bytes, their checksum (tensorflow/core/lib/io/record_writer.cc). */
function record(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, maskedCrc(length), bytes, maskedCrc(bytes)]);
}

/** Tag of a field: its number and how it is encoded (0 varint, 1 eight bytes, 2 with its length, 5 four bytes). */
const field = (number: number, wire: 0 | 1 | 2 | 5): number => (number << 3) | wire;

/** `tensorflow.Event` with wall_time (1), step (2) and a summary (5) of values (1), each a tag (1) and a float (2). */
function scalarsEvent({ epoch, time, ...scalars }: MetricsLine): Uint8Array {
  const event = protobuf.Writer.create();
  event.uint32(field(1, 1)).double(time ?? 0);
  event.uint32(field(2, 0)).int64(epoch);
  event.uint32(field(5, 2)).fork();
  for (const [tag, value] of Object.entries(scalars)) {
    event.uint32(field(1, 2)).fork();
    event.uint32(field(1, 2)).string(tag).uint32(field(2, 5)).float(value);
    event.ldelim();
  }
  return event.ldelim().finish();
}

/** An event file of TensorBoard: a record that names the format, then one per epoch with all its numbers. */
export function eventFile(lines: readonly MetricsLine[]): Uint8Array {
  const start = lines[0]?.["time"] ?? 0;
  const version = protobuf.Writer.create()
    .uint32(field(1, 1))
    .double(start)
    .uint32(field(3, 2))
    .string("brain.Event:2");
  return Buffer.concat([record(version.finish()), ...lines.map((line) => record(scalarsEvent(line)))]);
}

/**
 * Writes what metrics.jsonl holds for TensorBoard; the step is the epoch from 0. The same run writes the same file.
 *
 * @param folder made if it is missing
 * @returns the file
 * @throws RunFolderError if there is no run, or none of its epochs is complete
 */
export async function writeTensorBoardEvents(run: string, folder: string): Promise<string> {
  const { lines } = await readRunRecord(run);
  const [first] = lines;
  if (first === undefined) {
    throw new RunFolderError(run, "no epoch is complete yet", "Write the events when one is.");
  }
  const file = join(folder, `events.out.tfevents.${Math.floor(first["time"] ?? 0)}.mmkit`);
  await writeFileAtomic(file, eventFile(lines));
  return file;
}
