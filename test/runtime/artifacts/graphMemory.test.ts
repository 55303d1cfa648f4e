import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactError } from "../../../runtime/artifacts/artifactError.js";
import { GraphMemory, withGroupSizes } from "../../../runtime/artifacts/graphMemory.js";
import { rejection } from "../rejection.js";
import { temporaryFolder } from "../temporaryFolder.js";
import { tinyOnnx } from "../tinyOnnx.js";

describe("the memory of a graph file", () => {
  const temporary = temporaryFolder();

  async function file(metadata: Readonly<Record<string, string>>): Promise<string> {
    const path = join(temporary.path, "graph.onnx");
    await writeFile(path, tinyOnnx({ inputs: [], outputs: [], nodes: [], metadata }));
    return path;
  }

  const estimate = {
    live: [{ user: 256, "": 8 }, { "batch·item": 4 }],
    largest: [
      { name: "a", type: "float32 [user, dim=64]", bytes: { user: 256 }, declared: "model.ts:3" },
      { name: "b", type: "float32 [batch, item]", bytes: { "batch·item": 4 }, declared: "model.ts:7" },
    ],
  };

  it("is the largest set for the sizes of the data, and names the largest values", async () => {
    const memory = (await GraphMemory.read(await file({ "mmkit.memory": JSON.stringify(estimate) })))!;
    const sizes = new Map([
      ["user", 10],
      ["item", 100],
      ["batch", 5],
    ]);
    expect(memory.peak(sizes)).to.equal(2568);
    expect(memory.peak(new Map([...sizes, ["batch", 50]]))).to.equal(20_000);
    expect(memory.largest(new Map([...sizes, ["batch", 50]]), 1)).to.deep.equal([
      { name: "b", type: "float32 [batch, item]", bytes: 20_000, declared: "model.ts:7" },
    ]);
    expect(memory.isKnown(sizes)).to.equal(true);
    expect(memory.isKnown(new Map([["user", 10]]))).to.equal(false);
  });

  it("is unknown for a file without the entry", async () => {
    expect(await GraphMemory.read(await file({}))).to.equal(null);
  });

  it("refuses an entry that is not JSON", async () => {
    const error = await rejection(GraphMemory.read(await file({ "mmkit.memory": "{" })), ArtifactError);
    expect(error.message).to.include('"mmkit.memory" is not JSON');
  });

  it("counts the cells of a sparse buffer's groups", () => {
    const sizes = new Map([
      ["a/rows/group_0/rows", 10],
      ["a/rows/group_0/width", 2],
      ["a/rows/group_1/rows", 3],
      ["a/rows/group_1/width", 9],
    ]);
    const all = withGroupSizes(sizes);
    expect(all.get("a/rows/largest_group")).to.equal(27);
    expect(all.get("a/rows/cells")).to.equal(47);
  });
});
