import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { tinySizes, writeTinyDataset } from "../cli/tinyDataset.js";

const run = promisify(execFile);

function example(name: string): string {
  return join(import.meta.dirname, "..", "..", "examples", `${name}.js`);
}

describe("the example programs", function () {
  this.timeout(60_000);
  let folder = "";
  let stdout = "";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmkit-test-"));
    await writeTinyDataset(join(folder, "shop"));
    const words = [example("build-and-train"), join(folder, "shop"), join(folder, "out"), "2"];
    ({ stdout } = await run(process.execPath, words));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("compile, train, export and recommend without the command line", () => {
    expect(stdout).to.match(/^epoch 1 loss 0\.\d+\nepoch 2 loss 0\.\d+\ntest /);
    expect(stdout).to.match(/'Recall@20': '[01]\.\d{4}'/);
    expect(stdout).to.match(/\{ item: \d+, score: [-\d.e]+, title: 'Item \d+' \}/);
  });

  it("serve an export in five lines", async () => {
    const served = await run(process.execPath, [example("recommend"), join(folder, "out", "export"), "7"]);
    const lines = served.stdout.trimEnd().split("\n");
    expect(lines).to.have.length(5);
    for (const line of lines) {
      const item = /^(\d+) -?\d+\.\d{4} Item \1$/.exec(line)?.[1];
      expect(item, line).not.to.equal(undefined);
      expect(Number(item)).to.be.below(tinySizes.items);
    }
  });
});
