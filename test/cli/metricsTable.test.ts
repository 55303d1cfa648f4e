import { expect } from "chai";
import { metricsTable } from "../../src/cli/metricsTable.js";
import { shellWords } from "../../src/cli/shellWords.js";

describe("the table of metrics", () => {
  it("has Recall and NDCG of every ranking that was measured", () => {
    const metrics = { "Recall@5": 0.12345, "Precision@5": 0.9, "NDCG@5": 1, "Recall@10": 0.5, "NDCG@10": 0 };
    expect(
      metricsTable([
        { title: "ksi", metrics },
        { title: "nothing", metrics: null },
        { title: "popularity", metrics },
      ]),
    ).to.equal(
      [
        "                ksi  popularity",
        "  Recall@5   0.1235      0.1235",
        "  NDCG@5     1.0000      1.0000",
        "  Recall@10  0.5000      0.5000",
        "  NDCG@10    0.0000      0.0000",
        "",
      ].join("\n"),
    );
  });
});

describe("a command line to be typed", () => {
  it("quotes what a shell would take apart", () => {
    expect(shellWords(["mmkit", "--set", 'modalities=["a"]', "it's", "./x.ts"])).to.equal(
      String.raw`mmkit --set 'modalities=["a"]' 'it'\''s' ./x.ts`,
    );
  });
});
