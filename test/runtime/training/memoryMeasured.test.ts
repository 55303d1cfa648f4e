import { expect } from "chai";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import { Random } from "../../../runtime/data/random.js";
import { writeDataset } from "../../../runtime/data/writeDataset.js";
import type { MemoryPlan } from "../../../runtime/training/memoryPlan.js";
import { temporaryFolder } from "../temporaryFolder.js";

const USERS = 12_000;
const ITEMS = 6000;

/** Two random training items per user, one for validation and one for the test. */
async function writeSparseDataset(folder: string): Promise<void> {
  const random = new Random(3, "memory");
  const split = (rounds: number) => {
    const userIds = Array.from({ length: rounds * USERS }, (_, index) => index % USERS);
    return { userIds, itemIds: userIds.map(() => Math.floor(random.float64() * ITEMS)) };
  };
  await writeDataset(folder, {
    name: "sparse",
    users: USERS,
    items: ITEMS,
    interactions: { train: split(2), valid: split(1), test: split(1) },
  });
}

describe("the estimate of memory", () => {
  const temporary = temporaryFolder();
  const at = (name: string): string => join(temporary.path, name);

  it("is about what a process takes: from 15% below, where garbage is collected late, to a third above", async function () {
    if (process.platform !== "linux") {
      // Only Linux tells a process its own peak.
      this.skip();
    }
    await writeSparseDataset(at("data"));
    await writeArtifacts(buildArtifacts(models.get("lightgcn")!, { layers: 2 }), at("artifacts"));
    const probe = join(import.meta.dirname, "memoryProbe.js");
    const { stdout } = await promisify(execFile)(process.execPath, [
      probe,
      at("artifacts"),
      at("data"),
      at("run"),
    ]);
    const { plan, peak } = JSON.parse(stdout) as { plan: MemoryPlan; peak: number };
    expect(plan.peak! / peak).to.be.within(0.85, 1.33);
    // Most of it is what training needs, not what a process has anyhow.
    expect(plan.parts.inUse).to.be.below(0.6 * peak);
  });
});
