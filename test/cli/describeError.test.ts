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

  it("says of a folder or file that cannot be written why, and what to do", () => {
    const failed = (code: string, syscall: string, path: string, dest?: string): string => {
      const fields = { code, syscall, path, ...(dest === undefined ? {} : { dest }) };
      return describeError(Object.assign(new Error(`${code}: raw text`), fields), false);
    };
    expect(failed("EACCES", "mkdir", "/runs/1")).to.equal(
      "/runs/1 cannot be written: permission is denied (EACCES). Choose another folder, or change its permissions.",
    );
    expect(failed("ENOSPC", "open", "/runs/config.json.writing-17-0a1b2c3d")).to.match(
      /^\/runs\/config\.json cannot be written: the disk is full \(ENOSPC\)\. Free some space/,
    );
    expect(failed("EROFS", "rename", "/runs/x.writing", "/runs/x")).to.match(/^\/runs\/x cannot be written/);
    expect(failed("EACCES", "open", "/data/text.npy")).to.match(/^\/data\/text\.npy cannot be opened: perm/);
    expect(failed("EWEIRD", "open", "/data/text.npy")).to.equal("EWEIRD: raw text");
  });

  it("leaves the message of a failed system call, which names the file", () => {
    const text = describeError(
      thrownBy(() => readFileSync("/nowhere/at/all")),
      false,
    );
    expect(text).to.equal("ENOENT: no such file or directory, open '/nowhere/at/all'");
  });
});
