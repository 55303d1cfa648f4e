import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { benchText } from "./benchTable.js";
import { BenchFileError, compareWith, comparisonText, readBenchFile } from "./comparison.js";
import { writeGenerated } from "./data/writeGenerated.js";
import { inChild, MeasurementError } from "./inChild.js";
import { measuredModel, UnknownModelError } from "./measuredModels.js";
import { measureModel } from "./measureModel.js";
import { timesOf, type Measurement } from "./measurement.js";
import { floorSeconds } from "./work.js";

async function thrownBy(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("npm run bench", function () {
  this.timeout(300_000);
  let folder: string;
  let measured: Measurement;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmkit-bench-test-"));
    const spec = { users: 300, items: 100, pairs: 1200, heldOutUsers: 50, seed: 1, features: {} };
    await writeGenerated(join(folder, "small"), "small", spec);
    const settings = { threads: 1, epochs: 2, seconds: 0, set: ["layers=2"] };
    measured = await measureModel(measuredModel("lightgcn"), join(folder, "small"), {
      ...settings,
      folders: { shared: folder, cache: join(folder, "cache") },
    });
  });

  after(() => rm(folder, { recursive: true }));

  it("measures a model in processes of its own, next to floors of the same minute", () => {
    const { epoch, ranking, floors, peakBytes, sizes } = measured;
    expect(epoch.count).to.equal(2);
    expect(measured.rankedUsers).to.equal(50);
    expect(measured.steps).to.deep.equal({ main: 1 });
    expect(measured.parameters).to.equal(400 * 64);
    expect(sizes).to.include({ user: 300, item: 100, interactions_entry: 1200 });
    expect(floors.bandwidth).to.be.within(1e9, 1e13);
    expect(floors.gemm).to.be.within(1e9, 1e14);
    expect(peakBytes).to.be.within(100e6, 1e9);
    // Two layers forth and back over 1200 entries in both directions, 64 numbers each.
    expect(epoch.work!.flops).to.be.above(2 * 2 * 2 * 2 * 1200 * 64);
    expect(ranking.work!.flops).to.be.above(2 * 50 * 100 * 64);
    expect(epoch.floor!).to.be.within(1e-6, epoch.least.clock);
    expect(ranking.floor!).to.be.within(1e-8, ranking.least.clock);
  });

  it("prints a table, and what could not be measured", () => {
    const text = benchText(
      [measured],
      [{ model: "kgat", data: "baby", error: "DatasetError", message: "there is no knowledge graph" }],
    );
    expect(text).to.match(/^\| model +\| data +\| compile/);
    expect(text).to.match(/\| lightgcn \|/);
    expect(text).to.contain("not measured: kgat on baby: there is no knowledge graph");
  });

  it("compares with an earlier file by ratio, models with equal settings only", () => {
    const faster = { ...measured.epoch, least: { clock: measured.epoch.least.clock / 2, processor: 1 } };
    const later = { ...measured, epoch: faster, peakBytes: measured.peakBytes * 3 };
    const [ratios] = compareWith([measured], [later]);
    expect(ratios).to.include({ model: "lightgcn", compile: 1, peak: 3 });
    expect(ratios!.epoch).to.be.closeTo(0.5, 1e-9);
    expect(ratios!.epochOverFloor).to.be.closeTo(0.5, 1e-9);
    expect(compareWith([measured], [{ ...later, set: ["layers=3"] }])).to.be.empty;
    expect(comparisonText("earlier.json", [])).to.contain("none of these models");
    expect(comparisonText("earlier.json", [ratios!])).to.match(/lightgcn .*\| 0\.50 /);
  });

  it("refuses files that it did not write", async () => {
    const wrong = join(folder, "wrong.json");
    await writeFile(wrong, '{"format":"other"}');
    const error = await thrownBy(() => readBenchFile(wrong));
    expect(error).to.be.instanceOf(BenchFileError).with.property("file", wrong);
    expect((error as Error).message).to.contain('its format is not "mmkit-bench"');
    expect(await thrownBy(() => readBenchFile(join(folder, "nowhere.json")))).to.be.instanceOf(
      BenchFileError,
    );
  });

  it("names a job's error and its class, and a job that there is not", async () => {
    const argument = {
      model: "lightgcn",
      set: ["layrs=1"],
      data: join(folder, "small"),
      artifacts: folder,
      threads: 1,
    };
    const error = await thrownBy(() => inChild("compilation", argument));
    expect(error).to.be.instanceOf(MeasurementError).with.property("kind", "UsageError");
    expect((error as Error).message).to.contain("layrs");
    expect(await thrownBy(() => inChild("nothing", {}))).to.be.instanceOf(MeasurementError);
  });

  it("gives every model batches of 2048 and 64 dimensions unless they are set", () => {
    expect(measuredModel("ksi")).to.deep.equal({
      name: "ksi",
      readsFeatures: true,
      set: ["batchSize=2048", "dim=64"],
    });
    expect(measuredModel("lightgcn", ["dim"])).to.deep.include({
      readsFeatures: false,
      set: ["batchSize=2048"],
    });
    expect(() => measuredModel("lihtgcn")).to.throw(UnknownModelError, "lightgcn");
  });

  it("takes the larger of both floors, and the least and the median of several times", () => {
    const floors = { bandwidth: 100, gemm: 1000 };
    expect(floorSeconds({ bytes: 500, flops: 1000 }, floors)).to.equal(5);
    expect(floorSeconds({ bytes: 5, flops: 3000 }, floors)).to.equal(3);
    const seconds = [3, 1, 2, 9].map((clock) => ({ clock, processor: 10 - clock }));
    const times = timesOf(seconds, null, null);
    expect(times.least).to.deep.equal({ clock: 1, processor: 1 });
    expect(times.median.clock).to.equal(2);
  });
});
