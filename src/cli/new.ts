import { writeFile } from "node:fs/promises";
import { command } from "./command.js";
import { modelTemplate } from "./modelTemplate.js";
import { OutputError } from "./outputError.js";
import { UsageError } from "./usageError.js";

export const newModel = command({
  positionals: {
    name: { type: "string", describe: "Name of the model, a word in lower case; <name>.ts is written" },
  },
  options: {},
  examples: [["my-model", "Write my-model.ts, a LightGCN with comments, to be changed"]],
  epilogue:
    "The file stands in the current folder and is never overwritten. `mmkit build ./<name>.ts` compiles it.",
  async run({ name, json }, { stdout }) {
    if (!/^[a-z][a-z0-9_-]*$/.test(name)) {
      throw new UsageError(
        `a model's name is a word of lower-case letters, digits, - and _, found "${name}"`,
        "Write for instance mmkit new my-model.",
      );
    }
    const file = `${name}.ts`;
    await writeNew(file, modelTemplate(name));
    if (json) {
      stdout.write(`${JSON.stringify({ file })}\n`);
      return;
    }
    stdout.write(
      `wrote ${file}\n` +
        `  mmkit build ./${file} --out artifacts/${name}\n` +
        `  mmkit train ./${file} --data <dataset folder> --out runs/${name}\n`,
    );
  },
});

/** @throws OutputError if there is such a file, which stays as it is */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new OutputError(file, "the file exists and is not overwritten", "Choose another name.");
  }
}
