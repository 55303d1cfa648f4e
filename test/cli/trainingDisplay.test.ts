import { expect } from "chai";
import type { EngineInfo } from "../../runtime/training/engine.js";
import { TrainingDisplay } from "../../src/cli/trainingDisplay.js";
import { Memory } from "./capture.js";

const info: EngineInfo = {
  device: "cpu",
  deviceReason: null,
  memory: {
    peak: 312e6,
    limit: 4e9,
    parts: { inUse: 200e6, state: 12e6, values: 90e6, evaluation: 10e6 },
    stepsPerRun: 32,
    stepMemory: new Map(),
    tileScores: null,
  },
  dataset: {
    name: "shop",
    checksum: "",
    users: 4,
    items: 5,
    counts: { train: 8, valid: 4, test: 4 },
    itemsWithoutTraining: 0,
    notes: [{ kind: "missingFeature", count: 1, message: "1 items have no text features" }],
  },
  sizes: new Map(),
  stepsPerEpoch: { main: 2, diffusion: 3 },
  parameterCount: 72,
  keptBufferBytes: 0,
};

describe("the display of training", () => {
  it("tells where there is no terminal one line per epoch, with the time left", () => {
    const stderr = new Memory();
    let time = 0;
    const display = new TrainingDisplay({ stdout: new Memory(), stderr }, "Recall@20", () => time);
    display.show({ kind: "buffer", buffer: "text_neighbours", done: 1, total: 1 });
    display.show({ kind: "ready", info, epoch: 1, epochs: 4 });
    for (const epoch of [1, 2]) {
      time += 30_000;
      display.show({
        kind: "chunk",
        phase: "main",
        epoch,
        step: 2,
        steps: 2,
        losses: { total: 0.7 },
        stepsPerSecond: 1,
      });
      const diffusion = epoch === 1 ? {} : { diffusion: { total: 0.25 } };
      const losses = { ...diffusion, main: { total: 0.693147, bpr: 0.5 } };
      display.show({ kind: "epoch", epoch, losses, seconds: 30 });
      if (epoch === 2) continue;
      const metrics = { "Recall@20": 0.12345 };
      display.show({ kind: "evaluation", epoch, split: "valid", metrics, improved: true, seconds: 1 });
    }
    display.close();
    expect(stderr.text).to.equal(
      [
        "dataset shop: 4 users, 5 items, 8/4/4 interactions",
        "  note: 1 items have no text features",
        "memory: about 312 MB of 4.00 GB at the peak (200 MB in use, parameters and optimizer 12.0 MB, a step 90.0 MB, " +
          "evaluation 10.0 MB), 32 steps per run\n" +
          "cpu: 72 parameters, 2 + 3 (diffusion) steps per epoch",
        "continuing after 1 epoch",
        "epoch 2 of 4: main total 0.6931, bpr 0.5000; 30.0 s; valid Recall@20 0.1235, the best so far; at most 1:00 left",
        "epoch 3 of 4: diffusion total 0.2500; main total 0.6931, bpr 0.5000; 30.0 s",
        "",
      ].join("\n"),
    );
  });

  it("counts one of a thing in the singular", () => {
    const stderr = new Memory();
    const display = new TrainingDisplay({ stdout: new Memory(), stderr }, "Recall@20");
    const one = { ...info, stepsPerEpoch: { main: 1 }, parameterCount: 1 };
    display.show({ kind: "ready", info: one, epoch: 2, epochs: 4 });
    expect(stderr.text).to.contain("cpu: 1 parameter, 1 step per epoch\ncontinuing after 2 epochs\n");
  });

  it("shows a bar with loss, rate and time left on a terminal", () => {
    const stderr = new Memory(true);
    const display = new TrainingDisplay({ stdout: new Memory(), stderr }, "Recall@20");
    display.show({ kind: "ready", info, epoch: 0, epochs: 4 });
    const losses = { total: 0.5 };
    display.show({ kind: "chunk", phase: "main", epoch: 0, step: 2, steps: 2, losses, stepsPerSecond: 1 });
    display.close();
    expect(stderr.text).to.contain("epoch 1 of 4, main ");
    expect(stderr.text).to.match(/2\/2, loss 0\.5000, .* steps\/s, 0:00 left/);
  });
});
