import { expect } from "chai";
import { courseOf, drawnPositions } from "../../../exports/report/course.js";

describe("the course of a run", () => {
  it("has a series for every key, with gaps where an epoch was not measured", () => {
    const course = courseOf(
      [
        { epoch: 1, "loss/main/total": 1, "loss/diffusion/total": 4, "valid/Recall@20": 0.5 },
        { epoch: 0, "loss/main/total": 2, "seconds/training/main": 3, seconds: 3 },
      ],
      "valid",
    );
    expect(course.epochs).to.deep.equal([0, 1]);
    expect(course.losses).to.deep.equal([
      { name: "main/total", values: [2, 1] },
      { name: "diffusion/total", values: [null, 4] },
    ]);
    expect(course.metrics).to.deep.equal([{ name: "Recall@20", values: [null, 0.5] }]);
    expect(course.seconds).to.deep.equal([{ name: "training/main", values: [3, null] }]);
    expect(course.learningRates).to.deep.equal([]);
  });

  it("of a long run is drawn in even steps, with its end and what must not be missing", () => {
    expect(drawnPositions(10, 4, [5])).to.deep.equal([0, 3, 5, 6, 9]);
    expect(drawnPositions(3, 4, [-1, 7])).to.deep.equal([0, 1, 2]);
    expect(drawnPositions(0, 4)).to.deep.equal([]);
    expect(drawnPositions(1000, 120)).to.have.length(112);
  });
});
