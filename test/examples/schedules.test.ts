import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { packageRoot } from "../../src/onnx/packageRoot.js";

describe("the page about schedules", () => {
  it("shows the example that the tests train", async () => {
    const page = await readFile(join(packageRoot(), "docs", "schedules.md"), "utf8");
    const example = await readFile(join(packageRoot(), "examples", "phasedModel.ts"), "utf8");
    const shown = /^```ts\n(.*?)^```/ms.exec(page)![1]!;
    expect(shown).to.equal(example.replace('"../src/index.js"', '"mmkit"'));
  });
});
