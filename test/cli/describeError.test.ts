import { readFileSync } from "node:fs";
import { expect } from "chai";
import { describeError } from "../../src/cli/describeError.js";
import { UsageError } from "../../src/cli/usageError.js";
import { OnnxError } from "../../src/onnx/onnxError.js";

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return expect.fail("nothing was thrown");
}

describe("the text of an error", () => {
  it("is the message of an error that mmkit foresaw", () => {
    expect(describeError(new OnnxError("model", "is empty"), false)).to.equal("model: is empty.");
    expect(describeError(new UsageError("no", "Yes."), false)).to.equal("no. Yes.");
  });

  it("marks an error of JavaScript as our own fault, once", () => {
    const text = describeError(
      thrownBy(() => (undefined as unknown as string).length),
      false,
    );
    expect(text).to.match(/^internal: Cannot read properties of undefined/);
    expect(describeError(new Error("internal: lost a node"), false)).to.equal("internal: lost a node");
    expect(
      describeError(
        thrownBy(() => readFileSync(true as unknown as string)),
        false,
      ),
    ).to.match(/^internal: /);
  });

  it("marks a thrown value that is no error as our own fault", () => {
    expect(describeError("boom", false)).to.equal("internal: boom was thrown");
  });

  it("leaves the message of a failed system call, which names the file", () => {
    const text = describeError(
      thrownBy(() => readFileSync("/nowhere/at/all")),
      false,
    );
    expect(text).to.equal("ENOENT: no such file or directory, open '/nowhere/at/all'");
  });
});
