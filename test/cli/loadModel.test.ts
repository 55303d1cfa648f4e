import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { buildArtifacts } from "../../exports/artifacts.js";
import { loadModel } from "../../src/cli/loadModel.js";
import { ModelFileError } from "../../src/cli/modelFileError.js";
import { modelTemplate } from "../../src/cli/modelTemplate.js";
import { UsageError } from "../../src/cli/usageError.js";
import { rejection } from "../runtime/rejection.js";
import { temporaryFolder } from "../runtime/temporaryFolder.js";
import { mmkit } from "./capture.js";
import { modelFolder } from "./modelFolder.js";

describe("a model of one's own", () => {
  const temporary = temporaryFolder();
  const write = async (content: string, file = "mine.ts"): Promise<string> => {
    const path = join(temporary.path, file);
    await writeFile(path, content);
    return path;
  };

  for (const type of ["module", "commonjs"] as const) {
    describe(`in a folder of type ${type}`, () => {
      beforeEach(() => modelFolder(temporary.path, type));

      it("gives equal bytes every time it is built", async () => {
        const file = await write(modelTemplate("mine"));
        const [first, second] = [await loadModel(file), await loadModel(file)].map(
          (model) => buildArtifacts(model).files,
        );
        expect(first!.get("epoch_model.onnx")).to.deep.equal(second!.get("epoch_model.onnx"));
        expect(Buffer.from(first!.get("training_model.onnx")!).toString()).to.contain('"mine.ts:');
      });

      it("is refused without a default export", async () => {
        const error = await rejection(loadModel(await write("export const model = 1;")), ModelFileError);
        expect(error.problem).to.equal("it has no default export, only model");
        expect(error.fix).to.contain("export default defineModel(");
      });

      it("is refused with a syntax error, naming the line", async () => {
        const error = await rejection(
          loadModel(await write("export default {\n  name: ;\n};")),
          ModelFileError,
        );
        expect(error.problem).to.match(
          /^it is not valid TypeScript:\n {2}.*mine\.ts:2:8: ERROR: Unexpected ";"/,
        );
      });

      it("is refused when it throws while it is loaded, naming the line", async () => {
        const file = await write("const nothing: any = undefined;\n\nexport default nothing.at;");
        const error = await rejection(loadModel(file), ModelFileError);
        expect(error.problem).to.match(/^loading it fails: TypeError: .*\n {2}at .*mine\.ts:3\n$/);
      });

      it("is refused when its build throws, naming the line", async () => {
        const file = await write(
          modelTemplate("mine").replace('m.axis("dim", h.dim);', "(h as any).nothing.at(0);"),
        );
        const model = await loadModel(file);
        const line = (await readFile(file, "utf8"))
          .split("\n")
          .findIndex((text) => text.includes("nothing.at"));
        expect(() => buildArtifacts(model))
          .to.throw(ModelFileError)
          .with.property("problem")
          .that.matches(
            new RegExp(`^build of model "mine" fails: TypeError: .*\n  at .*mine\\.ts:${line + 1}\n$`),
          );
      });

      it("is refused when it imports what is not installed", async () => {
        const error = await rejection(
          loadModel(await write('import x from "not-installed"; export default x;')),
          ModelFileError,
        );
        expect(error.problem).to.contain("'not-installed'");
        expect(error.fix).to.equal("Correct the import or install the package.");
      });
    });
  }

  it("may be JavaScript", async () => {
    await modelFolder(temporary.path, "module");
    const file = await write(modelTemplate("mine").replaceAll("]!", "]"), "mine.js");
    expect((await loadModel(file)).name).to.equal("mine");
  });

  it("is refused when it is no model, with everything that is missing", async () => {
    await modelFolder(temporary.path, "module");
    const ablations = '[{ table: "I", title: "x", metrics: [], groups: [{ full: {}, rows: [] }] }]';
    const file = await write(
      `export default { name: "My Model", hyperparameters: { dim: 64 }, build: 3, ablations: ${ablations} };`,
    );
    expect((await rejection(loadModel(file), ModelFileError)).problem).to.equal(
      [
        "its default export is not a model definition:",
        '  "name" must be a word in lower case, found "My Model"',
        '  "title" must be a text, found nothing',
        '  "build" must be a function, found 3',
        '  "ablations" must be a list of { table, title, metrics, groups: [{ full, rows }] } whose rows have a name and settings',
        '  hyper-parameter "dim" must be made by number, integer, flag, choice or names, found 64',
        "",
      ].join("\n"),
    );
    for (const [text, found] of [
      ["[]", "a list"],
      ["null", "null"],
      ["() => 1", "a value of type function"],
    ] as const) {
      const other = await write(`export default ${text};`, `other-${found.length}.ts`);
      expect((await rejection(loadModel(other), ModelFileError)).problem).to.contain(
        `it must be an object, found ${found}`,
      );
    }
  });

  it("is told to install mmkit where it is not found", async () => {
    await writeFile(join(temporary.path, "package.json"), '{ "name": "shop", "type": "module" }');
    const error = await rejection(loadModel(await write(modelTemplate("mine"))), ModelFileError);
    expect(error.fix).to.equal("Install mmkit in the model's folder: npm install mmkit.");
  });

  it("is refused as wrong usage when the file is missing", async () => {
    const error = await rejection(loadModel(join(temporary.path, "none.ts")), UsageError);
    expect(error.problem).to.match(/^there is no model file .*none\.ts$/);
  });

  it("reports a mistake in the declaration with the author's line and exit code 1", async () => {
    await modelFolder(temporary.path, "module");
    const text = modelTemplate("mine").replace('["user", "dim"]', '["usr", "dim"]');
    const line = text.split("\n").findIndex((content) => content.includes('"usr"')) + 1;
    const { code, stderr } = await mmkit("build", await write(text), "--out", join(temporary.path, "out"));
    expect(code).to.equal(1);
    expect(stderr).to.contain('axis "usr": is not declared; declared are user, item, batch, dim');
    expect(stderr).to.contain(`declared at mine.ts:${line}\n`);
    expect(await readdir(temporary.path)).not.to.contain("out");
  });
});
