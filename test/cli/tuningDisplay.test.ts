import { expect } from "chai";
import type { TrialRecord } from "../../runtime/tuning/trialRecord.js";
import { trialTable } from "../../src/cli/trialTable.js";
import { TuningDisplay } from "../../src/cli/tuningDisplay.js";
import { Memory } from "./capture.js";

function record(trial: number, score: number | null, kind: string): TrialRecord {
  return {
    trial,
    hyperparameters: { kind, rate: trial / 8 },
    status: score === null ? "diverged" : "finished",
    score,
    bestEpoch: score === null ? null : trial + 6,
    epochs: 12,
    valid: score === null ? null : { "Recall@20": score },
    problem: score === null ? "The loss is not finite." : null,
    seconds: 75,
  };
}

describe("the display of a search", () => {
  it("tells how each trial begins and ends, and in between at most every ten seconds", () => {
    const stderr = new Memory();
    let now = 0;
    const display = new TuningDisplay(stderr, "Recall@20", () => now);
    const evaluation = (epoch: number, at: number): void => {
      now = at;
      const event = { kind: "evaluation", epoch, split: "valid", improved: true, seconds: 1 } as const;
      display.show({ kind: "training", trial: 2, event: { ...event, metrics: { "Recall@20": 0.25 } } });
    };
    display.show({ kind: "started", trials: 3, finished: 1 });
    display.show({ kind: "trial", trial: 2, hyperparameters: { kind: "a", list: ["x"] }, isResumed: true });
    evaluation(4, 9_999);
    evaluation(5, 10_000);
    evaluation(6, 19_999);
    display.show({ kind: "ended", record: record(2, 0.5, "a"), isBest: true });
    display.show({ kind: "ended", record: record(3, null, "a"), isBest: false });
    expect(stderr.text).to.equal(
      "continuing after 1 trial\n" +
        'trial 2 of 3 goes on: kind=a list=["x"]\n' +
        "trial 2 of 3, epoch 6: valid Recall@20 0.2500\n" +
        "trial 2 of 3 ended: valid Recall@20 0.5000 in epoch 9 of 12, 1:15, the best so far\n" +
        "trial 3 of 3 ended: diverged. The loss is not finite.\n",
    );
  });
});

describe("the table of trials", () => {
  it("has the best first, the earlier of equals, and leaves out those that diverged", () => {
    const trials = [record(1, 0.25, "a"), record(2, null, "b"), record(3, 0.5, "long"), record(4, 0.5, "c")];
    expect(trialTable(trials, "Recall@20")).to.equal(
      "      trial  Recall@20  epoch  kind   rate\n" +
        "  1.      3     0.5000     10  long  0.375\n" +
        "  2.      4     0.5000     11     c    0.5\n" +
        "  3.      1     0.2500      8     a  0.125\n",
    );
  });

  it("has ten rows at most", () => {
    const trials = Array.from({ length: 12 }, (_, index) => record(index + 1, 0.1, "a"));
    expect(trialTable(trials, "Recall@20").trimEnd().split("\n")).to.have.length(11);
  });
});
