import { expect } from "chai";
import { GraphRunError } from "../../../runtime/artifacts/graphRunError.js";
import { DatasetError } from "../../../runtime/data/datasetError.js";
import { NonFiniteScoresError } from "../../../runtime/ranking/nonFiniteScoresError.js";
import { NonFiniteLossError } from "../../../runtime/training/nonFiniteLossError.js";
import { ForeignError, packError } from "../../../runtime/training/packedError.js";
import { unpackError } from "../../../runtime/training/transferredError.js";

function transferred(error: unknown): Error {
  return unpackError(structuredClone(packError(error)));
}

describe("an error sent between threads", () => {
  it("keeps its class, its fields, its message and its stack", () => {
    const cases = [
      new DatasetError({ file: "interactions.tsv", line: 7 }, "item id 9 is out of range", "Correct it"),
      new NonFiniteLossError("main", 3, 12, { total: NaN, bpr: 0.5 }),
      new NonFiniteScoresError("user_vectors", "row 0 holds Infinity"),
      new GraphRunError("epoch", "bpr/lookup", "graphs/mf/model.ts:22", "idx=7"),
    ];
    for (const error of cases) {
      const received = transferred(error);
      expect(received).to.be.instanceOf(error.constructor);
      expect(received.message).to.equal(error.message);
      expect(received.stack).to.equal(error.stack);
      expect(Object.fromEntries(Object.entries(received))).to.deep.equal(
        Object.fromEntries(Object.entries(error)),
      );
    }
  });

  it("keeps the name of a class that the other side does not know", () => {
    class MoonError extends Error {
      override readonly name = "MoonError";
    }
    const received = transferred(new MoonError("no moon tonight"));
    expect(received).to.be.instanceOf(ForeignError);
    expect(received.name).to.equal("MoonError");
    expect(received.message).to.equal("no moon tonight");
  });

  it("is a plain one if it was not one of mmkit's, or no error at all", () => {
    const received = transferred(new RangeError("internal: index"));
    expect(received.constructor).to.equal(Error);
    expect(received.name).to.equal("RangeError");
    expect(received.message).to.equal("internal: index");
    expect(transferred("text").message).to.equal("text");
  });
});
