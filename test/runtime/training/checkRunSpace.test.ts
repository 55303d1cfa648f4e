import { expect } from "chai";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DiskCalls } from "../../../runtime/environment/folderSpace.js";
import {
  checkpointBytes,
  checkRunSpace,
  checkWritable,
  userMetricsBytes,
} from "../../../runtime/training/checkRunSpace.js";
import { RunFolder, RunFolderError } from "../../../runtime/training/runFolder.js";
import { train } from "../../../runtime/training/trainer.js";
import { exampleManifest } from "../artifacts/exampleArtifacts.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";

function refusing(code: string): DiskCalls {
  const error = Object.assign(new Error(`${code}: refused`), { code });
  return { write: () => Promise.reject(error), free: () => Promise.resolve(1e12) };
}

function withFree(bytes: number): DiskCalls {
  return { write: () => Promise.resolve(), free: () => Promise.resolve(bytes) };
}

describe("the disk of a run", () => {
  const temporary = temporaryFolder();
  const bytes = { checkpoint: 100e6, userMetrics: 0 };
  const at = (...path: string[]): string => join(temporary.path, ...path);

  it("may be a folder that is yet to be made, and nothing is left behind by trying", async () => {
    await checkRunSpace(at("a", "b"), { checkpoint: 1000, userMetrics: 10 });
    expect(await readdir(temporary.path)).to.deep.equal([]);
  });

  it("is tried by a file that does not keep the next process from starting a run there", async () => {
    const killed: DiskCalls = { ...withFree(1e12), write: (file) => writeFile(file, "") };
    await mkdir(at("run"));
    await checkWritable(at("run"), killed);
    expect(await readdir(at("run"))).to.have.length(1);
    const folder = new RunFolder(at("run"));
    await folder.checkFree(false);
    await folder.removeAbandoned();
    expect(await readdir(at("run"))).to.deep.equal([]);
  });

  it("is refused below a file", async () => {
    await writeFile(at("file"), "");
    const error = await rejection(checkWritable(at("file", "run")), RunFolderError);
    expect(error.folder).to.equal(at("file", "run"));
    expect(error.problem).to.equal("nothing can be written here: a part of the path is a file, not a folder");
  });

  it("is refused where it is read-only, full or forbidden", async () => {
    for (const [code, reason] of [
      ["EROFS", "the file system is read-only"],
      ["ENOSPC", "the disk is full"],
      ["EACCES", "permission is denied"],
    ] as const) {
      const error = await rejection(checkWritable(at("run"), refusing(code)), RunFolderError);
      expect(error.problem).to.equal(`nothing can be written here: ${reason}`);
      expect(error.fix).to.equal("Choose another folder.");
    }
  });

  it("needs room for the last checkpoint, the best and the one being written", async () => {
    await checkRunSpace(at("run"), bytes, withFree(306e6));
    const error = await rejection(checkRunSpace(at("run"), bytes, withFree(304e6)), RunFolderError);
    expect(error.problem).to.equal(
      "the run needs about 305 MB on the disk (up to 3 checkpoints of 100 MB), but 304 MB are free",
    );
  });

  it("needs less where checkpoints are there already", async () => {
    for (const name of ["last", "best"]) await mkdir(at("run", "checkpoints", name), { recursive: true });
    await checkRunSpace(at("run"), bytes, withFree(106e6));
    await rejection(checkRunSpace(at("run"), bytes, withFree(104e6)), RunFolderError);
  });

  it("counts parameters, moments and kept buffers of a checkpoint", () => {
    const sizes = new Map([
      ["user", 1000],
      ["dim", 8],
    ]);
    // A table of [user, dim] and one moment of it.
    expect(checkpointBytes(exampleManifest(), { sizes, keptBufferBytes: 300 })).to.equal(2 * 4 * 8000 + 300);
  });

  it("counts the metrics of the users that are evaluated, which are written at the end", async () => {
    const dataset = {
      ...{ name: "shop", checksum: "a", users: 1_000_000, items: 9, itemsWithoutTraining: 0, notes: [] },
      counts: { train: 9e6, valid: 0, test: 700_000 },
    };
    // Ids, AUC and six metrics at four cutoffs.
    const userMetrics = userMetricsBytes({ dataset }, 4);
    expect(userMetrics).to.equal(700_000 * 26 * 4);
    await checkRunSpace(at("run"), { checkpoint: 0, userMetrics }, withFree(78e6));
    await rejection(checkRunSpace(at("run"), { checkpoint: 0, userMetrics }, withFree(77e6)), RunFolderError);
  });

  it("stops a run before anything is loaded", async () => {
    await writeFile(at("file"), "");
    const options = { artifacts: at("none"), dataset: at("none"), run: at("file", "run") };
    const opened = () => Promise.reject(new Error("the engine was opened"));
    const error = await rejection(train(options, opened), RunFolderError);
    expect(error.problem).to.include("a part of the path is a file");
  });
});
