import { expect } from "chai";
import { opSupport } from "../../src/onnx/opSupport.js";

describe("the operator support table", () => {
  it("has every operator on the CPU of both runtimes", () => {
    for (const [name, { providers }] of opSupport)
      expect(providers, name).to.include.members(["cpu", "wasm"]);
  });

  it("lists in alphabetical order, so that a reader finds an operator", () => {
    expect([...opSupport.keys()]).to.deep.equal([...opSupport.keys()].sort());
  });

  it("knows which operators WebGPU has no kernel for", () => {
    const missing = [...opSupport]
      .filter(([, { providers }]) => !providers.includes("webgpu"))
      .map(([name]) => name);
    expect(missing).to.deep.equal([
      "ConstantOfShape",
      "EyeLike",
      "Max",
      "Min",
      "Or",
      "QuantizeLinear",
      "Scan",
      "Sign",
      "Trilu",
    ]);
  });
});
