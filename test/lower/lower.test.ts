import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { buildArtifacts } from "../../exports/artifacts.js";
import { trainingGraph } from "../../exports/modelGraphs.js";
import { models } from "../../graphs/registry.js";
import { declare, resolveHyperparameters } from "../../src/authoring/model.js";
import { formatGraph } from "../../src/ir/format.js";
import { inputName, type Graph, type Node } from "../../src/ir/node.js";
import { nodeNames } from "../../src/ir/names.js";
import { tensorType } from "../../src/ir/types.js";
import { lowerGraph, lowerSteps } from "../../src/lower/lower.js";
import { optimise } from "../../src/lower/optimise.js";
import { decodeModel } from "../../src/onnx/decode.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { formatModel } from "../../src/onnx/format.js";
import type { OnnxGraph, OnnxModel } from "../../src/onnx/model.js";
import { input } from "../../src/ops/apply.js";
import * as build from "../../src/ops/build.js";

const KILOBYTES = 1000;
const vector = tensorType("float32", [{ name: "row", size: "row" }]);

/** The body of the model's Scan. */
function bodyOf(model: OnnxModel): OnnxGraph {
  const attribute = model.graph.nodes.find(({ opType }) => opType === "Scan")!.attributes["body"]!;
  if (attribute.kind !== "graph") throw new Error("the body of a Scan is a graph");
  return attribute.value;
}

const opTypes = (graph: OnnxGraph): string[] => graph.nodes.map(({ opType }) => opType);

describe("one step fused to many", () => {
  const parameter = input("p", "parameter", vector);
  const buffer = input("b", "buffer", vector);
  const batch = input("x", "batch", vector);
  const next = build.add(build.multiply(parameter, build.exp(buffer)), build.sin(batch));
  const graph: Graph = {
    name: "steps",
    outputs: [
      { name: "p.next", node: next },
      { name: "losses", node: build.sum(build.sqrt(next), ["row"]) },
    ],
  };
  const model = lowerSteps(optimise(graph), { inputs: [parameter, buffer, batch] });

  it("computes what depends on buffers only once, outside of the loop", () => {
    expect(opTypes(model.graph)).to.include("Exp");
    expect(opTypes(bodyOf(model))).to.not.include("Exp");
  });

  it("computes what depends on parameters or batches in the loop", () => {
    expect(opTypes(bodyOf(model))).to.include.members(["Mul", "Sin", "Sqrt", "ReduceSum"]);
    expect(opTypes(model.graph)).to.not.include("Sin");
  });

  it("stacks batches and results along the steps, and carries parameters", () => {
    const dims = (infos: OnnxGraph["inputs"]) =>
      Object.fromEntries(infos.map((info) => [info.name, info.dims]));
    expect(dims(model.graph.inputs)).to.deep.equal({ p: ["row"], b: ["row"], x: ["step", "row"] });
    expect(dims(model.graph.outputs)).to.deep.equal({ "p.next": ["row"], losses: ["step"] });
  });

  it("reads KSI's normalised features outside of the loop", () => {
    const epoch = buildArtifacts(models.get("ksi")!).models.get("epoch_model")!;
    const readInBody = new Set(bodyOf(epoch).nodes.flatMap((node) => node.inputs));
    expect(readInBody.has("image_pca")).to.equal(false);
    expect(epoch.graph.nodes.some((node) => node.inputs.includes("image_pca"))).to.equal(true);
  });
});

