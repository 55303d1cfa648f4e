import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { temporaryFolder } from "../runtime/temporaryFolder.js";
import { mmkit } from "./capture.js";

describe("mmkit quickstart", function () {
  this.timeout(120_000);
  const temporary = temporaryFolder();
  const out = (): string => join(temporary.path, "shop");

  it("makes a shop, trains, exports and recommends, all below one folder, and again", async () => {
    const first = await mmkit("quickstart", "--out", out(), "--epochs", "1");
    expect(first.code, first.stderr).to.equal(0);
    expect(await readdir(temporary.path)).to.deep.equal(["shop"]);
    expect(await readdir(out())).to.have.members(["catalogue", "export", "quickstart.json", "runs"]);
    expect(first.stdout).to.match(/\n +ksi +lightgcn +popularity\n {2}Recall@5 /);
    expect(first.stdout).to.match(
      /\nNew items: \d+, without .*\nRanked among all items, .*:\n +ksi +lightgcn +popularity\n/,
    );
    expect(first.stdout).to.match(
      /\nRanked among the new items only, [^:]*, orders them by id[^:]*:\n +ksi +lightgcn +popularity\n/,
    );
    expect(first.stdout).to.match(/\nA demonstration: learning rates set by hand .*`npm run accuracy` holds/);
    expect(first.stdout).to.match(/Customer 0 bought:\n {2}\w.*\n/);
    expect(first.stdout).to.match(/The exported file recommends:\n {3}1\. \w.*\n/);
    const again = await mmkit("quickstart", "--out", out(), "--epochs", "1", "--json");
    expect(again.code, again.stderr).to.equal(0);
    const result = JSON.parse(again.stdout) as {
      measured: Record<string, { model: { rounded: Record<string, string> } }>;
      customer: { recommended: unknown[] };
    };
    expect(Object.keys(result.measured)).to.have.members(["ksi", "lightgcn"]);
    expect(first.stdout).to.match(
      new RegExp(`Recall@20 +${result.measured["ksi"]!.model.rounded["Recall@20"]!} `),
    );
    expect(result.customer.recommended).to.have.length(10);
  });

  it("refuses senseless options before anything is made", async () => {
    for (const [words, message] of [
      [["--user", "600"], "--user must be one of the customers 0 to 599, found 600"],
      [["--epochs", "0"], "--epochs must be a whole number from 1, found 0"],
    ] as const) {
      const { code, stderr } = await mmkit("quickstart", "--out", out(), ...words);
      expect(stderr).to.contain(message);
      expect(code).to.equal(2);
      expect(await readdir(temporary.path)).to.deep.equal([]);
    }
  });

  it("never writes into a folder with other files", async () => {
    await mkdir(out());
    await writeFile(join(out(), "thesis.txt"), "years of work");
    const { code, stderr } = await mmkit("quickstart", "--out", out());
    expect(code).to.equal(1);
    expect(stderr).to.contain("the folder holds other files (thesis.txt), which are not overwritten.");
    expect(await readdir(out())).to.deep.equal(["thesis.txt"]);
  });
});
