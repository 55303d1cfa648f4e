import { expect } from "chai";
import type { GraphTensor } from "../../../runtime/artifacts/manifest.js";
import { hostTensor, type HostTensor } from "../../../runtime/data/hostTensor.js";
import { checkFeeds, FeedError } from "../../../runtime/artifacts/checkFeeds.js";

const inputs: GraphTensor[] = [
  { name: "user_embedding", dtype: "float32", axes: ["user", 4], role: "parameter" },
  { name: "users", dtype: "int32", axes: ["step", "batch"], role: "batch" },
  { name: "items", dtype: "int32", axes: ["step", "batch"], role: "batch" },
  { name: "learning_rate", dtype: "float32", axes: ["step"], role: "scalar" },
];

function feeds(changes: Record<string, HostTensor | undefined> = {}): Map<string, HostTensor> {
  const all: Record<string, HostTensor | undefined> = {
    user_embedding: hostTensor("float32", [3, 4], new Float32Array(12)),
    users: hostTensor("int32", [2, 5], new Int32Array(10)),
    items: hostTensor("int32", [2, 5], new Int32Array(10)),
    learning_rate: hostTensor("float32", [2], new Float32Array(2)),
    ...changes,
  };
  return new Map(Object.entries(all).flatMap(([name, tensor]) => (tensor ? [[name, tensor] as const] : [])));
}

function check(changes?: Record<string, HostTensor | undefined>): void {
  checkFeeds("epoch", { inputs }, feeds(changes), new Map([["user", 3]]));
}

describe("checkFeeds", () => {
  it("accepts feeds that fit, and more than the graph uses", () => {
    expect(() => {
      check({ unused: hostTensor("int32", [1], new Int32Array(1)) });
    }).not.to.throw();
  });

  it("names a missing tensor with its declared axes", () => {
    expect(() => {
      check({ items: undefined });
    })
      .to.throw(
        FeedError,
        'Input "items" of graph "epoch" must be int32 [step=2, batch=5], but it is not there.',
      )
      .with.property("tensor", "items");
  });

  it("refuses another dtype", () => {
    expect(() => {
      check({ users: hostTensor("int64", [2, 5], new BigInt64Array(10)) });
    }).to.throw(
      FeedError,
      'Input "users" of graph "epoch" must be int32 [step, batch], but it is int64 [2, 5].',
    );
  });

  it("refuses another number of axes", () => {
    expect(() => {
      check({ learning_rate: hostTensor("float32", [2, 1], new Float32Array(2)) });
    }).to.throw(
      FeedError,
      'Input "learning_rate" of graph "epoch" must be float32 [step=2], but it is float32 [2, 1].',
    );
  });

  it("refuses a size that the dataset does not have", () => {
    expect(() => {
      check({ user_embedding: hostTensor("float32", [2, 4], new Float32Array(8)) });
    }).to.throw(FeedError, "must be float32 [user=3, 4], but it is float32 [2, 4].");
  });

  it("refuses tensors that disagree about an axis only the run fixes", () => {
    expect(() => {
      check({ items: hostTensor("int32", [2, 4], new Int32Array(8)) });
    }).to.throw(
      FeedError,
      'Input "items" of graph "epoch" must be int32 [step=2, batch=5], but it is int32 [2, 4].',
    );
  });
});
