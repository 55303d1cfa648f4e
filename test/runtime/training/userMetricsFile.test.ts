import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { hostTensor } from "../../../runtime/data/hostTensor.js";
import { writeSafetensors } from "../../../runtime/training/safetensors.js";
import { SafetensorsError } from "../../../runtime/training/safetensorsFormat.js";
import { readUserMetrics, writeUserMetrics } from "../../../runtime/training/userMetricsFile.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";

describe("the metrics of every user on disk", () => {
  const temporary = temporaryFolder();
  const file = (): string => join(temporary.path, "users", "test.safetensors");

  it("are read back as float32, by metric and user", async () => {
    await writeUserMetrics(file(), {
      userIds: Int32Array.of(3, 7, 8),
      values: new Map([
        ["Recall@20", Float64Array.of(0, 1 / 3, 1)],
        ["AUC", Float64Array.of(0.5, 0.25, 1)],
      ]),
    });
    const { userIds, values } = await readUserMetrics(file());
    expect([...userIds]).to.deep.equal([3, 7, 8]);
    expect([...values.keys()]).to.deep.equal(["Recall@20", "AUC"]);
    expect([...values.get("Recall@20")!]).to.deep.equal([0, Math.fround(1 / 3), 1]);
    expect([...values.get("AUC")!]).to.deep.equal([0.5, 0.25, 1]);
  });

  it("may be of no user", async () => {
    await writeUserMetrics(file(), {
      userIds: Int32Array.of(),
      values: new Map([["AUC", new Float64Array()]]),
    });
    expect((await readUserMetrics(file())).values.get("AUC")).to.have.length(0);
  });

  it("are refused when the file is missing, altered or something else", async () => {
    const missing = await rejection(readUserMetrics(file()), SafetensorsError);
    expect(missing.problem).to.equal("the file is missing");

    await writeUserMetrics(file(), {
      userIds: Int32Array.of(1),
      values: new Map([["AUC", Float64Array.of(1)]]),
    });
    const bytes = await readFile(file());
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(file(), bytes);
    expect((await rejection(readUserMetrics(file()), SafetensorsError)).problem).to.contain("were altered");

    const ids = hostTensor("int32", [1], Int32Array.of(1));
    const values = hostTensor("float32", [1, 1], Float32Array.of(1));
    const kind = "mmkit user metrics";
    const others = [
      { tensors: new Map([["user_ids", ids]]), metadata: { kind, metrics: "[]" } },
      {
        tensors: new Map([
          ["user_ids", ids],
          ["values", values],
        ] as const),
        metadata: { metrics: '["AUC"]' },
      },
      {
        tensors: new Map([
          ["user_ids", ids],
          ["values", values],
        ] as const),
        metadata: { kind, metrics: "[" },
      },
    ];
    for (const contents of others) {
      await writeSafetensors(file(), contents);
      const error = await rejection(readUserMetrics(file()), SafetensorsError);
      expect(error.problem).to.equal("this file does not hold metrics of users");
    }
  });
});
