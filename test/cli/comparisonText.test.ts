import { expect } from "chai";
import type { GroupComparison, PairTest } from "../../runtime/comparison/compareGroups.js";
import { comparisonText } from "../../src/cli/comparisonText.js";

const test: PairTest = {
  left: "ksi",
  right: "mf",
  metric: "Recall@20",
  users: 400,
  difference: 0.01234,
  wins: 30,
  ties: 350,
  losses: 20,
  wilcoxon: { statistic: 800, p: 0.0321 },
  tTest: { t: 2, degreesOfFreedom: 399, p: 0.00004, interval: [0.001, 0.02] },
  cohensDz: 0.1,
  rankBiserial: 0.25,
  adjusted: { wilcoxon: 0.0642, tTest: 0 },
};
const undecided: PairTest = {
  ...test,
  metric: "NDCG@20",
  difference: -0.00001,
  tTest: null,
  cohensDz: null,
  rankBiserial: -0.5,
  adjusted: { wilcoxon: 1, tTest: null },
};
const common = { model: "any", hyperparameters: {} };
const comparison: GroupComparison = {
  dataset: { name: "shop", checksum: "0123456789abcdef" },
  protocol: {},
  users: 400,
  metrics: ["Recall@20"],
  groups: [
    {
      label: "ksi",
      runs: [
        { folder: "a", ...common, seed: 1, bestEpoch: 1 },
        { folder: "b", ...common, seed: 2, bestEpoch: 1 },
      ],
      metrics: { "Recall@20": { mean: 0.25, deviation: 0.01, values: [0.24, 0.26] } },
    },
    {
      label: "mf",
      runs: [{ folder: "c", ...common, seed: 1, bestEpoch: 1 }],
      metrics: { "Recall@20": { mean: 0.2, deviation: null, values: [0.2] } },
    },
  ],
  correction: "holm",
  tests: [test, undecided],
  notes: ["The runs differ in patience: 5, 20."],
};

describe("a comparison as text", () => {
  it("is a table over seeds, a table of tests and notes, in markdown", () => {
    const lines = comparisonText("test", comparison).split("\n");
    expect(lines[0]).to.equal(
      "test split of shop (checksum 0123456789ab…), 400 users, mean ± standard deviation over seeds",
    );
    expect(lines.slice(2, 6)).to.deep.equal([
      "| group | seeds | Recall@20       |",
      "| ----- | ----- | --------------- |",
      "| ksi   | 2     | 0.2500 ± 0.0100 |",
      "| mf    | 1     | 0.2000          |",
    ]);
    expect(lines[7]).to.match(/^Paired tests over 400 users, .*"corrected" for 2 tests \(holm\)$/);
    const cells = (line: string | undefined): string[] =>
      line!
        .split("|")
        .map((cell) => cell.trim())
        .slice(1, -1);
    expect(cells(lines[11])).to.deep.equal([
      "ksi − mf",
      "Recall@20",
      "+0.0123",
      "30/350/20",
      "0.032",
      "0.064",
      "4.0e-5",
      "< 1e-15",
      "+0.100",
      "+0.250",
    ]);
    expect(cells(lines[12]).slice(2)).to.deep.equal([
      "0.0000",
      "30/350/20",
      "0.032",
      "1.000",
      "–",
      "–",
      "–",
      "−0.500",
    ]);
    expect(lines.at(-2)).to.equal("The runs differ in patience: 5, 20.");
  });

  it("leaves the tests out where there are none", () => {
    const text = comparisonText("valid", { ...comparison, tests: [], notes: [] });
    expect(text).not.to.contain("Paired");
    expect(text.split("\n")).to.have.length(7);
  });
});
