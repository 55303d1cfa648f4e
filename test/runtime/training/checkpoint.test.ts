import { expect } from "chai";
import { appendFile, readFile, readdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Artifacts } from "../../../runtime/artifacts/artifacts.js";
import { hostTensor, type HostTensor } from "../../../runtime/data/hostTensor.js";
import {
  checkCheckpoint,
  CheckpointError,
  loadCheckpoint,
  saveCheckpoint,
  type Checkpoint,
} from "../../../runtime/training/checkpoint.js";
import { exampleManifest } from "../artifacts/exampleArtifacts.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";

const artifacts: Artifacts = { folder: "artifacts", manifest: exampleManifest(), sha256: "0".repeat(64) };

function matrix(rows: number, columns: number): HostTensor {
  return hostTensor("float32", [rows, columns], new Float32Array(rows * columns).fill(0.5));
}

function example(state: Record<string, HostTensor> = {}, epoch = 3): Checkpoint {
  const all = { user_embedding: matrix(5, 8), "user_embedding.m": matrix(5, 8), ...state };
  return {
    record: {
      model: "example",
      manifestSha256: artifacts.sha256,
      hyperparameters: { dim: 8 },
      datasetChecksum: "abc",
      seed: 999,
      epoch,
      progress: null,
      steps: { main: 12 },
      stopping: { best: { metric: 0.25, epoch: 1 }, withoutImprovement: 1 },
      history: [{ epoch: 0, learningRates: { main: 0.001 }, losses: { main: { total: 0.7 } } }],
    },
    state: new Map(Object.entries(all)),
    buffers: new Map(),
  };
}

describe("a checkpoint", () => {
  const temporary = temporaryFolder();
  const folder = (): string => join(temporary.path, "last");

  it("comes back as it was saved", async () => {
    await saveCheckpoint(folder(), example());
    expect(await loadCheckpoint(folder())).to.deep.equal(example());
    expect(await readdir(temporary.path)).to.deep.equal(["last"]);
  });

  it("is the previous one when saving was interrupted between the renames", async () => {
    await saveCheckpoint(folder(), example({}, 3));
    await rename(folder(), `${folder()}.previous`);
    expect((await loadCheckpoint(folder())).record.epoch).to.equal(3);
  });

  it("is refused when its folder or a file of it is missing", async () => {
    const absent = await rejection(loadCheckpoint(folder()), CheckpointError);
    expect(absent.problem).to.equal("checkpoint.json is missing");
    await saveCheckpoint(folder(), example());
    await rm(join(folder(), "state.safetensors"));
    const stateless = await rejection(loadCheckpoint(folder()), CheckpointError);
    expect(stateless.folder).to.equal(folder());
    expect(stateless.problem).to.equal("state.safetensors is missing");
  });

  it("is refused when its tensors were cut short or belong to another save", async () => {
    await saveCheckpoint(folder(), example());
    await truncate(join(folder(), "state.safetensors"), 300);
    const error = await rejection(loadCheckpoint(folder()), CheckpointError);
    expect(error.problem).to.match(
      /^state.safetensors is not the file that checkpoint.json was written with/,
    );
  });

  it("is refused when its record is no JSON or of another kind", async () => {
    await saveCheckpoint(folder(), example());
    const file = join(folder(), "checkpoint.json");
    const text = await readFile(file, "utf8");
    await appendFile(file, "}");
    expect((await rejection(loadCheckpoint(folder()), CheckpointError)).problem).to.match(
      /^checkpoint.json is not JSON/,
    );
    await writeFile(file, text.replace('"version": 2', '"version": 7'));
    expect((await rejection(loadCheckpoint(folder()), CheckpointError)).problem).to.equal(
      'checkpoint.json must have the format "mmkit-checkpoint" version 2, found "mmkit-checkpoint" version 7',
    );
  });

  it("fits the model it was trained for", () => {
    expect(() => {
      checkCheckpoint("last", example(), artifacts, new Map([["user", 5]]));
    }).not.to.throw();
  });

  it("does not fit another model", () => {
    const other: Artifacts = { ...artifacts, manifest: { ...artifacts.manifest, model: "lightgcn" } };
    expect(() => {
      checkCheckpoint("last", example(), other);
    }).to.throw(
      CheckpointError,
      'last: the checkpoint belongs to model "example", the artifacts in artifacts to "lightgcn". ' +
        "Give the artifacts of the same model.",
    );
  });

  it("lists every tensor that is missing, unknown or of another shape", () => {
    const state = new Map([
      ["user_embedding", matrix(4, 8)],
      ["extra", matrix(1, 1)],
    ]);
    const check = (): void => {
      checkCheckpoint("last", { ...example(), state }, artifacts, new Map([["user", 5]]));
    };
    expect(check).to.throw(CheckpointError, '"extra" is not a parameter or moment of the model');
    expect(check).to.throw(
      CheckpointError,
      '"user_embedding" must be float32 [user=5, dim=8], found float32 [4, 8]',
    );
    expect(check).to.throw(
      CheckpointError,
      '"user_embedding.m" must be float32 [user=5, dim=8], found not there',
    );
  });

  it("does not fit when two of its tensors disagree about an axis", () => {
    expect(() => {
      checkCheckpoint("last", example({ "user_embedding.m": matrix(4, 8) }), artifacts);
    }).to.throw(CheckpointError, '"user_embedding.m" must be float32 [user=5, dim=8], found float32 [4, 8]');
  });
});

describe("a checkpoint that is replaced while it is read", () => {
  const temporary = temporaryFolder();

  it("is read as one of its versions, and never moved", async () => {
    const folder = join(temporary.path, "last");
    await saveCheckpoint(folder, example({}, 0));
    let epoch = 0;
    const writing = (async () => {
      while (epoch < 40) await saveCheckpoint(folder, example({}, ++epoch));
    })();
    let reads = 0;
    let latest = 0;
    while (epoch < 40) {
      const { record } = await loadCheckpoint(folder);
      expect(record.epoch).to.be.at.least(latest);
      latest = record.epoch;
      reads++;
    }
    await writing;
    expect(reads).to.be.above(5);
    expect(await readdir(temporary.path)).to.deep.equal(["last"]);
  });
});
