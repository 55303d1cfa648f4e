import { expect } from "chai";
import { rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactError } from "../../../runtime/artifacts/artifactError.js";
import { graphEntry } from "../../../runtime/artifacts/artifacts.js";
import { graphFile, loadArtifacts } from "../../../runtime/artifacts/loadArtifacts.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { exampleManifest, writeExampleArtifacts } from "./exampleArtifacts.js";

describe("loadArtifacts", () => {
  const temporary = temporaryFolder();

  it("returns the manifest of a complete folder with the identity of what it computes", async () => {
    await writeExampleArtifacts(temporary.path);
    const artifacts = await loadArtifacts(temporary.path, { expectModel: "example" });
    expect(artifacts.manifest).to.deep.equal(exampleManifest());
    expect(artifacts.sha256).to.equal(exampleManifest().computation);
    expect(graphFile(artifacts, "embed")).to.equal(join(temporary.path, "embed_model.onnx"));
  });

  it("says that a folder does not exist", async () => {
    const error = await rejection(loadArtifacts(join(temporary.path, "absent")), ArtifactError);
    expect(error.problem).to.equal("the artifact folder does not exist");
    expect(error.fix).to.include("mmkit build");
  });

  it("says that a folder has no manifest", async () => {
    const error = await rejection(loadArtifacts(temporary.path), ArtifactError);
    expect(error.problem).to.equal("manifest.json cannot be read (ENOENT)");
  });

  it("says that a file was given where a folder is needed", async () => {
    const file = join(temporary.path, "file");
    await writeFile(file, "");
    const error = await rejection(loadArtifacts(file), ArtifactError);
    expect(error.problem).to.equal("an artifact folder was expected, and this is a file");
  });

  it("names the file when the manifest is not JSON", async () => {
    await writeExampleArtifacts(temporary.path);
    const manifest = join(temporary.path, "manifest.json");
    await truncate(manifest, 100);
    const error = await rejection(loadArtifacts(temporary.path), ArtifactError);
    expect(error.file).to.equal(manifest);
    expect(error.problem).to.match(/^not JSON/);
  });

  it("refuses a manifest of another version before looking at anything else in it", async () => {
    await writeExampleArtifacts(temporary.path, () => ({ format: "mmkit", version: 1 }));
    const error = await rejection(loadArtifacts(temporary.path), ArtifactError);
    expect(error.problem).to.equal("this mmkit reads manifests of version 2, found 1");
  });

  it("refuses JSON of another format", async () => {
    await writeExampleArtifacts(temporary.path, () => null);
    const error = await rejection(loadArtifacts(temporary.path), ArtifactError);
    expect(error.problem).to.equal('the manifest of a training artifact has the format "mmkit", found none');
  });

  it("lists all problems of a manifest at once", async () => {
    await writeExampleArtifacts(temporary.path, ({ model, ...rest }) => ({
      ...rest,
      models: model,
      opset: "21",
    }));
    const error = await rejection(loadArtifacts(temporary.path), ArtifactError);
    expect(error.problem).to.include("3 problem(s)");
    expect(error.problem).to.include('manifest: key "model" is missing');
    expect(error.problem).to.include('manifest: unknown key "models"');
    expect(error.problem).to.include('opset: must be integer, found "21"');
  });

  it("names the missing file of a graph", async () => {
    await writeExampleArtifacts(temporary.path);
    const file = join(temporary.path, "epoch_model.onnx");
    await rm(file);
    const error = await rejection(loadArtifacts(temporary.path), ArtifactError);
    expect(error.file).to.equal(file);
    expect(error.problem).to.equal('the file of graph "epoch" is missing');
  });

  it("notices a graph file that was cut short", async () => {
    await writeExampleArtifacts(temporary.path);
    const file = join(temporary.path, "embed_model.onnx");
    await truncate(file, 50);
    const error = await rejection(loadArtifacts(temporary.path), ArtifactError);
    expect(error.file).to.equal(file);
    expect(error.problem).to.match(
      /^graph "embed" must have the sha256 [0-9a-f]{64} of the manifest, found /,
    );
  });

  it("refuses the artifacts of another model than the one needed", async () => {
    await writeExampleArtifacts(temporary.path);
    const error = await rejection(loadArtifacts(temporary.path, { expectModel: "lightgcn" }), ArtifactError);
    expect(error.problem).to.equal('artifacts of model "lightgcn" are needed, found "example"');
    expect(error.fix).to.include("mmkit build lightgcn");
  });

  it("names the known graphs when one is asked for that the model does not have", async () => {
    await writeExampleArtifacts(temporary.path);
    const artifacts = await loadArtifacts(temporary.path);
    expect(() => graphEntry(artifacts, "rank")).to.throw(
      ArtifactError,
      'model "example" has no graph "rank", only training, optimizer, evaluation, epoch, embed',
    );
  });
});
