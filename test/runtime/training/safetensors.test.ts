import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostTensor, type HostTensor } from "../../../runtime/data/hostTensor.js";
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  writeSafetensors,
} from "../../../runtime/training/safetensors.js";
import { SafetensorsError } from "../../../runtime/training/safetensorsFormat.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";

const tensors = new Map<string, HostTensor>([
  ["weights", hostTensor("float32", [2, 3], Float32Array.of(1, -2.5, 3, Infinity, 0, 1e-40))],
  ["ids", hostTensor("int32", [3], Int32Array.of(-1, 0, 2147483647))],
  ["positions", hostTensor("int64", [1], BigInt64Array.of(-(1n << 62n)))],
  ["key", hostTensor("uint64", [], BigUint64Array.of((1n << 64n) - 1n))],
  ["mask", hostTensor("bool", [3], Uint8Array.of(1, 0, 1))],
  ["empty", hostTensor("float32", [0, 4], new Float32Array(0))],
]);

/** A file with the given header and payload. */
function withHeader(header: unknown, payload: number): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(payload)]);
}

function problemOf(bytes: Uint8Array): string {
  try {
    decodeSafetensors("file", bytes);
  } catch (error) {
    expect(error).to.be.instanceOf(SafetensorsError);
    return (error as SafetensorsError).problem;
  }
  return "none";
}

describe("safetensors", () => {
  const temporary = temporaryFolder();

  it("come back from a file as they were written, with their metadata", async () => {
    const file = join(temporary.path, "state.safetensors");
    await writeSafetensors(file, { tensors, metadata: { model: "ksi" } });
    const read = await readSafetensors(file);
    expect([...read.tensors]).to.deep.equal([...tensors]);
    expect(read.metadata["model"]).to.equal("ksi");
    expect(read.metadata["sha256"]).to.match(/^[0-9a-f]{64}$/);
  });

  it("start their payload at a multiple of eight bytes", () => {
    for (const model of ["a", "ab", "abc"]) {
      const bytes = encodeSafetensors({ tensors, metadata: { model } });
      expect(Number(Buffer.from(bytes).readBigUInt64LE(0)) % 8).to.equal(0);
    }
  });

  it("have the layout that other readers know", () => {
    const one = new Map([["x", hostTensor("float32", [1], Float32Array.of(1))]]);
    const bytes = Buffer.from(encodeSafetensors({ tensors: one, metadata: {} }));
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE(0)))) as Record<
      string,
      unknown
    >;
    expect(header["x"]).to.deep.equal({ dtype: "F32", shape: [1], data_offsets: [0, 4] });
    expect([...bytes.subarray(-4)]).to.deep.equal([0, 0, 0x80, 0x3f]);
  });

  it("are read without a hash, as other software writes them", () => {
    const bytes = withHeader({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8] } }, 8);
    expect(decodeSafetensors("file", bytes).tensors.get("x")!.data).to.deep.equal(Float32Array.of(0, 0));
  });

  it("of floats of other widths are read as float32", () => {
    // 1.5 and -2 in each width, little-endian.
    const widths = [
      ["F16", [0x00, 0x3e, 0x00, 0xc0]],
      ["BF16", [0xc0, 0x3f, 0x00, 0xc0]],
      ["F64", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0x00, 0xc0]],
    ] as const;
    for (const [dtype, payload] of widths) {
      const header = { x: { dtype, shape: [2], data_offsets: [0, payload.length] } };
      const bytes = withHeader(header, payload.length);
      bytes.set(payload, bytes.length - payload.length);
      expect(decodeSafetensors("file", bytes).tensors.get("x"), dtype).to.deep.equal(
        hostTensor("float32", [2], Float32Array.of(1.5, -2)),
      );
    }
    expect(problemOf(withHeader({ x: { dtype: "F16", shape: [2], data_offsets: [0, 8] } }, 8))).to.equal(
      'tensor "x" of shape [2] needs 4 bytes, found 8',
    );
  });

  it("are refused when cut short anywhere", () => {
    const bytes = encodeSafetensors({ tensors, metadata: {} });
    expect(problemOf(bytes.subarray(0, 5))).to.include("8 bytes of length, found 5");
    expect(problemOf(bytes.subarray(0, 40))).to.match(/^cut short or no safetensors file/);
    expect(problemOf(bytes.subarray(0, bytes.length - 1))).to.match(
      /its tensors take \d+ bytes, but \d+ follow/,
    );
  });

  it("are refused when a byte of a tensor changed", () => {
    const bytes = Uint8Array.from(encodeSafetensors({ tensors, metadata: {} }));
    bytes[bytes.length - 10]! ^= 1;
    expect(problemOf(bytes)).to.match(/^its tensors were altered/);
  });

  it("are refused when the header is not what it should be", () => {
    expect(problemOf(withHeader("{", 0))).to.match(/^its header is not JSON/);
    expect(problemOf(withHeader([], 0))).to.equal("its header is not a JSON object");
    const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
    expect(problemOf(withHeader({ x: { ...entry, dtype: "F8_E4M3" } }, 8))).to.equal(
      'tensor "x" has the dtype "F8_E4M3", readable are F32, I32, I64, U64, BOOL, F16, BF16, F64',
    );
    expect(problemOf(withHeader({ x: { ...entry, shape: [3] } }, 8))).to.equal(
      'tensor "x" of shape [3] needs 12 bytes, found 8',
    );
    expect(problemOf(withHeader({ x: { ...entry, shape: [-2] } }, 8))).to.equal(
      'tensor "x" has no proper shape and offsets',
    );
    expect(problemOf(withHeader({ x: entry, y: entry }, 8))).to.equal(
      'tensor "y" starts at byte 0 of the payload, expected 8',
    );
    expect(problemOf(withHeader({ x: entry }, 12))).to.equal(
      "its tensors take 8 bytes, but 12 follow the header",
    );
  });

  it("name the file that is missing", async () => {
    const file = join(temporary.path, "absent");
    const error = await rejection(readSafetensors(file), SafetensorsError);
    expect(error.file).to.equal(file);
    expect(error.problem).to.equal("the file is missing");
  });

  it("name the file that is something else", async () => {
    const file = join(temporary.path, "text");
    await writeFile(file, "just some text that is long enough");
    const error = await rejection(readSafetensors(file), SafetensorsError);
    expect(error.file).to.equal(file);
    expect(error.problem).to.match(/^cut short or no safetensors file/);
  });
});
