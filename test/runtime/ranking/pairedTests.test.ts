import { expect } from "chai";
import { adjustForMany, corrections } from "../../../runtime/ranking/multipleComparisons.js";
import { comparePaired } from "../../../runtime/ranking/pairedTests.js";

function compare(left: readonly number[], right: readonly number[] = left.map(() => 0)) {
  return comparePaired(Float64Array.from(left), Float64Array.from(right));
}

describe("paired tests", () => {
  it("reproduce the depression example of Hollander & Wolfe (1973), p. 29, as in R's ?wilcox.test", () => {
    const first = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    const { wilcoxon, rankBiserial, wins, losses } = compare(first, second);
    // R: V = 40, p-value = 0.01953 one-sided.
    expect(wilcoxon.statistic).to.equal(40);
    expect(wilcoxon.p / 2).to.be.closeTo(0.01953, 5e-6);
    expect([wins, losses]).to.deep.equal([7, 2]);
    // W+ = 40 and W− = 5 of 45.
    expect(rankBiserial).to.be.closeTo(35 / 45, 1e-12);
  });

  it("reproduce Darwin's plant heights of Cureton (1967), as in SciPy's documentation of wilcoxon", () => {
    const { wilcoxon } = compare([6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]);
    // SciPy reports min(W+, W−) = 24 of 120 and p = 0.041259765625.
    expect(120 - wilcoxon.statistic).to.equal(24);
    expect(wilcoxon.p).to.be.closeTo(0.041259765625, 1e-12);
  });

  it("reproduce Student's sleep data (1908), as in R's ?sleep", () => {
    const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const { tTest, difference, cohensDz, wilcoxon, ties } = compare(first, second);
    // R: t = -4.0621, df = 9, p-value = 0.002833, interval -2.4598858 to -0.7001142, mean difference -1.58.
    expect(tTest!.t).to.be.closeTo(-4.0621, 5e-5);
    expect(tTest!.degreesOfFreedom).to.equal(9);
    expect(tTest!.p).to.be.closeTo(0.002833, 5e-7);
    expect(tTest!.interval[0]).to.be.closeTo(-2.4598858, 5e-8);
    expect(tTest!.interval[1]).to.be.closeTo(-0.7001142, 5e-8);
    expect(difference).to.be.closeTo(-1.58, 1e-12);
    expect(cohensDz).to.be.closeTo(-4.0621 / Math.sqrt(10), 2e-5);
    // R's wilcox.test on the same pairs, one of which is equal: V = 0, p-value = 0.009091.
    expect(wilcoxon.statistic).to.equal(0);
    expect(wilcoxon.p).to.be.closeTo(0.009091, 5e-7);
    expect(ties).to.equal(1);
  });

  it("swap signs when the sides are swapped", () => {
    const [left, right] = [
      [0.1, 0.5, 0.25, 1],
      [0, 0.75, 0.25, 0.5],
    ];
    const there = compare(left, right);
    const back = compare(right, left);
    expect(back.difference).to.equal(-there.difference);
    expect(back.rankBiserial).to.be.closeTo(-there.rankBiserial, 1e-12);
    expect(back.cohensDz).to.be.closeTo(-there.cohensDz!, 1e-12);
    expect(back.wilcoxon.p).to.be.closeTo(there.wilcoxon.p, 1e-12);
    expect([back.wins, back.ties, back.losses]).to.deep.equal([there.losses, there.ties, there.wins]);
  });

  it("find nothing where nobody differs", () => {
    expect(compare([0.5, 0, 1], [0.5, 0, 1])).to.deep.equal({
      users: 3,
      difference: 0,
      wins: 0,
      ties: 3,
      losses: 0,
      wilcoxon: { statistic: 0, p: 1 },
      rankBiserial: 0,
      tTest: null,
      cohensDz: null,
    });
  });

  it("leave t and d undefined where all differ by the same amount", () => {
    const { tTest, cohensDz, wilcoxon } = compare([1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5]);
    expect(tTest).to.equal(null);
    expect(cohensDz).to.equal(null);
    expect(wilcoxon.p).to.be.below(0.05);
  });

  it("take differences for ties that only the last bit of float32 tells apart", () => {
    const third = Math.fround(1 / 3);
    const fifths = [1, 2, 3, 4, 5].map((count) => Math.fround(count / 5));
    const left = [fifths[1]!, fifths[2]!, fifths[3]!, fifths[4]!, third];
    const right = [fifths[0]!, fifths[1]!, fifths[2]!, fifths[3]!, Math.fround(2 / 3)];
    // Four gains of 1/5 share the ranks 1 to 4, the loss of 1/3 has rank 5.
    expect(compare(left, right).wilcoxon.statistic).to.equal(10);
    expect(compare([third + 1e-9, 0.5], [third, 0.5]).ties).to.equal(2);
  });

  it("never give a p-value above 1", () => {
    expect(compare([1, 2, -3]).wilcoxon.p).to.equal(1);
  });

  it("need two or more finite pairs", () => {
    expect(() => compare([1], [0])).to.throw(RangeError, "two or more pairs, found 1 and 1");
    expect(() => compare([1, 2], [0])).to.throw(RangeError, "found 2 and 1");
    expect(() => compare([1, NaN])).to.throw(RangeError, "finite");
  });
});

describe("correction for many comparisons", () => {
  it("equals R's p.adjust", () => {
    const close = (found: readonly number[], expected: readonly number[]): void => {
      found.forEach((p, index) => expect(p).to.be.closeTo(expected[index]!, 1e-12));
    };
    const pValues = [0.01, 0.04, 0.03, 0.005];
    close(adjustForMany(pValues, "holm"), [0.03, 0.06, 0.06, 0.02]);
    close(adjustForMany(pValues, "bonferroni"), [0.04, 0.16, 0.12, 0.02]);
    close(adjustForMany(pValues, "benjamini-hochberg"), [0.02, 0.04, 0.04, 0.02]);
  });

  it("rejects what Benjamini & Hochberg (1995), section 3.1, reject of the thrombolysis trial", () => {
    const pValues = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
      0.759, 1,
    ];
    const rejected = (correction: (typeof corrections)[number]): number =>
      adjustForMany(pValues, correction).filter((p) => p <= 0.05).length;
    expect(rejected("bonferroni")).to.equal(3);
    expect(rejected("holm")).to.equal(3);
    expect(rejected("benjamini-hochberg")).to.equal(4);
  });

  it("leaves a single p-value as it is and accepts none", () => {
    for (const correction of corrections) {
      expect(adjustForMany([0.03], correction)).to.deep.equal([0.03]);
      expect(adjustForMany([], correction)).to.deep.equal([]);
    }
  });
});
