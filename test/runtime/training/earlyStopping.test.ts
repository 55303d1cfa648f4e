import { expect } from "chai";
import {
  isExhausted,
  observe,
  untried,
  type EarlyStoppingOptions,
} from "../../../runtime/training/earlyStopping.js";

/** Feeds metrics of epochs 0, 1, 2 …; returns the epoch of the stop (null if none) and the best epoch. */
function follow(
  metrics: readonly number[],
  options: EarlyStoppingOptions,
): { stop: number | null; best: number } {
  let state = untried;
  for (const [epoch, metric] of metrics.entries()) {
    const outcome = observe(state, metric, epoch, options);
    state = outcome.state;
    if (isExhausted(state, options)) return { stop: epoch, best: state.best!.epoch };
  }
  return { stop: null, best: state.best!.epoch };
}

describe("early stopping", () => {
  it("stops at the first evaluation past the patience", () => {
    const metrics = [0.1, 0.3, ...new Array<number>(30).fill(0.2)];
    expect(follow(metrics, { patience: 20, decimals: 4 })).to.deep.equal({ stop: 22, best: 1 });
    expect(follow(metrics.slice(0, 22), { patience: 20, decimals: 4 })).to.deep.equal({
      stop: null,
      best: 1,
    });
  });

  it("starts counting again after an improvement", () => {
    expect(follow([0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1], { patience: 2, decimals: 4 })).to.deep.equal({
      stop: 6,
      best: 3,
    });
  });

  it("does not count an equal metric as better", () => {
    expect(follow([0.5, 0.5], { patience: 0, decimals: 4 })).to.deep.equal({ stop: 1, best: 0 });
  });

  it("does not count a gain that rounding hides", () => {
    expect(follow([0.12342, 0.12344], { patience: 0, decimals: 4 })).to.deep.equal({ stop: 1, best: 0 });
    expect(follow([0.12344, 0.12346], { patience: 0, decimals: 4 })).to.deep.equal({ stop: null, best: 1 });
  });

  it("counts every gain when rounding is off", () => {
    expect(follow([0.12342, 0.12342001], { patience: 0, decimals: null })).to.deep.equal({
      stop: null,
      best: 1,
    });
  });

  it("takes the first evaluation as the best even at zero", () => {
    const outcome = observe(untried, 0, 4, { decimals: 4 });
    expect(outcome.improved).to.equal(true);
    expect(outcome.state).to.deep.equal({ best: { metric: 0, epoch: 4 }, withoutImprovement: 0 });
  });
});
