import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { modelTemplate } from "../../src/cli/modelTemplate.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { formatModel } from "../../src/onnx/format.js";
import { saveCheckpoint } from "../../runtime/training/checkpoint.js";
import { runningSums } from "../onnx/exampleModels.js";
import { exampleManifest, writeExampleArtifacts } from "../runtime/artifacts/exampleArtifacts.js";
import { temporaryFolder } from "../runtime/temporaryFolder.js";
import { mmkit } from "./capture.js";
import { modelFolder } from "./modelFolder.js";
import { writeTinyDataset } from "./tinyDataset.js";

describe("mmkit inspect", () => {
  const temporary = temporaryFolder();
  const sums = async (): Promise<string> => {
    const file = join(temporary.path, "sums.onnx");
    await writeFile(file, encodeModel(runningSums()));
    return file;
  };

  it("prints an ONNX file as text", async () => {
    expect(await mmkit("inspect", await sums())).to.deep.equal({
      code: 0,
      stdout: formatModel(runningSums()),
      stderr: "",
    });
  });

  it("counts the operators of an ONNX file for machines, those of bodies too", async () => {
    const { code, stdout } = await mmkit("inspect", await sums(), "--json");
    expect(code).to.equal(0);
    const summary = JSON.parse(stdout) as Record<string, unknown>;
    expect(summary["operators"]).to.deep.equal({ Add: 2, Identity: 1, Scan: 1 });
    expect(summary["inputs"]).to.deep.equal(runningSums().graph.inputs);
    expect(summary["bytes"]).to.equal(encodeModel(runningSums()).length);
  });

  it("fails where a provider has no kernel, and only there", async () => {
    const file = await sums();
    expect((await mmkit("inspect", file, "--provider", "cpu", "--provider", "cuda")).code).to.equal(0);
    expect(await mmkit("inspect", file, "--provider", "webgpu")).to.deep.equal({
      code: 1,
      stdout: "",
      stderr:
        `mmkit: ${file}: graph "sums", node "total": Scan has no kernel on webgpu, only on cpu, cuda, wasm. ` +
        "Without --provider, the file is shown if nothing else is wrong with it.\n",
    });
  });

  it("shows what an artifact folder holds", async () => {
    const manifest = exampleManifest();
    await writeExampleArtifacts(temporary.path);
    const { code, stdout } = await mmkit("inspect", temporary.path);
    expect(code).to.equal(0);
    const lines = stdout.split("\n");
    expect(lines[0]).to.equal("example: Example");
    expect(lines).to.include.members([
      "  layers = 2",
      "  user (set by the data)",
      "  node (user + item)",
      "  user_embedding float32 [user, dim], xavierUniform 1",
      "  interactions sparse [user, item] by interactions, made once",
      "  text_negatives dense [item, dim] by negativeItems, made anew every epoch",
      "    in  user_embedding float32 [user, dim] parameter",
      "    out user_vectors float32 [user, dim] embedding",
    ]);
    const json = JSON.parse((await mmkit("inspect", temporary.path, "--json")).stdout) as Record<
      string,
      unknown
    >;
    expect(json["kind"]).to.equal("artifacts");
    expect(json["manifest"]).to.deep.equal(manifest);
  });

  it("compiles a bundled model in memory and shows what its artifact folder would", async () => {
    const folder = join(temporary.path, "artifacts");
    const chosen = ["--set", "layers=2", "--set", "dim=8"];
    await mmkit("build", "lightgcn", "--out", folder, ...chosen);
    for (const json of [[], ["--json"]]) {
      const shown = await mmkit("inspect", "lightgcn", ...chosen, ...json);
      expect(shown.code, shown.stderr).to.equal(0);
      expect(shown.stdout).to.match(/FLOPs|flops/);
      expect(shown).to.deep.equal(await mmkit("inspect", folder, ...json));
    }
    expect((await mmkit("inspect", "lightgcn")).stdout).to.contain("\n  layers = 3\n");
    expect(await readdir(temporary.path)).to.deep.equal(["artifacts"]);
  });

  it("counts a model's work for the size and with the modalities of a dataset", async () => {
    const data = join(temporary.path, "data");
    await writeTinyDataset(data);
    const { stdout, stderr } = await mmkit("inspect", "ksi", "--data", data);
    expect(stderr).to.equal("");
    expect(stdout).to.contain('\n  modalities = ["text"]\n');
    expect(stdout).to.match(/\n {2}embed per run\n {4}FLOPs [\d,]+\n {4}bytes [\d.]+ [kM]?B\n/);
  });

  it("compiles a module of one's own", async () => {
    await modelFolder(temporary.path, "module");
    const file = join(temporary.path, "mine.ts");
    await writeFile(file, modelTemplate("mine"));
    const { code, stdout, stderr } = await mmkit("inspect", file);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^mine: /);
  });

  const wrong: readonly (readonly [words: readonly string[], code: number, message: string])[] = [
    [["lightgnc"], 2, 'there is no model, file or folder "lightgnc". Did you mean lightgcn? Give a model'],
    [["./mine.ts"], 2, "there is no model file ./mine.ts. Check the path;"],
    [["artifacts/lightgnc"], 1, "artifacts/lightgnc: there is no such file or folder. Give a model"],
    [["lightgcn", "--set", "layer=2"], 2, 'lightgcn has no hyper-parameter "layer" (did you mean layers?)'],
    [["lightgcn", "--set", "dim=0"], 2, "dim: must be >= 1, found 0"],
    [
      ["lightgcn", "--provider", "cpu"],
      2,
      "lightgcn is a model, and --provider goes with an .onnx file. Leave --provider out.",
    ],
  ];
  for (const [words, code, message] of wrong) {
    it(`refuses ${words.join(" ")}`, async () => {
      const refused = await mmkit("inspect", ...words);
      expect(refused.stderr).to.contain(message);
      expect(refused.code).to.equal(code);
      expect(refused.stdout).to.equal("");
    });
  }

  it("refuses options that would have no effect on a file or a folder", async () => {
    const file = await sums();
    expect((await mmkit("inspect", file, "--data", temporary.path)).stderr).to.contain(
      "sums.onnx is a file, and --data goes with a model or an artifact folder. Leave --data out.",
    );
    await writeExampleArtifacts(temporary.path);
    const { code, stderr } = await mmkit("inspect", temporary.path, "--set", "layers=2");
    expect(code).to.equal(2);
    expect(stderr).to.contain(
      "is an artifact folder, and --set goes with a model that is yet to be compiled.",
    );
  });

  it("shows what a checkpoint holds", async () => {
    const folder = join(temporary.path, "best");
    await saveCheckpoint(folder, {
      record: {
        model: "lightgcn",
        manifestSha256: "a".repeat(64),
        hyperparameters: { layers: 2 },
        datasetChecksum: "b".repeat(64),
        seed: 7,
        epoch: 4,
        progress: null,
        steps: { main: 80 },
        stopping: { best: { metric: 0.25, epoch: 3 }, withoutImprovement: 1 },
        history: [],
      },
      state: new Map([
        ["user_embedding", { dtype: "float32", dims: [2, 1], data: new Float32Array([1, 2]) }],
      ]),
      buffers: new Map(),
    });
    const { code, stdout } = await mmkit("inspect", folder);
    expect(code).to.equal(0);
    expect(stdout).to.equal(
      [
        "checkpoint of lightgcn after 4 epochs, seed 7",
        `dataset ${"b".repeat(64)}`,
        "phase main: 80 steps",
        "best 0.25 at epoch 3",
        "  user_embedding float32 [2, 1]",
        "",
      ].join("\n"),
    );
    const json = JSON.parse((await mmkit("inspect", folder, "--json")).stdout) as Record<string, unknown>;
    expect(json["state"]).to.deep.equal([{ name: "user_embedding", dtype: "float32", dims: [2, 1] }]);
  });

  it("refuses a file that is no ONNX model, without a stack", async () => {
    const file = join(temporary.path, "notes.txt");
    await writeFile(file, "not a model");
    const { code, stdout, stderr } = await mmkit("inspect", file);
    expect(code).to.equal(1);
    expect(stdout).to.equal("");
    expect(stderr).to.match(
      /^mmkit: .*notes\.txt: model: the 11 bytes are not a whole ONNX model \(.*\)\. Give a model/,
    );
    expect(stderr.trimEnd().split("\n")).to.have.length(1);
  });

  it("adds the stack and the causes with --verbose", async () => {
    const file = join(temporary.path, "notes.txt");
    await writeFile(file, "not a model");
    const { code, stderr } = await mmkit("inspect", file, "--verbose");
    expect(code).to.equal(1);
    expect(stderr).to.match(/\n {4}at .*inspect/);
    expect(stderr).to.match(/\ncaused by OnnxError: model: the 11 bytes/);
  });

  it("refuses a folder that is neither artifacts nor a checkpoint", async () => {
    const { code, stderr } = await mmkit("inspect", temporary.path);
    expect(code).to.equal(1);
    expect(stderr).to.contain("the folder holds neither a manifest.json nor a checkpoint.json");
  });
});