describe("lowering", () => {
  it("leaves out inputs and values that no output needs", () => {
    const [p, unused] = [input("p", "parameter", vector), input("unused", "parameter", vector)];
    build.exp(unused);
    const graph = optimise({ name: "dead", outputs: [{ name: "out", node: build.negate(p) }] });
    const model = lowerGraph(graph, { inputs: [p, unused] });
    expect(model.graph.inputs.map(({ name }) => name)).to.deep.equal(["p"]);
    expect(opTypes(model.graph)).to.deep.equal(["Neg"]);
  });

  it("keeps the order of the declared inputs and the names of the outputs", () => {
    const [p, q] = [input("p", "parameter", vector), input("q", "parameter", vector)];
    const outputs = [
      { name: "difference", node: build.subtract(q, p) },
      { name: "same", node: p },
    ];
    const model = lowerGraph(optimise({ name: "order", outputs }), { inputs: [p, q] });
    expect(model.graph.inputs.map(({ name }) => name)).to.deep.equal(["p", "q"]);
    expect(model.graph.outputs.map(({ name }) => name)).to.deep.equal(["difference", "same"]);
  });

  it("names a value by what it computes, whatever else is declared and in which order", () => {
    const graphOf = (reverse: boolean, extra: boolean): Map<string, string> => {
      const [p, q] = [input("p", "parameter", vector), input("q", "parameter", vector)];
      const parts: (readonly [string, () => Node])[] = [
        ["first", () => build.exp(build.multiply(p, q))],
        ["second", () => build.sum(build.subtract(p, q), ["row"])],
        ...(extra ? ([["third", () => build.sin(build.add(q, p))]] as const) : []),
      ];
      const outputs = (reverse ? parts.reverse() : parts).map(([name, node]) => ({ name, node: node() }));
      const names = nodeNames(optimise({ name: "names", outputs }));
      return new Map(
        [...names]
          .filter(([{ inputs }]) => inputs.length > 0)
          .map(([node, name]) => [`${node.operation} ${node.inputs.map((i) => names.get(i)!).join()}`, name]),
      );
    };
    const base = graphOf(false, false);
    for (const other of [graphOf(true, false), graphOf(false, true), graphOf(true, true)]) {
      for (const [value, name] of base) expect(other.get(value)).to.equal(name);
    }
  });
});

describe("compiled models", () => {
  for (const [name, model] of models) {
    it(`of ${name} are the same bytes in every build, each below 500 kB, opset 21 and IR 10`, () => {
      const [first, second] = [buildArtifacts(model), buildArtifacts(model)];
      expect([...first.files.keys()]).to.deep.equal([...second.files.keys()]);
      for (const [file, bytes] of first.files) {
        expect(Buffer.from(bytes).equals(Buffer.from(second.files.get(file)!)), file).to.equal(true);
        if (!file.endsWith(".onnx")) continue;
        expect(bytes.length, file).to.be.below(500 * KILOBYTES);
        const decoded = decodeModel(bytes);
        expect(formatModel(decoded)).to.match(/^opset 21, IR 10\n/);
        expect(
          Buffer.from(encodeModel(decoded)).equals(Buffer.from(bytes)),
          `${file} read and written`,
        ).to.equal(true);
      }
    });
  }
});

/** Golden files stand beside the sources, not in the build. MMKIT_UPDATE_GOLDEN=1 writes them anew. */
async function expectGolden(file: string, text: string): Promise<void> {
  const fromBuild = join(import.meta.dirname, "..", "..", "..", "test", "golden", file);
  if (process.env["MMKIT_UPDATE_GOLDEN"] === "1") await writeFile(fromBuild, text);
  expect(text).to.equal(await readFile(fromBuild, "utf8"));
}

describe("LightGCN as text", () => {
  const model = models.get("lightgcn")!;
  const declaration = declare(model, resolveHyperparameters(model, { layers: 1 }), true);
  const source = trainingGraph(declaration, declaration.main);
  const graph = optimise(source.graph);

  it("is the known graph", () => expectGolden("lightgcn.graph.txt", formatGraph(graph)));

  it("is the known ONNX model", () => {
    const { graph: onnx } = lowerGraph(graph, { inputs: source.inputs });
    return expectGolden("lightgcn.onnx.txt", formatModel({ graph: onnx, metadata: {} }));
  });

  it("has a gradient for every parameter", () => {
    const gradientsOf = graph.outputs.map(({ name }) => name).filter((name) => name.endsWith(".grad"));
    expect(gradientsOf).to.deep.equal(source.inputs.slice(0, 2).map((node) => `${inputName(node)}.grad`));
  });
});
