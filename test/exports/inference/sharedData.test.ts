import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { exportInference } from "../../../exports/inference.js";
import { models } from "../../../graphs/registry.js";
import { train } from "../../../runtime/training/trainer.js";

describe("LightGCN trained on lastfm-mini", function () {
  this.timeout(120_000);
  const dataset = join(
    process.env["MMKIT_DATA"] ?? join(process.cwd(), "..", "shared", "data"),
    "lastfm-mini",
  );
  let folder = "";
  before(async function () {
    if (!existsSync(dataset)) {
      console.log(`      (no ${dataset}; set MMKIT_DATA to test with it)`);
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("loses less than 1% of Recall@20 as float16 and as int8, about a half and a third of the size", async () => {
    const settings = { batchSize: 1024, learningRate: 0.01, dim: 32 };
    await writeArtifacts(buildArtifacts(models.get("lightgcn")!, settings), join(folder, "artifacts"));
    const run = join(folder, "run");
    await train({ artifacts: join(folder, "artifacts"), dataset, run, epochs: 12, threads: 1 });
    const { precisions } = await exportInference({
      run,
      out: join(folder, "export"),
      quantize: ["float16", "int8"],
      threads: 1,
    });
    const exact = precisions.float32.measured!.metrics["Recall@20"]!;
    expect(exact).to.be.above(0.25);
    for (const [entry, share] of [
      [precisions.float16!, 0.56],
      [precisions.int8!, 0.36],
    ] as const) {
      expect(entry.measured!.metrics["Recall@20"]).to.be.above(0.99 * exact);
      expect(entry.bytes / precisions.float32.bytes).to.be.below(share);
    }
  });
});
