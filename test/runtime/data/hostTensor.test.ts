import { expect } from "chai";
import { float32Data, hostTensor, HostTensorError, int64Data } from "../../../runtime/data/hostTensor.js";

describe("host tensors", () => {
  it("wrap their data without a copy", () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const tensor = hostTensor("float32", [2, 3], data);
    expect(tensor.data).to.equal(data);
    expect(float32Data("x", tensor, [2, 3])).to.equal(data);
    expect(hostTensor("uint64", [], BigUint64Array.of(1n)).dims).to.deep.equal([]);
  });

  it("refuse data of another type or length", () => {
    expect(() => hostTensor("int32", [1], Float32Array.of(1)))
      .to.throw(HostTensorError, "data of a int32 tensor must be Int32Array, but it is Float32Array")
      .with.property("found", "Float32Array");
    expect(() => hostTensor("bool", [2, 2], new Uint8Array(3))).to.throw(
      HostTensorError,
      "data of a tensor [2, 2] must be 4 elements long, but it is 3 elements long",
    );
  });

  it("refuse to be read as another type or shape", () => {
    const tensor = hostTensor("int64", [2], BigInt64Array.of(1n, 2n));
    expect([...int64Data("k", tensor, [2])]).to.deep.equal([1n, 2n]);
    expect(() => int64Data("k", tensor, [1])).to.throw(
      HostTensorError,
      "k must be int64 [1], but it is int64 [2]",
    );
    expect(() => float32Data("k", tensor, [2])).to.throw(
      HostTensorError,
      "k must be float32 [2], but it is int64 [2]",
    );
  });
});
