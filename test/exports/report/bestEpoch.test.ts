import { expect } from "chai";
import { courseOf } from "../../../exports/report/course.js";
import { bestEpoch } from "../../../exports/report/page/summary.js";

describe("the best epoch of a run that is not finished", () => {
  const best = (values: readonly (number | null)[], monitorDecimals: number | null) => {
    const lines = values.map((value, epoch) => ({
      epoch,
      ...(value === null ? {} : { "valid/Recall@20": value }),
    }));
    const config = { monitor: "Recall@20", monitorDecimals };
    const record = { folder: "run", config, environments: [], lines, results: null };
    return bestEpoch({ record, course: courseOf(lines, "valid") });
  };

  it("is the first of equal ones, as early stopping rounds them", () => {
    expect(best([0.1, 0.20001, 0.20004], 4)).to.deep.equal({ epoch: 1, value: 0.20001 });
    expect(best([0.1, 0.20001, 0.20004], null)).to.deep.equal({ epoch: 2, value: 0.20004 });
  });

  it("is none where nothing was evaluated, and passes over epochs that were not", () => {
    expect(best([null, null], 4)).to.equal(null);
    expect(best([null, 0.5, null], 4)).to.deep.equal({ epoch: 1, value: 0.5 });
  });
});
