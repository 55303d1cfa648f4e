import { expect } from "chai";
import { startProgress } from "../../src/cli/progress.js";
import { Memory } from "./capture.js";

describe("progress", () => {
  it("is a line every ten seconds and at the end where there is no terminal", () => {
    const stderr = new Memory();
    let time = 0;
    const progress = startProgress({ stdout: new Memory(), stderr }, "epoch 1 of 2", 400, () => time);
    const steps: readonly [ms: number, done: number, loss?: number][] = [
      [1_000, 10, 0.7],
      [10_000, 100, 0.693147],
      [15_000, 150, 0.5],
      [20_000, 200],
      [40_000, 400, 0.25],
    ];
    for (const [ms, done, loss] of steps) {
      time = ms;
      progress.update(done, loss);
    }
    progress.stop();
    expect(stderr.text).to.equal(
      [
        "epoch 1 of 2: 100/400, loss 0.6931, 10.0 steps/s, 0:30 left",
        "epoch 1 of 2: 200/400, 10.0 steps/s, 0:20 left",
        "epoch 1 of 2: 400/400, loss 0.2500, 10.0 steps/s, 0:00 left",
        "",
      ].join("\n"),
    );
  });

  it("shows hours where there are any", () => {
    const stderr = new Memory();
    let time = 0;
    const progress = startProgress({ stdout: new Memory(), stderr }, "train", 1000, () => time);
    time = 10_000;
    progress.update(1);
    expect(stderr.text).to.equal("train: 1/1000, 0.100 steps/s, 2:46:30 left\n");
  });

  it("is a bar on a terminal", () => {
    const stderr = new Memory(true);
    let time = 0;
    const progress = startProgress({ stdout: new Memory(), stderr }, "epoch 1 of 1", 4, () => time);
    time = 2_000;
    progress.update(2, 0.5);
    progress.stop();
    expect(stderr.text).to.contain("epoch 1 of 1");
    expect(stderr.text).to.contain("2/4, loss 0.5000, 1.00 steps/s, 0:02 left");
  });
});
