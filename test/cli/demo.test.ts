import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { temporaryFolder } from "../runtime/temporaryFolder.js";
import { mmkit } from "./capture.js";

/** What it makes is tested in Chromium: test/examples/demo. */
describe("mmkit demo", () => {
  const temporary = temporaryFolder();

  it("refuses senseless options before anything is made", async () => {
    const work = join(temporary.path, "work");
    for (const [words, message] of [
      [["--epochs", "0"], "--epochs must be a whole number from 1, found 0"],
      [["--port", "65536"], "--port must be a whole number from 0 to 65535, found 65536"],
    ] as const) {
      const { code, stderr } = await mmkit("demo", "--work", work, ...words);
      expect(stderr).to.contain(message);
      expect(code).to.equal(2);
    }
    expect(await readdir(temporary.path)).to.deep.equal([]);
  });

  it("never writes into a folder with other files", async () => {
    const other = join(temporary.path, "thesis");
    await mkdir(other);
    await writeFile(join(other, "thesis.txt"), "years of work");
    const work = join(temporary.path, "work");
    for (const words of [
      ["--work", other],
      ["--work", work, "--out", other],
    ]) {
      const { code, stderr } = await mmkit("demo", ...words, "--force");
      expect(code).to.equal(1);
      expect(stderr).to.contain("the folder holds other files (thesis.txt), which are not overwritten.");
    }
    expect(await readdir(temporary.path)).to.deep.equal(["thesis"]);
    expect(await readdir(other)).to.deep.equal(["thesis.txt"]);
  });
});
