import { execFile } from "node:child_process";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { packageRoot } from "../../src/onnx/packageRoot.js";
import { temporaryFolder } from "../runtime/temporaryFolder.js";
import { mmkit } from "./capture.js";
import { modelFolder } from "./modelFolder.js";
import { program } from "./program.js";

describe("mmkit new", () => {
  const temporary = temporaryFolder();

  it("writes a model that builds", async () => {
    await modelFolder(temporary.path, "module");
    const { code, stdout } = await program(temporary.path, "new", "my-model");
    expect(code).to.equal(0);
    expect(stdout).to.match(/^wrote my-model\.ts\n {2}mmkit build \.\/my-model\.ts --out /);
    const built = await program(temporary.path, "build", "./my-model.ts", "--out", "artifacts");
    expect(built.stderr).to.equal("");
    expect(built.code).to.equal(0);
    expect(await readdir(join(temporary.path, "artifacts"))).to.include("training_model.onnx");
  });

  it("writes a model whose types are right", async () => {
    await modelFolder(temporary.path, "module");
    await program(temporary.path, "new", "my-model");
    const compiler = join(packageRoot(), "node_modules", "typescript", "bin", "tsc");
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck"];
    await promisify(execFile)(process.execPath, [compiler, ...options, "my-model.ts"], {
      cwd: temporary.path,
    }).catch((error: unknown) => expect.fail((error as { stdout: string }).stdout));
  });

  it("overwrites nothing", async () => {
    const file = join(temporary.path, "my-model.ts");
    await writeFile(file, "mine");
    expect(await program(temporary.path, "new", "my-model")).to.deep.equal({
      code: 1,
      stdout: "",
      stderr: "mmkit: my-model.ts: the file exists and is not overwritten. Choose another name.\n",
    });
    expect(await readFile(file, "utf8")).to.equal("mine");
  });

  it("refuses a name that is no word in lower case", async () => {
    for (const name of ["My Model", "../model", "model.ts", "1st"]) {
      const { code, stderr } = await mmkit("new", name);
      expect(code).to.equal(2);
      expect(stderr).to.contain(`found "${name}"`);
    }
  });
});
