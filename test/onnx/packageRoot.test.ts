import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { packageRoot } from "../../src/onnx/packageRoot.js";

describe("the package root", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "mmkit-root-")));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("is the nearest folder above with the package.json of mmkit, others being passed over", () => {
    const deep = join(folder, "dist", "src");
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "name": "mmkit" }');
    writeFileSync(join(deep, "package.json"), '{ "type": "module" }');
    expect(packageRoot(pathToFileURL(join(deep, "file.js")).href)).to.equal(folder);
  });

  it("is a fault of our own when there is none", () => {
    const start = pathToFileURL(join(folder, "file.js")).href;
    expect(() => packageRoot(start)).to.throw(
      Error,
      /^internal: no folder above .*file\.js holds the package\.json/,
    );
  });
});
