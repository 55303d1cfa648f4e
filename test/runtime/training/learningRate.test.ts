import { expect } from "chai";
import type { LearningRateEntry } from "../../../runtime/artifacts/manifest.js";
import { dependsOnEpochs, learningRate } from "../../../runtime/training/learningRate.js";

function rates(entry: LearningRateEntry, epochs: number): number[] {
  return Array.from({ length: epochs }, (_, epoch) => learningRate(entry, epoch, epochs));
}

describe("learningRate", () => {
  it("stays at the base when constant", () => {
    expect(rates({ base: 0.01, schedule: { kind: "constant" }, warmup: 0 }, 3)).to.deep.equal([
      0.01, 0.01, 0.01,
    ]);
  });

  it("decays by rate every so many epochs", () => {
    const entry: LearningRateEntry = {
      base: 1,
      schedule: { kind: "exponential", rate: 0.96, every: 50 },
      warmup: 0,
    };
    expect(learningRate(entry, 0, 1000)).to.equal(1);
    expect(learningRate(entry, 25, 1000)).to.be.closeTo(Math.sqrt(0.96), 1e-12);
    expect(learningRate(entry, 50, 1000)).to.be.closeTo(0.96, 1e-12);
    expect(learningRate(entry, 100, 1000)).to.be.closeTo(0.9216, 1e-12);
  });

  it("follows half a cosine from 1 towards the floor", () => {
    const values = rates({ base: 2, schedule: { kind: "cosine", floor: 0.5 }, warmup: 0 }, 4);
    const expected = [2, 1 + 0.5 * (1 + Math.SQRT1_2), 1.5, 1 + 0.5 * (1 - Math.SQRT1_2)];
    values.forEach((value, epoch) => expect(value).to.be.closeTo(expected[epoch]!, 1e-12));
  });

  it("reaches the cosine's floor after the last epoch and stays there", () => {
    const entry: LearningRateEntry = { base: 2, schedule: { kind: "cosine", floor: 0.5 }, warmup: 0 };
    expect(learningRate(entry, 4, 4)).to.be.closeTo(1, 1e-12);
    expect(learningRate(entry, 9, 4)).to.be.closeTo(1, 1e-12);
  });

  it("rises in a straight line from 0 during warm-up without spending an epoch at 0", () => {
    const values = rates({ base: 1, schedule: { kind: "constant" }, warmup: 3 }, 5);
    expect(values).to.deep.equal([0.25, 0.5, 0.75, 1, 1]);
  });

  it("depends on the number of epochs only along a cosine", () => {
    const entry = { base: 1, warmup: 0 };
    expect(dependsOnEpochs({ ...entry, schedule: { kind: "cosine", floor: 0 } })).to.equal(true);
    expect(dependsOnEpochs({ ...entry, schedule: { kind: "constant" } })).to.equal(false);
  });
});
