import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { temporaryFolder } from "../temporaryFolder.js";
import type { RankingMemory } from "./rankAndMeasure.js";

const GIGABYTE = 1e9;

describe("memory of a full ranking", function () {
  const root = process.env["MMKIT_DATA"] ?? join(process.cwd(), "..", "shared", "data");
  const dataset = join(root, "amazon-cf", "sports");
  const temporary = temporaryFolder();

  it("stays below 2 GB for the 35,598 test users and 18,357 items of Sports", async function () {
    if (!existsSync(dataset)) {
      console.log(`      (no ${dataset}; set MMKIT_DATA to test with it)`);
      this.skip();
    }
    const artifacts = join(temporary.path, "lightgcn");
    await writeArtifacts(buildArtifacts(models.get("lightgcn")!), artifacts);
    const script = join(import.meta.dirname, "rankAndMeasure.js");
    const { stdout } = await promisify(execFile)(process.execPath, [script, dataset, artifacts]);
    const { users, recall, peakBytes } = JSON.parse(stdout) as RankingMemory;
    expect(users).to.equal(35598);
    expect(recall).to.be.within(0, 1);
    expect(peakBytes).to.be.below(2 * GIGABYTE);
  });
});
