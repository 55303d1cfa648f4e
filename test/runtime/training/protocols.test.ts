import { expect } from "chai";
import { isExhausted, observe, untried } from "../../../runtime/training/earlyStopping.js";
import { protocolNames, protocols } from "../../../runtime/training/protocols.js";
import { defaultSettings, resolveSettings } from "../../../runtime/training/trainingOptions.js";

/** Evaluations without improvement until training stops; null if it never does. */
function stopsAt(patience: number | null): number | null {
  let { state } = observe(untried, 0.5, 0, { decimals: null });
  for (let evaluation = 1; evaluation <= 100; evaluation++) {
    ({ state } = observe(state, 0.5, evaluation, { decimals: null }));
    if (isExhausted(state, { patience })) return evaluation;
  }
  return null;
}

describe("the protocols by name", () => {
  it("have MMRec's as the default", () => {
    expect(defaultSettings).to.deep.include(protocols.mmrec);
  });

  it("stop and select as the table of evaluation.md says", () => {
    const table = protocolNames.map((name) => {
      const { evaluateEvery, patience, selectOn, ndcgIdeal, maskValidationAtTest } = resolveSettings(
        protocols[name],
      );
      return [name, evaluateEvery, stopsAt(patience), selectOn, ndcgIdeal, maskValidationAtTest];
    });
    expect(table).to.deep.equal([
      ["mmrec", 1, 21, "valid", "targets", false],
      ["lattice", 5, 11, "valid", "hits", false],
      ["kgat", 10, 10, "test", "hits", false],
      ["diffmm", 1, null, "test", "targets", false],
    ]);
  });

  it("all select by Recall@20, only MMRec's by rounded values", () => {
    for (const name of protocolNames) {
      expect(protocols[name].monitor).to.equal("Recall@20");
      expect(protocols[name].monitorDecimals).to.equal(name === "mmrec" ? 4 : null);
    }
  });
});
