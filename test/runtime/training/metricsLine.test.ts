import { expect } from "chai";
import { metricsLine, parseMetricsLine } from "../../../runtime/training/metricsLine.js";

describe("a line of metrics.jsonl", () => {
  const record = {
    epoch: 3,
    learningRates: { main: 0.01, diffusion: 0.1 },
    losses: { main: { total: 2, bpr: 1.5 }, diffusion: { total: 4 } },
    metrics: { "Recall@20": 0.25 },
  };

  it("names every value by a path of its own, across phases", () => {
    const line = metricsLine({ record, split: "valid", time: 9, seconds: 5, parts: { buffers: 1 } });
    expect(line).to.deep.equal({
      epoch: 3,
      time: 9,
      "loss/main/total": 2,
      "loss/main/bpr": 1.5,
      "loss/diffusion/total": 4,
      "learning_rate/main": 0.01,
      "learning_rate/diffusion": 0.1,
      "valid/Recall@20": 0.25,
      seconds: 5,
      "seconds/buffers": 1,
    });
    expect(parseMetricsLine(JSON.stringify(line))).to.deep.equal(line);
  });

  it("has no metrics in an epoch that was not evaluated", () => {
    const { epoch, learningRates, losses } = record;
    const unevaluated = { epoch, learningRates, losses };
    const line = metricsLine({ record: unevaluated, split: "valid", time: 9, seconds: 5, parts: {} });
    expect(Object.keys(line).filter((key) => key.startsWith("valid"))).to.deep.equal([]);
  });

  for (const text of ["", '{"epo', "null", "[]", '{"loss":1}', '{"epoch":"3"}']) {
    it(`is not made of ${JSON.stringify(text)}`, () => {
      expect(parseMetricsLine(text)).to.equal(null);
    });
  }
});
