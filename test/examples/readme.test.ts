import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { commands } from "../../src/cli/commands.js";
import { globalOptions } from "../../src/cli/command.js";
import { packageRoot } from "../../src/onnx/packageRoot.js";

/** Every `mmkit …` in the code of a Markdown text, up to the end of the line, a comment or the code. */
function commandLines(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap((match) => match[1]!.split("\n"));
  const spans = [...text.replaceAll(/^```.*?^```/gms, "").matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
  return [...blocks, ...spans].flatMap(
    (code) => /(?:^|&& |npx )mmkit ([a-z][^#]*)/.exec(code)?.[1]?.trim() ?? [],
  );
}

describe("the command lines in the documentation", () => {
  for (const file of [
    "README.md",
    join("examples", "tutorial.md"),
    join("docs", "dataset-format.md"),
    join("docs", "encoders.md"),
    join("docs", "export-format.md"),
    join("docs", "performance.md"),
    join("docs", "serving.md"),
  ]) {
    it(`of ${file} use commands and options that exist`, async () => {
      const lines = commandLines(await readFile(join(packageRoot(), file), "utf8"));
      expect(lines).not.to.deep.equal([]);
      for (const line of lines) {
        const words = line.split(/\s+/);
        const ofGroup = words.slice(0, 2).join(" ");
        const name = ofGroup in commands ? ofGroup : words[0]!;
        expect(commands, `mmkit ${line}`).to.have.property(name);
        const { options } = await commands[name]!.load();
        for (const word of words.filter((text) => text.startsWith("--"))) {
          expect({ ...globalOptions, ...options }, `mmkit ${line}`).to.have.property(word.slice(2));
        }
      }
    });
  }

  it("in the README's table are all commands", async () => {
    const readme = await readFile(join(packageRoot(), "README.md"), "utf8");
    for (const name of Object.keys(commands)) expect(readme).to.match(new RegExp(`\\| \`mmkit ${name}[ \`]`));
  });
});
