import { expect } from "chai";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCheckpoint } from "../../../runtime/training/checkpoint.js";
import { parseMetricsLine } from "../../../runtime/training/metricsLine.js";
import { program, startProgram } from "../../cli/program.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";

const dataset = join(process.env["MMKIT_DATA"] ?? join(process.cwd(), "..", "shared", "data"), "lastfm-mini");

/** Small enough for seconds; two refreshed graphs, one of which builds on what it held, and pruning of both kinds. */
const settings = { dim: 8, layers: 1, batchSize: 2048, learningRate: 0.01, neighbours: 5 };
const switches = { modalities: "text", accumulate: "ema", interactionsDropped: 0.2, kgDropped: 0.2 };
const set = Object.entries({ ...settings, ...switches }).flatMap(([name, value]) => [
  "--set",
  `${name}=${value}`,
]);

describe("SLIF-MR on lastfm-mini", () => {
  const temporary = temporaryFolder();
  const words = (run: string): string[] => [
    ...["train", "slifmr", "--data", dataset, "--out", run, "--epochs", "4", "--threads", "1"],
    ...set,
  ];

  async function epochs(run: string): Promise<Record<string, number>[]> {
    const text = await readFile(join(temporary.path, run, "metrics.jsonl"), "utf8").catch(() => "");
    return text.split("\n").flatMap((line) => {
      const metrics = parseMetricsLine(line);
      return metrics === null ? [] : [metrics];
    });
  }

  it("rebuilds the feedback graph every epoch, and a run that was killed goes on to the same bytes", async function () {
    if (!existsSync(dataset)) {
      console.log(`      (no ${dataset}; set MMKIT_DATA to test with it)`);
      this.skip();
    }
    const straight = await program(temporary.path, ...words("straight"));
    expect(straight.code, straight.stderr).to.equal(0);
    const course = await epochs("straight");
    const edges = course.map((line) => line["loss/main/accumulated_correlation_edges"]!);
    expect(edges[0]).to.equal(0);
    expect(edges[1]).to.be.within(500, 5 * 500);
    expect(edges[2]).to.be.above(edges[1]!);
    // The first that S and the knowledge graph take is that of A.
    expect(edges[1]).to.equal(course[1]!["loss/main/correlation_edges"]);
    for (const line of course) {
      const terms = ["bpr", "inter", "intra", "l2"].map((name) => line[`loss/main/${name}`]!);
      // What is only reported is not minimised.
      expect(line["loss/main/total"]).to.be.closeTo(
        terms.reduce((sum, term) => sum + term),
        1e-5,
      );
    }
    for (const line of course) expect(line["loss/main/weight_knowledge"]).to.be.within(0.2, 0.5);
    expect(course[3]!["loss/main/bpr"]).to.be.below(course[0]!["loss/main/bpr"]!);

    const { child, ended } = startProgram(temporary.path, ...words("killed"));
    while ((await epochs("killed")).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    await ended;
    expect((await epochs("killed")).length).to.be.below(4);
    const resumed = await program(temporary.path, ...words("killed"), "--resume");
    expect(resumed.code, resumed.stderr).to.equal(0);
    const last = (run: string) => loadCheckpoint(join(temporary.path, run, "checkpoints", "last"));
    expect(await last("killed")).to.deep.equal(await last("straight"));
  });
});
