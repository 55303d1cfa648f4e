import { expect } from "chai";
import { MetricTable, metricsOfUser, type NdcgIdeal } from "../../../runtime/ranking/metrics.js";

/** Reads "0110" as a list of hits. */
function list(hits: string): boolean[] {
  return hits.split("").map((hit) => hit === "1");
}

function ndcg(hits: string, targets: number, cutoff: number, ideal: NdcgIdeal): number {
  return metricsOfUser(list(hits), targets, cutoff, ideal).NDCG;
}

describe("ranking metrics of one user", () => {
  it("equal those worked by hand for hits at 2 and 3 of 5, with 4 targets", () => {
    const metrics = metricsOfUser(list("01100"), 4, 5);
    // DCG = 1/log2(3) + 1/log2(4) = 0.630930 + 0.5; the ideal has 4 hits: 1 + 0.630930 + 0.5 + 0.430677 = 2.561606.
    expect(metrics.Recall).to.equal(0.5);
    expect(metrics.Precision).to.equal(0.4);
    expect(metrics.NDCG).to.be.closeTo(1.1309298 / 2.5616063, 1e-6);
    // Precisions at the hits: 1/2 and 2/3; min(n, K) = 4.
    expect(metrics.MAP).to.be.closeTo((1 / 2 + 2 / 3) / 4, 1e-12);
    expect(metrics.HR).to.equal(1);
    expect(metrics.MRR).to.equal(0.5);
  });

  it("are prefixes of one list at smaller cutoffs", () => {
    const metrics = metricsOfUser(list("01100"), 4, 2);
    expect(metrics.Recall).to.equal(0.25);
    expect(metrics.Precision).to.equal(0.5);
    expect(metrics.NDCG).to.be.closeTo(0.6309298 / 1.6309298, 1e-6);
    expect(metrics.MAP).to.be.closeTo(1 / 2 / 2, 1e-12);
    expect(metricsOfUser(list("01100"), 4, 1)).to.deep.equal({
      Recall: 0,
      Precision: 0,
      NDCG: 0,
      MAP: 0,
      HR: 0,
      MRR: 0,
    });
  });

  it("are all 1 where every position is a hit and nothing is left to find", () => {
    expect(metricsOfUser(list("111"), 3, 3)).to.deep.equal({
      Recall: 1,
      Precision: 1,
      NDCG: 1,
      MAP: 1,
      HR: 1,
      MRR: 1,
    });
  });

  it("compare with the cutoff where there are more targets than it", () => {
    const metrics = metricsOfUser(list("11"), 5, 2);
    expect(metrics.Recall).to.equal(0.4);
    expect(metrics.Precision).to.equal(1);
    expect(metrics.NDCG).to.equal(1);
    expect(metrics.MAP).to.equal(1);
  });

  it("are 0 without a hit, whatever the ideal", () => {
    for (const ideal of ["targets", "hits"] as const) {
      expect(Object.values(metricsOfUser(list("0000"), 2, 4, ideal))).to.deep.equal([0, 0, 0, 0, 0, 0]);
    }
  });

  it("divide precision by the cutoff where the list is shorter", () => {
    const metrics = metricsOfUser(list("101"), 2, 10);
    expect(metrics.Precision).to.equal(0.2);
    expect(metrics.Recall).to.equal(1);
    expect(metrics.NDCG).to.be.closeTo((1 + 1 / Math.log2(4)) / (1 + 1 / Math.log2(3)), 1e-12);
    expect(metrics.MAP).to.be.closeTo((1 + 2 / 3) / 2, 1e-12);
  });

  it("have the same NDCG for both ideals where there is one target", () => {
    for (const hits of ["1000", "0100", "0001", "0000"]) {
      for (const cutoff of [1, 2, 4]) {
        expect(ndcg(hits, 1, cutoff, "hits")).to.equal(ndcg(hits, 1, cutoff, "targets"));
      }
    }
  });

  it("have a larger NDCG when compared with the retrieved hits only", () => {
    expect(ndcg("0100", 2, 4, "hits")).to.be.closeTo(1 / Math.log2(3), 1e-12);
    expect(ndcg("0100", 2, 4, "targets")).to.be.closeTo(1 / Math.log2(3) / (1 + 1 / Math.log2(3)), 1e-12);
  });

  it("take the retrieved hits from the longest list, also past the cutoff", () => {
    // One of the two retrieved hits is within the cutoff 2: ideal 1 + 1/log2(3).
    expect(ndcg("1001", 3, 2, "hits")).to.be.closeTo(1 / (1 + 1 / Math.log2(3)), 1e-12);
  });

  it("do not exist without targets", () => {
    expect(() => metricsOfUser(list("00"), 0, 2)).to.throw(RangeError, "must be skipped");
  });
});

describe("a metric table", () => {
  it("averages users with equal weight and keeps their values", () => {
    const table = new MetricTable(2, [1, 2], "targets");
    table.add(list("10"), 1);
    table.add(list("01"), 4);
    expect(table.means()["Recall@2"]).to.equal((1 + 0.25) / 2);
    expect(table.means()["HR@1"]).to.equal(0.5);
    expect([...table.perUser().get("Recall@2")!]).to.deep.equal([1, 0.25]);
    expect(Object.keys(table.means())).to.have.length(12);
  });

  it("averages some of the users, and has AUC for all of them or for none", () => {
    const table = new MetricTable(3, [1], "targets", true);
    table.add(list("1"), 1, 0.75);
    table.add(list("0"), 1, 0.25);
    expect(table.meansOf(Int32Array.of(1))).to.deep.include({ "HR@1": 0, AUC: 0.25 });
    expect(table.means().AUC).to.equal(0.5);
    expect([...table.perUser().get("AUC")!]).to.deep.equal([0.75, 0.25]);
    expect(() => {
      table.add(list("1"), 1);
    }).to.throw(RangeError, "every user needs an AUC, or none");
    expect(() => {
      new MetricTable(1, [1], "targets").add(list("1"), 1, 0.5);
    }).to.throw(RangeError, "every user needs an AUC, or none");
  });

  it("is 0 without users and refuses more than announced", () => {
    const table = new MetricTable(0, [5], "targets");
    expect(table.means()["NDCG@5"]).to.equal(0);
    expect(() => {
      table.add(list("1"), 1);
    }).to.throw(RangeError, "internal");
  });
});
