import { expect } from "chai";
import type { Initializer, Manifest } from "../../../runtime/artifacts/manifest.js";
import { AxisSizeError } from "../../../runtime/data/axisSizes.js";
import { initialState, initialTensor } from "../../../runtime/training/initialise.js";
import { exampleManifest } from "../artifacts/exampleArtifacts.js";

function values(kind: Initializer["kind"], scale: number, dims: readonly number[]): Float32Array {
  return initialTensor("weights", { kind, scale }, dims, 999).data as Float32Array;
}

function moments(data: Float32Array): { mean: number; deviation: number; largest: number } {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
  return {
    mean,
    deviation: Math.sqrt(variance),
    largest: data.reduce((top, value) => Math.max(top, Math.abs(value)), 0),
  };
}

describe("initial parameters", () => {
  it("fill the Xavier interval of a matrix evenly", () => {
    const bound = Math.sqrt(6 / (300 + 60));
    const { mean, deviation, largest } = moments(values("xavierUniform", 1, [300, 60]));
    expect(mean).to.be.closeTo(0, bound / 50);
    expect(deviation).to.be.closeTo(bound / Math.sqrt(3), bound / 50);
    expect(largest).to.be.within(bound * 0.999, bound * 1.0000001);
  });

  it("widen the Xavier interval by the gain", () => {
    const bound = 2 * Math.sqrt(6 / (300 + 60));
    expect(moments(values("xavierUniform", 2, [300, 60])).largest).to.be.within(
      bound * 0.999,
      bound * 1.0000001,
    );
  });

  it("count a vector's length on both sides and leading axes not at all", () => {
    const bound = Math.sqrt(6 / (2000 + 2000));
    expect(moments(values("xavierUniform", 1, [2000])).largest).to.be.within(bound * 0.99, bound * 1.0000001);
    const stacked = Math.sqrt(6 / (40 + 60));
    expect(moments(values("xavierUniform", 1, [5, 40, 60])).largest).to.be.within(
      stacked * 0.99,
      stacked * 1.0000001,
    );
  });

  it("have the Xavier deviation when normal", () => {
    const expected = Math.sqrt(2 / (300 + 60));
    const { mean, deviation } = moments(values("xavierNormal", 1, [300, 60]));
    expect(mean).to.be.closeTo(0, expected / 40);
    expect(deviation).to.be.closeTo(expected, expected / 40);
  });

  it("have the given deviation, half width or value", () => {
    expect(moments(values("normal", 0.1, [200, 100])).deviation).to.be.closeTo(0.1, 0.002);
    expect(moments(values("uniform", 0.1, [200, 100])).largest).to.be.within(0.0999, 0.10000001);
    expect([...values("constant", 0.5, [2, 2])]).to.deep.equal([0.5, 0.5, 0.5, 0.5]);
    expect([...values("constant", 3, [])]).to.deep.equal([3]);
  });

  it("depend on seed and name and on nothing else", () => {
    const initializer = { kind: "normal", scale: 1 } as const;
    const first = initialTensor("a", initializer, [4], 1).data;
    expect(initialTensor("a", initializer, [4], 1).data).to.deep.equal(first);
    expect(initialTensor("b", initializer, [4], 1).data).to.not.deep.equal(first);
    expect(initialTensor("a", initializer, [4], 2).data).to.not.deep.equal(first);
  });

  it("come with zero moments of the same shape", () => {
    const state = initialState(exampleManifest(), new Map(Object.entries({ user: 5, dim: 8 })), 999);
    expect([...state.keys()]).to.deep.equal(["user_embedding", "user_embedding.m"]);
    expect(state.get("user_embedding.m")!.dims).to.deep.equal([5, 8]);
    expect((state.get("user_embedding.m")!.data as Float32Array).every((value) => value === 0)).to.equal(
      true,
    );
    expect((state.get("user_embedding")!.data as Float32Array).every((value) => value === 0)).to.equal(false);
  });

  it("cannot be made while the size of an axis is unknown", () => {
    const manifest: Pick<Manifest, "parameters" | "phases"> = exampleManifest();
    expect(() => initialState(manifest, new Map([["dim", 8]]), 999))
      .to.throw(AxisSizeError, 'axis "user": its size is not known, but parameter "user_embedding" has it.')
      .with.property("axis", "user");
  });
});
