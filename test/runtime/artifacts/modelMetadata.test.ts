import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactError } from "../../../runtime/artifacts/artifactError.js";
import { parseModelMetadata, readNodeSources } from "../../../runtime/artifacts/modelMetadata.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { tinyOnnx } from "../tinyOnnx.js";

function modelWith(metadata: Record<string, string>): Uint8Array {
  return tinyOnnx({
    inputs: [{ name: "x", dtype: "float32", axes: ["row", 300] }],
    outputs: [{ name: "y", dtype: "float32", axes: ["row", 300] }],
    nodes: [{ op: "Relu", name: "score/relu", inputs: ["x"], outputs: ["y"] }],
    metadata,
  });
}

describe("model metadata", () => {
  const temporary = temporaryFolder();

  it("is read from the bytes of a model, whatever else they hold", () => {
    const long = "é".repeat(500);
    const metadata = parseModelMetadata(modelWith({ first: "1", second: long, empty: "" }));
    expect([...metadata]).to.deep.equal([
      ["first", "1"],
      ["second", long],
      ["empty", ""],
    ]);
  });

  it("is empty for a model without any", () => {
    expect(parseModelMetadata(modelWith({})).size).to.equal(0);
  });

  it("passes over numbers of fixed width", () => {
    const fixed = [0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x0d, 1, 2, 3, 4];
    expect(
      parseModelMetadata(Uint8Array.from([...fixed, ...modelWith({ key: "value" })])).get("key"),
    ).to.equal("value");
  });

  it("cannot be read from bytes that are cut off", () => {
    const bytes = modelWith({ key: "value" });
    expect(() => parseModelMetadata(bytes.subarray(0, bytes.length - 3))).to.throw(
      RangeError,
      "runs past the end",
    );
    expect(() => parseModelMetadata(Uint8Array.of(0xff))).to.throw(RangeError, "runs past the end");
    expect(() => parseModelMetadata(Uint8Array.of(0x0b))).to.throw(RangeError, "wire type 3");
  });

  it("says where a node was declared", async () => {
    const file = join(temporary.path, "model.onnx");
    await writeFile(file, modelWith({ "mmkit.sources": '{"score/relu":"graphs/ksi/score.ts:41"}' }));
    expect((await readNodeSources(file)).get("score/relu")).to.equal("graphs/ksi/score.ts:41");
  });

  it("has no sources in a model made by other software", async () => {
    const file = join(temporary.path, "model.onnx");
    await writeFile(file, modelWith({ author: "someone" }));
    expect((await readNodeSources(file)).size).to.equal(0);
  });

  it("names the file when it is no model or its sources are no JSON", async () => {
    const file = join(temporary.path, "model.onnx");
    await writeFile(file, "plain text");
    const notModel = await rejection(readNodeSources(file), ArtifactError);
    expect(notModel.file).to.equal(file);
    expect(notModel.problem).to.match(/^not an ONNX model/);
    await writeFile(file, modelWith({ "mmkit.sources": "{" }));
    expect((await rejection(readNodeSources(file), ArtifactError)).problem).to.match(
      /^its metadata "mmkit.sources" is not JSON/,
    );
  });
});
