import { expect } from "chai";
import { growthPage, type Growth } from "./growthPage.js";
import { fitPowerLaw } from "./logSlope.js";
import { growthAxes, sweep } from "./sweeps.js";

describe("npm run bench:growth", () => {
  it("finds the slope and the factor of a power law, and the best line through others", () => {
    const law = fitPowerLaw([1, 2, 8].map((x) => [x, 3 * x ** 1.5]));
    expect(law.slope).to.be.closeTo(1.5, 1e-12);
    expect(law.factor).to.be.closeTo(3, 1e-12);
    // Logs (0, 0), (1, 1), (2, 0) of base e: the slope of the best line is 0.
    expect(
      fitPowerLaw([
        [1, 1],
        [Math.E, Math.E],
        [Math.E ** 2, 1],
      ]).slope,
    ).to.be.closeTo(0, 1e-12);
  });

  it("refuses points that no power law goes through", () => {
    expect(() =>
      fitPowerLaw([
        [2, 1],
        [2, 3],
      ]),
    ).to.throw(RangeError, "two or more positive points");
    expect(() =>
      fitPowerLaw([
        [1, 0],
        [2, 3],
      ]),
    ).to.throw(RangeError);
  });

  it("varies one size at a time, ascending, and fewer values if it is to be quick", () => {
    for (const axis of growthAxes) {
      const points = sweep(axis, false);
      const values = points.map((point) => point[axis]);
      expect(values).to.deep.equal([...values].sort((left, right) => left - right));
      expect(sweep(axis, true).length).to.be.within(2, points.length - 1);
      for (const other of growthAxes.filter((name) => name !== axis)) {
        expect(new Set(points.map((point) => point[other])).size, `${other} of ${axis}`).to.equal(1);
      }
      for (const { users, edges } of points) expect(edges).to.be.at.least(3 * users);
    }
  });

  it("draws a page with every measured number and the slope", () => {
    const points = [1, 2, 4].map((value) => ({
      value: 1000 * value,
      seconds: 0.02 * value,
      floor: 0.01 * value,
    }));
    const growth: Growth = {
      ...{ model: "lightgcn", axis: "edges", points },
      law: fitPowerLaw(points.map(({ value, seconds }) => [value, seconds])),
    };
    const page = growthPage([growth], "2 threads");
    expect(page).to.contain("lightgcn: training interactions, slope 1.00");
    expect(page).to.contain("<td>80 ms</td>").and.to.contain("2 threads");
    expect(page).to.match(/<svg viewBox="0 0 440 290"/);
    expect(page.match(/data-series="0"/g)).to.have.length(3);
  });
});
