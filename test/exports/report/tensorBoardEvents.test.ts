import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import protobuf from "protobufjs";
import { crc32c, eventFile, writeTensorBoardEvents } from "../../../exports/report/tensorBoardEvents.js";
import { RunFolderError } from "../../../runtime/training/runFolder.js";
import { rejection } from "../../runtime/rejection.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";

/** The parts of tensorflow/core/util/event.proto and framework/summary.proto that hold scalars. */
const { root } = protobuf.parse(
  `syntax = "proto3";
message Summary { message Value { string tag = 1; float simple_value = 2; } repeated Value value = 1; }
message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }`,
  { keepCase: true },
);
const Event = root.lookupType("Event");

/** Splits an event file into records, with the checksums that stand beside length and data. */
function recordsOf(bytes: Uint8Array) {
  const buffer = Buffer.from(bytes);
  const records = [];
  for (let at = 0; at < buffer.length;) {
    const length = Number(buffer.readBigUInt64LE(at));
    const data = buffer.subarray(at + 12, at + 12 + length);
    records.push({
      event: Event.toObject(Event.decode(data), { longs: Number }),
      lengthBytes: buffer.subarray(at, at + 8),
      lengthCrc: buffer.readUInt32LE(at + 8),
      data,
      dataCrc: buffer.readUInt32LE(at + 12 + length),
    });
    at += 16 + length;
  }
  return records;
}

/** The inverse of the mask. */
function unmasked(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated << 15) | (rotated >>> 17)) >>> 0;
}

describe("an event file of TensorBoard", () => {
  const temporary = temporaryFolder();
  const lines = [
    { epoch: 0, time: 1000.5, "loss/main/total": 0.5, "valid/Recall@20": 0.25 },
    { epoch: 1, time: 1001.5, "loss/main/total": 0.125 },
  ];

  it("uses the CRC-32C of RFC 3720", () => {
    expect(crc32c(Buffer.from("123456789"))).to.equal(0xe3069283);
    expect(crc32c(new Uint8Array(32))).to.equal(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).to.equal(0x62a8ab43);
  });

  it("names its format, then holds an event per epoch with every number", () => {
    const records = recordsOf(eventFile(lines));
    expect(records.map(({ event }) => event)).to.deep.equal(
      [
        { wall_time: 1000.5, file_version: "brain.Event:2" },
        {
          // Step 0 is the default of the format.
          wall_time: 1000.5,
          summary: {
            value: [
              { tag: "loss/main/total", simple_value: 0.5 },
              { tag: "valid/Recall@20", simple_value: 0.25 },
            ],
          },
        },
        { wall_time: 1001.5, step: 1, summary: { value: [{ tag: "loss/main/total", simple_value: 0.125 }] } },
      ].map((event) => JSON.parse(JSON.stringify(event)) as unknown),
    );
  });

  it("has the checksums of every length and every record", () => {
    for (const { lengthBytes, lengthCrc, data, dataCrc } of recordsOf(eventFile(lines))) {
      expect(unmasked(lengthCrc)).to.equal(crc32c(lengthBytes));
      expect(unmasked(dataCrc)).to.equal(crc32c(data));
    }
  });

  it("is written for a run under a name that TensorBoard finds, and replaced when written again", async () => {
    const run = join(temporary.path, "run");
    await mkdir(run);
    await writeFile(join(run, "config.json"), "{}");
    const none = await rejection(writeTensorBoardEvents(run, temporary.path), RunFolderError);
    expect(none.problem).to.equal("no epoch is complete yet");
    await writeFile(join(run, "metrics.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const folder = join(temporary.path, "events");
    const file = await writeTensorBoardEvents(run, folder);
    expect(file).to.equal(join(folder, "events.out.tfevents.1000.mmkit"));
    expect(await writeTensorBoardEvents(run, folder)).to.equal(file);
    expect(recordsOf(await readFile(file))).to.have.length(3);
  });
});
