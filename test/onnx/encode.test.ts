import { expect } from "chai";
import { encodeModel } from "../../src/onnx/encode.js";
import { checkModel } from "../../src/onnx/check.js";
import type { OnnxAttribute, OnnxModel } from "../../src/onnx/model.js";
import { bestOfRows, everyKind, node, runningSums } from "./exampleModels.js";
import { runModel, runtimes } from "./runBoth.js";

const float32 = (dims: readonly number[], ...values: number[]) => ({
  type: "float32" as const,
  dims,
  data: new Float32Array(values),
});
const int64 = (dims: readonly number[], ...values: bigint[]) => ({
  type: "int64" as const,
  dims,
  data: new BigInt64Array(values),
});

describe("an encoded model", () => {
  for (const runtime of runtimes) {
    describe(`in ${runtime}`, () => {
      it("runs a Scan whose body reads an outer constant", async () => {
        const outputs = await runModel(runtime, encodeModel(runningSums()), {
          start: float32([2], 10, 20),
          rows: float32([3, 2], 1, 2, 3, 4, 5, 6),
        });
        expect(outputs["total"]).to.deep.equal(float32([2], 20.5, 29));
        expect(outputs["history"]).to.deep.equal(float32([3, 2], 11.5, 21, 15, 24, 20.5, 29));
      });

      it("finds the best of each row, keeps integers beyond 2^53 exact and takes an empty tensor", async () => {
        const outputs = await runModel(runtime, encodeModel(bestOfRows()), {
          scores: float32([2, 4], 1, 7, 3, 7, 9, -1, 8, 0),
          k: int64([1], 2n),
        });
        expect(outputs["values"]).to.deep.equal(float32([2, 2], 7, 7, 9, 8));
        const base = 2n ** 53n + 1n;
        expect(outputs["shifted"]).to.deep.equal(int64([2, 2], base + 1n, base + 3n, base, base + 2n));
        expect(outputs["joined"]).to.deep.equal(float32([2], 7, 8));
      });

      it("holds constants of every dtype and attributes of every kind, and keeps an omitted input omitted", async () => {
        const outputs = await runModel(runtime, encodeModel(everyKind()), { x: float32([3], -10, 0.25, 9) });
        const columns = [-1.5 + 2 + 5, 0 + 3 + 6, 0.1 + 4 + 7.25];
        const leaky = [-1, 0.25, 0.3];
        const scale = [2, 2.5, -1e-7];
        const expected = columns.map((column, index) => (column + leaky[index]!) * scale[index]!);
        const found = Array.from(outputs["y"]!.data as Float32Array);
        found.forEach((value, index) => {
          expect(value).to.be.closeTo(expected[index]!, Math.abs(expected[index]!) * 1e-6);
        });
        expect(outputs["flag"]!.data).to.deep.equal(new Uint8Array([0, 1]));
        expect(Array.from(outputs["half"]!.data as Iterable<number>)).to.have.length(2);
        expect(outputs["double"]!.data).to.deep.equal(new Float64Array([Math.PI]));
        expect(outputs["small"]!.data).to.deep.equal(new Int8Array([-128, 127]));
        expect(outputs["byte"]!.data).to.deep.equal(new Uint8Array([0, 255]));
        expect(outputs["key"]!.data).to.deep.equal(new BigUint64Array([2n ** 64n - 1n]));
        expect(outputs["scattered"]).to.deep.equal(float32([3], 1 - 10 + 0.25, 1, 1));
      });

      it("takes sizes that differ from run to run where a dimension is symbolic", async () => {
        const bytes = encodeModel(runningSums());
        for (const steps of [1, 5]) {
          const outputs = await runModel(runtime, bytes, {
            start: float32([2], 0, 0),
            rows: float32([steps, 2], ...new Array<number>(2 * steps).fill(1)),
          });
          expect(outputs["history"]!.dims).to.deep.equal([steps, 2]);
        }
      });
    });
  }

  it("has the same bytes every time it is built", () => {
    for (const build of [runningSums, bestOfRows, everyKind]) {
      expect(encodeModel(build())).to.deep.equal(encodeModel(build()));
    }
  });

  it("has bytes that do not depend on the order in which attributes and metadata were set", () => {
    const attributes: Record<string, OnnxAttribute> = {
      axis: { kind: "int", value: 0 },
      largest: { kind: "int", value: 0 },
      sorted: { kind: "int", value: 1 },
    };
    const build = (reverse: boolean): OnnxModel => {
      const order = <Value>(entries: [string, Value][]) =>
        Object.fromEntries(reverse ? entries.reverse() : entries);
      return {
        metadata: order([
          ["first", "1"],
          ["second", "2"],
        ]),
        graph: {
          name: "order",
          inputs: [
            { name: "x", dtype: "float32", dims: ["n"] },
            { name: "k", dtype: "int64", dims: [1] },
          ],
          outputs: [{ name: "values", dtype: "float32", dims: ["k"] }],
          initializers: [],
          nodes: [node("TopK", ["x", "k"], ["values", "places"], order(Object.entries(attributes)))],
        },
      };
    };
    expect(encodeModel(build(true))).to.deep.equal(encodeModel(build(false)));
  });

  it("writes constants that are views into a larger buffer", () => {
    const model = runningSums();
    const view = new Float32Array([9, 9, 9, 0.5, -1, 9]).subarray(3, 5);
    const withView: OnnxModel = {
      ...model,
      graph: { ...model.graph, initializers: [{ name: "bias", dtype: "float32", dims: [2], data: view }] },
    };
    checkModel(withView);
    expect(encodeModel(withView)).to.deep.equal(encodeModel(model));
  });

  it("names mmkit as its producer and no version or time", () => {
    const text = Buffer.from(encodeModel(bestOfRows())).toString("latin1");
    expect(text.slice(0, 9)).to.equal("\x08\x0a\x12\x05mmkit");
  });
});
