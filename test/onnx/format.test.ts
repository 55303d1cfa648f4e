import { expect } from "chai";
import { formatModel } from "../../src/onnx/format.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { everyKind, runningSums } from "./exampleModels.js";

describe("the text of a model", () => {
  it("shows a Scan with its body indented", () => {
    expect(formatModel(runningSums())).to.equal(`opset 21, IR 10
metadata mmkit.axes = "[\\"step\\"]"
metadata mmkit.model = "running_sums"
graph sums
  input start : float32 [2]
  input rows : float32 [step, 2]
  constant bias : float32 [2] = [0.5, -1]
  total, history = Scan(start, rows) {body: graph step, num_scan_inputs: 1} : float32 [2], float32 [step, 2]
    graph step
      input total_in : float32 [2]
      input row : float32 [2]
      biased = Add(row, bias)
      total_out = Add(total_in, biased) : float32 [2]
      seen = Identity(total_out) : float32 [2]
      output total_out : float32 [2]
      output seen : float32 [2]
  output total : float32 [2]
  output history : float32 [step, 2]
`);
  });

  it("shows constants of every dtype, long ones in short, and attributes of every kind", () => {
    const text = formatModel(everyKind());
    const shown = text.split("\n").map((line) => line.trim());
    expect(shown).to.include.members([
      "constant ceiling : float32 [] = [0.3]",
      "constant flags : bool [2] = [false, true]",
      "constant halves : float16 [2] = [0x3c00, 0xc000]",
      "constant doubles : float64 [1] = [3.141592653589793]",
      "constant keys : uint64 [1] = [18446744073709551615]",
      "constant long : float32 [3, 3] = 9 values, -1.5 to 7.25, sha256 4bfc23548090",
      "clipped = Clip(x, -, ceiling)",
      "leaky = LeakyRelu(clipped) {alpha: 0.1}",
      "ones = Constant() {value: float32 [3] = [1, 1, 1]}",
      "twos = Constant() {value_floats: [2.0, 2.5, -1e-7]}",
      "turned = Transpose(long) {perm: [1, 0]}",
      "y = Mul(sum, twos) : float32 [3] @ scale/by_two",
      'scattered = ScatterElements(ones, rows, pair) {reduction: "add"} : float32 [3]',
    ]);
  });

  it("shows the cost as polynomials of the axes and leaves the source lines out", () => {
    const cost = (text: string): string => {
      const metadata = { "mmkit.cost": text, "mmkit.sources": '{"sum":"model.ts:1"}' };
      return formatModel({ ...runningSums(), metadata }).split("graph")[0]!;
    };
    expect(cost('{"flops":{"user":2,"":5},"bytes":{"item·user":4}}')).to.equal(
      "opset 21, IR 10\nmetadata mmkit.cost\n  flops = 2·user + 5\n  bytes = 4·item·user\n",
    );
    expect(cost("none")).to.equal('opset 21, IR 10\nmetadata mmkit.cost = "none"\n');
  });

  it("tells long constants apart that differ in one value within their range", () => {
    const withValue = (value: number): OnnxModel => {
      const model = everyKind();
      const initializers = model.graph.initializers.map((initializer) =>
        initializer.name === "long"
          ? { ...initializer, data: Float32Array.from(initializer.data as Float32Array) }
          : initializer,
      );
      initializers.find(({ name }) => name === "long")!.data[4] = value;
      return { ...model, graph: { ...model.graph, initializers } };
    };
    expect(formatModel(withValue(3))).to.equal(formatModel(everyKind()));
    expect(formatModel(withValue(3.5))).not.to.equal(formatModel(everyKind()));
  });
});
