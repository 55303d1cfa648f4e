import { expect } from "chai";
import { join } from "node:path";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { models } from "../../../graphs/registry.js";
import type { Device } from "../../../runtime/artifacts/device.js";
import type { Artifacts } from "../../../runtime/artifacts/artifacts.js";
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { fitTiles } from "../../../runtime/training/fitTile.js";
import { MemoryError } from "../../../runtime/training/memoryError.js";
import { planMemory, type MemoryNeeds, type MemoryPlan } from "../../../runtime/training/memoryPlan.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";

/** Parameters of 64 values for 200,000 users and items, with Adam: 153.6 MB of state. */
const sizes = new Map([
  ["user", 150_000],
  ["item", 50_000],
  ["dim", 64],
]);
const STATE = 200_000 * 64 * 4 * 3;

describe("the plan of memory", () => {
  const temporary = temporaryFolder();

  async function artifactsOf(model: string, settings: Record<string, unknown> = {}): Promise<Artifacts> {
    const folder = join(temporary.path, model);
    await writeArtifacts(buildArtifacts(models.get(model)!, settings), folder);
    return loadArtifacts(folder);
  }

  async function plan(changes: Partial<MemoryNeeds> = {}): Promise<MemoryPlan> {
    return planMemory({
      artifacts: changes.artifacts ?? (await artifactsOf("mf")),
      device: "cpu",
      sizes,
      buffers: new Map(),
      pairs: 1_000_000,
      stepsPerEpoch: new Map([["main", 100]]),
      stepsPerRun: 32,
      trains: true,
      limit: null,
      limitedBy: "--memory",
      inUse: 200e6,
      ...changes,
    });
  }

  it("changes nothing where there is no limit, and adds up what is needed", async () => {
    const { peak, parts, stepsPerRun, tileScores } = await plan();
    expect(stepsPerRun).to.equal(32);
    expect(tileScores).to.equal(null);
    expect(peak).to.equal(parts.inUse + parts.state + parts.values + parts.evaluation);
    // Scan holds three copies of the state, JavaScript four and some garbage.
    expect(parts.state).to.be.within(7 * STATE, 8 * STATE);
  });

  it("takes fewer steps per run where that lets training fit", async () => {
    const { peak } = await plan();
    const fitting = await plan({ limit: peak! - STATE });
    expect(fitting.stepsPerRun).to.be.within(1, 2);
    expect(fitting.peak!).to.be.at.most(peak! - STATE);
    expect(fitting.tileScores).to.equal(null);
  });

  it("then ranks in smaller tiles", async () => {
    const one = await plan({ stepsPerRun: 1 });
    const fitting = await plan({ limit: one.peak! - 20e6 });
    expect(fitting.stepsPerRun).to.equal(1);
    expect(fitting.tileScores! % 50_000).to.equal(0);
    expect(fitting.tileScores).to.be.within(50_000, 7_950_000);
    expect(fitting.peak!).to.be.at.most(one.peak! - 20e6);
  });

  it("refuses what cannot fit, with the largest values, their lines, and the reason", async () => {
    const error = await rejection(plan({ limit: 1e9 }), MemoryError);
    expect(error.needed).to.be.above(1e9);
    expect(error.graph).to.equal("epoch_model");
    expect(error.message).to.match(/1\.00 GB may be used \(--memory\)/);
    expect(error.largest[0]!.type).to.equal("float32 [user, dim=64]");
    expect(error.message).to.match(/float32 \[user, dim=64\], declared at graphs\/mf\/model\.ts:\d+/);
    expect(error.fix).to.match(/^No batch size would fit/);
  });

  it("says which batch size would fit", async () => {
    const artifacts = await artifactsOf("mf", { batchSize: 1_000_000 });
    const error = await rejection(plan({ artifacts, limit: 2e9 }), MemoryError);
    const batch = Number(/batch size of (\d+) instead of 1000000 would fit/.exec(error.fix)![1]);
    const smaller = await artifactsOf("mf", { batchSize: batch });
    expect((await plan({ artifacts: smaller, limit: 2e9 })).peak!).to.be.at.most(2e9);
    const larger = await artifactsOf("mf", { batchSize: batch + 1 });
    await rejection(plan({ artifacts: larger, limit: 2e9 }), MemoryError);
  });

  it("takes no block for steps of more than 128 MiB, closes the session of more than 512 MiB, never asks less for a larger batch", async () => {
    const estimates: number[] = [];
    const kinds = new Set<string>();
    for (const batchSize of [12_000, 60_000, 120_000, 500_000, 900_000]) {
      const { parts, stepMemory } = await plan({ artifacts: await artifactsOf("mf", { batchSize }) });
      estimates.push(parts.values);
      kinds.add(stepMemory.get("main")!);
    }
    expect([...kinds]).to.deep.equal(["planned", "kept", "reopened"]);
    expect(estimates).to.deep.equal([...estimates].sort((a, b) => a - b));
  });

  it("gives the memory of a phase with one step per epoch back", async () => {
    const { parts } = await plan();
    const once = await plan({ stepsPerEpoch: new Map([["main", 1]]) });
    expect(once.stepMemory).to.deep.equal(new Map([["main", "returned"]]));
    expect(once.parts.values).to.be.below(parts.values);
  });

  it("asks only for what ranking needs where nothing is trained", async () => {
    const { parts } = await plan({ trains: false, limit: 1e9 });
    expect(parts.state + parts.values).to.be.below(50e6);
  });

  it("counts on a card what is on the card", async () => {
    const device: Device = "cuda:1";
    const { parts } = await plan({ device, inUse: 9e12 });
    expect(parts.inUse).to.be.below(1e9);
    expect(parts.state).to.equal(4 * STATE);
  });

  it("says nothing where a graph depends on sizes that nobody knows", async () => {
    const { peak, stepsPerRun } = await plan({ sizes: new Map(), limit: 1 });
    expect(peak).to.equal(null);
    expect(stepsPerRun).to.equal(32);
  });

  it("shrinks the tiles of k-NN to fit, and refuses where one row does not", async () => {
    const artifacts = await artifactsOf("ksi", { modalities: ["text"] });
    const graph = "recipes/cosine_top_k";
    const sizesOf = (query: number) =>
      new Map([
        ["query", query],
        ["item", 10_000],
        ["feature", 100],
        ["k", 10],
      ]);
    const tile = (limit: number | null) =>
      fitTiles(artifacts, limit, "--memory", () => 100e6)(graph, 1600, sizesOf);
    expect(await tile(null)).to.equal(1600);
    expect(await tile(1e9)).to.equal(1600);
    // Three [query, item] values, twice: 240 kB a row, besides the features.
    expect(await tile(180e6)).to.be.within(100, 500);
    const error = await rejection(tile(101e6), MemoryError);
    expect(error.graph).to.equal(graph);
    expect(error.fix).to.include("a tile of one row does not fit");
  });
});
