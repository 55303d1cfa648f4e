import { expect } from "chai";
import { EpochClock } from "../../../runtime/training/epochClock.js";
import type { TrainingEvent } from "../../../runtime/training/trainingEvent.js";

function chunk(phase: string): TrainingEvent {
  return { kind: "chunk", phase, epoch: 0, step: 1, steps: 1, losses: {}, stepsPerSecond: 1 };
}
const buffer: TrainingEvent = { kind: "buffer", buffer: "edges", done: 1, total: 1 };

describe("the clock of a training run", () => {
  it("gives the time before each report to what was reported, and the rest to the last phase", async () => {
    let now = 1000;
    const clock = new EpochClock(() => now);
    const after = (seconds: number, event: TrainingEvent): void => {
      now += 1000 * seconds;
      clock.observe(event);
    };
    after(5, buffer);
    clock.startTraining("warm_up");
    after(1, buffer);
    after(2, chunk("warm_up"));
    after(3, chunk("main"));
    after(4, chunk("main"));
    now += 500;
    clock.endTraining();
    now += 10_000;
    await clock.measure("evaluation", () => {
      now += 250;
      return Promise.resolve();
    });
    const parts = { buffers: 1, "training/warm_up": 2, "training/main": 7.5, evaluation: 0.25 };
    expect(clock.takeLine()).to.deep.equal(parts);
    expect(clock.takeLine()).to.deep.equal({});
    expect(clock.seconds).to.deep.equal({ preparation: 5, ...parts });
  });

  it("counts a checkpoint that could not be written, and passes the error on", async () => {
    let now = 0;
    const clock = new EpochClock(() => now);
    const failing = clock.measure("checkpoints", () => {
      now += 2000;
      return Promise.reject(new Error("no space left"));
    });
    expect(await failing.catch((error: unknown) => (error as Error).message)).to.equal("no space left");
    expect(clock.seconds).to.deep.equal({ checkpoints: 2 });
  });
});
