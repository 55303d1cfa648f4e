import { expect } from "chai";
import { noiseSchedule, type NoiseSettings } from "../../../graphs/kdiffe/noiseSchedule.js";
import { timeVectors } from "../../../graphs/kdiffe/denoiser.js";

const settings: NoiseSettings = {
  diffusionSteps: 10,
  noiseScale: 0.1,
  noiseMin: 1e-4,
  noiseMax: 0.02,
  elboWeight: "snr",
};

describe("KDiffE's noise schedule of ten steps", () => {
  const { beta, alphaBar, cleanShare, noisyShare, weight } = noiseSchedule(settings);

  it("has the β and ᾱ of the specification", () => {
    expect(beta[0]).to.equal(1e-4);
    expect(beta[1]).to.be.closeTo(2.21e-4, 5e-7);
    expect(beta[9]).to.be.closeTo(2.22e-4, 5e-7);
    expect(alphaBar[0]).to.be.closeTo(0.9999, 1e-12);
    expect(alphaBar[9]).to.be.closeTo(0.99791, 5e-6);
    // The line is that of 1 - ᾱ but for β_1, which is set apart.
    for (let t = 2; t < 10; t++) {
      const step = 1 - alphaBar[t]! - (1 - alphaBar[t - 1]!);
      expect(step).to.be.closeTo((0.1 * (0.02 - 1e-4)) / 9, 1e-7);
    }
  });

  it("has the c1 of the specification, and c2 that complete them", () => {
    const printed = [1, 0.689, 0.408, 0.29, 0.225, 0.183, 0.155, 0.134, 0.118, 0.106];
    cleanShare.forEach((share, index) => {
      expect(share).to.be.closeTo(printed[index]!, 5e-4);
    });
    expect(noisyShare[0]).to.equal(0);
    // E[x_{t-1} | x_0] = √ᾱ_{t-1} x_0 = c1 x_0 + c2 √ᾱ_t x_0.
    for (let t = 2; t <= 10; t++) {
      const mean = cleanShare[t - 1]! + noisyShare[t - 1]! * Math.sqrt(alphaBar[t - 1]!);
      expect(mean).to.be.closeTo(Math.sqrt(alphaBar[t - 2]!), 1e-12);
    }
  });

  it("has the w of the specification, or ones", () => {
    expect(weight[0]).to.equal(1);
    expect(Math.round(weight[1]!)).to.equal(6886);
    expect(Math.round(weight[9]!)).to.equal(57);
    for (let t = 2; t < 10; t++) expect(weight[t]).to.be.below(weight[t - 1]!);
    expect(new Set(noiseSchedule({ ...settings, elboWeight: "uniform" }).weight)).to.deep.equal(new Set([1]));
  });

  it("limits β to 0.999 and has one step where one is asked for", () => {
    const steep = noiseSchedule({ ...settings, diffusionSteps: 2, noiseScale: 1, noiseMax: 0.9999999 });
    expect(steep.beta[1]).to.equal(0.999);
    const one = noiseSchedule({ ...settings, diffusionSteps: 1 });
    expect(one).to.deep.include({ beta: [1e-4], noisyShare: [0], weight: [1] });
    expect(one.cleanShare[0]).to.be.closeTo(1, 1e-12);
  });

  it("has time vectors of five cosines, then five sines, of t from 1", () => {
    const rows = timeVectors(2);
    expect(rows).to.have.length(20);
    expect(rows.slice(0, 2)).to.deep.equal([Math.cos(1), Math.cos(10000 ** -0.2)]);
    expect(rows[5]).to.equal(Math.sin(1));
    expect(rows[19]).to.be.closeTo(Math.sin(2 * 10000 ** -0.8), 1e-15);
  });
});
