import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildArtifacts, writeArtifacts } from "../../../exports/artifacts.js";
import { loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { loadDataset } from "../../../runtime/data/dataset.js";
import { loadCheckpoint, type Checkpoint } from "../../../runtime/training/checkpoint.js";
import { LocalEngine } from "../../../runtime/training/localEngine.js";
import { train, type TrainOptions } from "../../../runtime/training/trainer.js";
import type { TrainingEvent } from "../../../runtime/training/trainingEvent.js";
import { temporaryFolder } from "../temporaryFolder.js";
import phasedModel from "../../../examples/phasedModel.js";
import { writeTinyDataset } from "./tinyDataset.js";

describe("a schedule of several phases", () => {
  const temporary = temporaryFolder();
  const at = (...path: string[]): string => join(temporary.path, ...path);

  beforeEach(async () => {
    await writeTinyDataset(at("dataset"));
    await writeArtifacts(buildArtifacts(phasedModel), at("artifacts"));
  });

  function options(run: string, changes: Partial<TrainOptions> = {}): TrainOptions {
    return {
      artifacts: at("artifacts"),
      dataset: at("dataset"),
      run: at(run),
      epochs: 4,
      monitor: "Recall@5",
      cutoffs: [5],
      threads: 1,
      stepsPerRun: 2,
      ...changes,
    };
  }

  async function openEngine(report: (event: { readonly kind: string }) => void = () => undefined) {
    const artifacts = await loadArtifacts(at("artifacts"));
    return LocalEngine.open(
      { artifacts, dataset: at("dataset"), seed: 5, device: "cpu", threads: 1 },
      { report, isCancelled: () => false },
    );
  }

  const rates = { main: 0.02, codes: 0.02, links: 0.02 };

  it("stands in the manifest: what each phase trains, and the order of an epoch", () => {
    const { manifest } = buildArtifacts(phasedModel);
    const phases = manifest.phases.map(({ name, parameters, optimizerState, moments }) => [
      name,
      parameters,
      optimizerState,
      moments.map((moment) => moment.name),
    ]);
    expect(phases).to.deep.equal([
      [
        "main",
        ["user_embedding", "item_embedding"],
        "main",
        ["user_embedding.m", "user_embedding.v", "item_embedding.m", "item_embedding.v"],
      ],
      ["codes", ["decoder"], "codes", ["decoder.codes.m", "decoder.codes.v"]],
      [
        "links",
        ["user_embedding", "item_embedding"],
        "main",
        ["user_embedding.m", "user_embedding.v", "item_embedding.m", "item_embedding.v"],
      ],
    ]);
    expect(manifest.schedule).to.deep.equal([
      { kind: "phase", phase: "codes" },
      { kind: "refresh", buffer: "item_codes" },
      { kind: "refresh", buffer: "memory" },
      { kind: "phase", phase: "main" },
      { kind: "phase", phase: "links" },
    ]);
    const memory = manifest.buffers.find(({ name }) => name === "memory")!;
    expect(memory.refresh).to.deep.equal({
      every: 2,
      from: 0,
      initial: null,
      graph: "refresh/memory",
      atEvaluation: false,
    });
  });

  it("runs phases in order, each only in its epochs, and refreshes buffers when they are due", async () => {
    const events: string[] = [];
    const engine = await openEngine((event) => {
      const { kind, phase, buffer } = event as { kind: string; phase?: string; buffer?: string };
      const text = kind === "chunk" ? phase! : buffer!;
      if (events.at(-1) !== text) events.push(text);
    });
    events.length = 0;
    for (let epoch = 0; epoch < 3; epoch++) await engine.runEpoch(rates);
    expect(events).to.deep.equal([
      ...["codes", "item_codes", "memory", "main"],
      ...["codes", "item_codes", "main", "links"],
      ...["codes", "item_codes", "memory", "main", "links"],
    ]);
    // 21 items in batches of 8, 168 pairs in batches of 16, and of 32 in two of the three epochs.
    expect((await engine.readState()).steps).to.deep.equal({ main: 3 * 11 + 2 * 6, codes: 3 * 3 });
    await engine.close();
  });

  it("computes a buffer block by block as the whole would be", async () => {
    const engine = await openEngine();
    await engine.runEpoch(rates);
    const { tensors, buffers } = await engine.readState();
    const decoder = tensors.get("decoder")!.data as Float32Array;
    const users = (await openEngine()).readState();
    // The codes were computed after phase "codes" and before "main" changed the users' embeddings.
    const guide = (await users).tensors.get("user_embedding")!.data as Float32Array;
    const { train: pairs, items } = await loadDataset(at("dataset"));
    const expected = new Float32Array(items * 4);
    const degrees = new Float32Array(items);
    for (const item of pairs.itemIds) degrees[item]!++;
    for (let user = 0; user < 24; user++) {
      for (const item of pairs.itemIds.subarray(pairs.rowStart[user], pairs.rowStart[user + 1])) {
        for (let dim = 0; dim < 4; dim++) {
          const value = decoder[user * 4 + dim]! + guide[user * 4 + dim]!;
          expected[item * 4 + dim]! += value / degrees[item]!;
        }
      }
    }
    const codes = buffers.get("item_codes")!;
    expect(codes.dims).to.deep.equal([21, 4]);
    (codes.data as Float32Array).forEach((value, index) => {
      expect(value).to.be.closeTo(expected[index]!, 1e-5);
    });
    await engine.close();
  });

  it("keeps a buffer that is refreshed every second epoch in between, and in checkpoints", async () => {
    const engine = await openEngine();
    const memories: Float32Array[] = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      await engine.runEpoch(rates);
      memories.push((await engine.readState()).buffers.get("memory")!.data.slice() as Float32Array);
    }
    expect(memories[1]).to.deep.equal(memories[0]);
    expect(memories[2]).not.to.deep.equal(memories[1]);
    await engine.close();
  });

  /** The last checkpoint of a run, all of it. */
  function last(run: string): Promise<Checkpoint> {
    return loadCheckpoint(at(run, "checkpoints", "last"));
  }

  async function metrics(run: string): Promise<unknown> {
    const text = await readFile(at(run, "results.json"), "utf8");
    const { valid, test, bestEpoch } = JSON.parse(text) as Record<string, unknown>;
    return { valid, test, bestEpoch };
  }

  it("knows before training how many bytes its computed buffers will take in a checkpoint", async () => {
    const engine = await openEngine();
    const { keptBufferBytes } = engine.info;
    await engine.runEpoch(rates);
    const { buffers } = await engine.readState();
    const bytes = [...buffers.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(bytes).to.be.greaterThan(0);
    expect(keptBufferBytes).to.equal(bytes);
    await engine.close();
  });

  it("resumes to the same bytes wherever an epoch was interrupted", async () => {
    await train(options("whole"));
    const whole = await last("whole");
    const places = new Set<string>();
    for (let stopAfter = 1; stopAfter <= 24; stopAfter += 4) {
      const run = `run-${stopAfter}`;
      const interrupt = new AbortController();
      let chunks = 0;
      const onProgress = (event: TrainingEvent): void => {
        if (event.kind !== "chunk" || event.epoch === 0) return;
        if (++chunks === stopAfter) interrupt.abort();
      };
      const aborted = await train(options(run, { signal: interrupt.signal, onProgress }));
      expect(aborted.status).to.equal("aborted");
      const { record } = await last(run);
      places.add(`${record.progress?.entries}`);
      await train(options(run, { resume: true }));
      expect(await last(run)).to.deep.equal(whole);
      expect(await metrics(run)).to.deep.equal(await metrics("whole"));
    }
    // Within the phases codes, main and links.
    expect([...places].filter((entries) => ["0", "3", "4"].includes(entries)).length).to.be.at.least(2);
  });

  it("saves long epochs every few minutes, which changes nothing", async () => {
    await train(options("whole", { epochs: 2 }));
    // Less than a step takes: every chunk is followed by a checkpoint.
    let lines = 0;
    const onProgress = (event: TrainingEvent): void => {
      if (event.kind === "chunk") lines++;
    };
    await train(options("paused", { epochs: 2, checkpointMinutes: 1e-9, onProgress }));
    expect(lines).to.be.above(10);
    expect(await last("paused")).to.deep.equal(await last("whole"));
    expect(await metrics("paused")).to.deep.equal(await metrics("whole"));
  });
});
