import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { packageRoot } from "../../src/onnx/packageRoot.js";
import { modelFolder } from "../cli/modelFolder.js";
import { program } from "../cli/program.js";
import { writeTinyDataset } from "../cli/tinyDataset.js";
import { temporaryFolder } from "../runtime/temporaryFolder.js";

/** The code blocks of a language in a Markdown text, in order. */
function codeBlocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map((match) => match[1]!);
}

describe("the tutorial", function () {
  this.timeout(60_000);
  const temporary = temporaryFolder();

  it("is a model of about 40 lines, and its commands run as they stand there", async () => {
    const text = await readFile(join(packageRoot(), "examples", "tutorial.md"), "utf8");
    const model = codeBlocks(text, "ts").join("");
    expect(model.trimEnd().split("\n")).to.have.length.within(35, 50);
    await modelFolder(temporary.path, "module");
    await writeFile(join(temporary.path, "lightgcn.ts"), model);
    await writeTinyDataset(join(temporary.path, "shop"));
    const lines = codeBlocks(text, "sh").flatMap((block) => block.trimEnd().split("\n"));
    expect(lines).to.have.length(5);
    let last = "";
    for (const line of lines) {
      const [name, ...words] = line.split(" ");
      expect(name).to.equal("mmkit");
      const { code, stdout, stderr } = await program(temporary.path, ...words);
      expect(code, `${line}\n${stderr}`).to.equal(0);
      last = stdout;
    }
    expect(last).to.match(/^user 3\n {3}1\. item \d+/);
    expect(await readdir(temporary.path)).to.include.members(["artifacts", "runs", "export"]);
  });
});
