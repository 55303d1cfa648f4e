import { expect } from "chai";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FeedError } from "../../../runtime/artifacts/checkFeeds.js";
import { GraphRunError } from "../../../runtime/artifacts/graphRunError.js";
import { GraphSession, nodesNamedIn } from "../../../runtime/artifacts/graphSession.js";
import type { Artifacts } from "../../../runtime/artifacts/artifacts.js";
import { sha256Of } from "../../../runtime/artifacts/loadArtifacts.js";
import { hostTensor, type HostTensor } from "../../../runtime/data/hostTensor.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { tinyOnnx } from "../tinyOnnx.js";
import { exampleManifest } from "./exampleArtifacts.js";

/** Artifacts whose only graph looks up rows of a table with the operation `op`. */
async function lookupArtifacts(folder: string, op = "Gather"): Promise<Artifacts> {
  const bytes = tinyOnnx({
    inputs: [
      { name: "table", dtype: "float32", axes: ["row"] },
      { name: "ids", dtype: "int32", axes: ["id"] },
    ],
    outputs: [{ name: "found", dtype: "float32", axes: ["id"] }],
    nodes: [{ op, name: "score/lookup", inputs: ["table", "ids"], outputs: ["found"] }],
    metadata: { "mmkit.sources": JSON.stringify({ "score/lookup": "graphs/example/score.ts:41" }) },
  });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "lookup.onnx"), bytes);
  const lookup = {
    file: "lookup.onnx",
    sha256: sha256Of(bytes),
    inputs: [
      { name: "table", dtype: "float32", axes: ["row"], role: "parameter" },
      { name: "ids", dtype: "int32", axes: ["id"], role: "batch" },
    ],
    outputs: [{ name: "found", dtype: "float32", axes: ["id"], role: "result" }],
  } as const;
  return { folder, manifest: { ...exampleManifest(), graphs: { lookup } }, sha256: sha256Of("") };
}

function feeds(ids: readonly number[]): Map<string, HostTensor> {
  return new Map<string, HostTensor>([
    ["table", hostTensor("float32", [3], Float32Array.of(10, 20, 30))],
    ["ids", hostTensor("int32", [ids.length], Int32Array.from(ids))],
    ["unused", hostTensor("int32", [1], new Int32Array(1))],
  ]);
}

const cpu = { device: "cpu", threads: 1, sizes: new Map([["row", 3]]) } as const;

describe("a graph session", () => {
  const temporary = temporaryFolder();

  it("runs a graph by the names of the manifest", async () => {
    const session = await GraphSession.open(await lookupArtifacts(temporary.path), "lookup", cpu);
    const results = await session.run(feeds([2, 0, 2]));
    expect(results.get("found")).to.deep.equal(hostTensor("float32", [3], Float32Array.of(30, 10, 30)));
    await session.release();
  });

  it("checks the feeds before onnxruntime sees them", async () => {
    const artifacts = await lookupArtifacts(temporary.path);
    const session = await GraphSession.open(artifacts, "lookup", { ...cpu, sizes: new Map([["row", 4]]) });
    const error = await rejection(session.run(feeds([0])), FeedError);
    expect(error.tensor).to.equal("table");
    expect(error.expected).to.equal("float32 [row=4]");
  });

  it("names the declaration of the node at which a run fails", async () => {
    const session = await GraphSession.open(await lookupArtifacts(temporary.path), "lookup", cpu);
    const error = await rejection(session.run(feeds([7])), GraphRunError);
    expect(error.node).to.equal("score/lookup");
    expect(error.source).to.equal("graphs/example/score.ts:41");
    expect(error.message).to.match(/^onnxruntime cannot run graph "lookup" at node "score\/lookup": /);
    expect(error.message).to.include("idx=7");
  });

  it("names the declaration of the node that onnxruntime refuses to load", async () => {
    const artifacts = await lookupArtifacts(temporary.path, "GatherNothing");
    const error = await rejection(GraphSession.open(artifacts, "lookup", cpu), GraphRunError);
    expect(error.node).to.equal("score/lookup");
    expect(error.source).to.equal("graphs/example/score.ts:41");
  });

  it("finds the innermost node of a nested message last", () => {
    const message =
      "Non-zero status code returned while running Scan node. Name:'epoch/scan' Status Message: " +
      "Non-zero status code returned while running Gather node. Name:'bpr/lookup' Status Message: idx=7";
    expect(nodesNamedIn(message)).to.deep.equal(["epoch/scan", "bpr/lookup"]);
    expect(nodesNamedIn("something else")).to.deep.equal([]);
  });
});
