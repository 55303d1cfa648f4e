import { expect } from "chai";
import { floatToHalf, halfToFloat } from "../../../runtime/data/halfFloat.js";
import { Random } from "../../../runtime/data/random.js";

describe("float16", () => {
  it("worked by hand: known values in both directions", () => {
    const known = [
      [0x0000, 0],
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x0001, 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
    ] as const;
    for (const [bits, value] of known) {
      expect(halfToFloat(bits)).to.equal(value);
      expect(floatToHalf(value)).to.equal(bits);
    }
    expect(Object.is(halfToFloat(0x8000), -0)).to.equal(true);
    expect(floatToHalf(-0)).to.equal(0x8000);
    expect(halfToFloat(floatToHalf(NaN))).to.be.NaN;
  });

  it("comes back from all 63,488 finite values", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      if ((bits & 0x7c00) === 0x7c00) continue;
      if (floatToHalf(halfToFloat(bits)) !== bits) expect.fail(`bits ${bits}`);
    }
  });

  it("is the nearest one, ties to the even fraction, and infinite from 65520 on", () => {
    expect(floatToHalf(1 + 2 ** -11)).to.equal(0x3c00);
    expect(floatToHalf(1 + 3 * 2 ** -11)).to.equal(0x3c02);
    expect(floatToHalf(2 - 2 ** -12)).to.equal(0x4000);
    expect(floatToHalf(2 ** -25)).to.equal(0);
    expect(floatToHalf(1.5 * 2 ** -24)).to.equal(2);
    expect(floatToHalf(65519)).to.equal(0x7bff);
    expect(floatToHalf(65520)).to.equal(0x7c00);
    const random = new Random(1, "halves");
    for (let trial = 0; trial < 2000; trial++) {
      const value = random.normal() * 2 ** (random.below(30) - 20);
      const bits = floatToHalf(value);
      const error = Math.abs(halfToFloat(bits) - value);
      for (const other of [bits - 1, bits + 1].filter((near) => near >= 0 && (near & 0x7fff) < 0x7c00)) {
        expect(Math.abs(halfToFloat(other) - value)).to.be.at.least(error);
      }
    }
  });
});
