import { expect } from "chai";
import { buildArtifacts } from "../../exports/artifacts.js";
import { compile } from "../../exports/compile.js";
import { evaluationGraph, embedGraph } from "../../exports/modelGraphs.js";
import { models } from "../../graphs/registry.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { relativeError } from "../evaluator/closeness.js";
import { evaluate, numbersOf } from "../evaluator/evaluate.js";
import { onnxFeeds } from "../evaluator/onnxFeeds.js";
import { numbersFrom } from "../evaluator/runGraph.js";
import { smallInstance } from "../graphs/smallInstance.js";
import { runtimes, type PlainTensor } from "../onnx/runBoth.js";
import { runOnce } from "./openModel.js";
import { feedsFor, floats, prepareModel, stepOf, USERS } from "./preparedModel.js";

const modelNames = [
  "ksi",
  "lightgcn",
  "ngcf",
  "mf",
  "mgnm",
  "lgmrec",
  "mgcn",
  "vbpr",
  "bm3",
  "freedom",
  "sgl",
  "lattice",
  "kgat",
  "kdiffe",
  "diffkg",
  "diffmm",
];

describe("the evaluation graph", () => {
  for (const name of modelNames) {
    for (const runtime of runtimes) {
      it(`of ${name} has the losses of plain loops on ${runtime}`, async () => {
        const { declaration, feeds } = smallInstance(name, {}, false);
        const source = evaluationGraph(declaration, declaration.main);
        const { node } = source.graph.outputs[0]!;
        const model = compile(source);
        const { losses } = await runOnce(runtime, encodeModel(model), onnxFeeds(model, feeds));
        expect(relativeError(numbersFrom(losses), numbersOf(evaluate([node], feeds), node))).to.be.below(
          1e-5,
        );
      });
    }
  }

  it("draws no random numbers, while the training graph of ngcf does", () => {
    const { manifest } = buildArtifacts(models.get("ngcf")!);
    const inputsOf = (graph: string) => manifest.graphs[graph]!.inputs.map(({ name }) => name);
    expect(inputsOf("training_model")).to.include("random_key");
    expect(inputsOf("eval_model")).to.not.include("random_key");
    expect(inputsOf("embed")).to.not.include("random_key");
  });

  it("has the losses that the training graph has where nothing is random", async () => {
    const model = await prepareModel("ksi", {}, 1);
    const known = new Map([...model.state, ...model.buffers, ...stepOf(model.batches, 0)]);
    const run = (graph: string) =>
      runOnce(
        "onnxruntime-node",
        model.artifacts.files.get(`${graph}.onnx`)!,
        feedsFor(model.artifacts, graph, known),
      );
    const [training, evaluation] = [await run("training_model"), await run("eval_model")];
    expect(relativeError(numbersFrom(evaluation["losses"]), numbersFrom(training["losses"]))).to.be.below(
      1e-6,
    );
  });
});

describe("the embedding graph", () => {
  for (const name of modelNames) {
    it(`of ${name} has the vectors of plain loops`, async () => {
      const { declaration, feeds } = smallInstance(name, {}, false);
      const source = embedGraph(declaration);
      const model = compile(source);
      const outputs = await runOnce("onnxruntime-node", encodeModel(model), onnxFeeds(model, feeds));
      for (const { name: output, node } of source.graph.outputs) {
        const expected = numbersOf(evaluate([node], feeds), node);
        expect(relativeError(numbersFrom(outputs[output]), expected), output).to.be.below(1e-5);
      }
    });
  }
});

/** Items by falling score, the lower id first among equals, seen ones left out of `scores` as -3e38. */
function bruteForce(scores: readonly number[], k: number): { items: number[]; scores: number[] } {
  const order = scores.map((_, item) => item).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const items = order.slice(0, k);
  return { items, scores: items.map((item) => scores[item]!) };
}

describe("the ranking graph", () => {
  const ids = (data: readonly number[]): PlainTensor => ({
    type: "int32",
    dims: [data.length],
    data: Int32Array.from(data),
  });
  const int64 = (dims: readonly number[], data: readonly number[]): PlainTensor => ({
    type: "int64",
    dims,
    data: BigInt64Array.from(data, BigInt),
  });

  for (const runtime of runtimes) {
    it(`ranks ksi's vectors like a sort of all scores on ${runtime}`, async () => {
      const model = await prepareModel("ksi", {}, 1);
      const known = new Map([...model.state, ...model.buffers]);
      const run = (graph: string, tensors: ReadonlyMap<string, PlainTensor>) => {
        const bytes = model.artifacts.files.get(`${graph}_model.onnx`)!;
        return runOnce(runtime, bytes, feedsFor(model.artifacts, graph, tensors));
      };
      const vectors = await run("embed", known);
      const users = [3, 0, USERS - 1, 3];
      const seen = [
        [0, 4],
        [0, 7],
        [2, 0],
      ] as const;
      const k = 10;
      const ranked = await run(
        "rank",
        new Map([
          ...Object.entries(vectors),
          ["user_ids", ids(users)],
          ["seen", int64([seen.length, 2], seen.flat())],
          ["k", int64([1], [k])],
        ]),
      );
      const [u, v] = [numbersFrom(vectors["user_vectors"]), numbersFrom(vectors["item_vectors"])];
      const dim = vectors["user_vectors"]!.dims[1]!;
      const expected = users.map((user, row) => {
        const scores = Array.from({ length: v.length / dim }, (_, item) => {
          if (seen.some(([r, i]) => r === row && i === item)) return -3e38;
          return Array.from({ length: dim }, (__, d) => u[user * dim + d]! * v[item * dim + d]!).reduce(
            (a, b) => a + b,
          );
        });
        return bruteForce(scores, k);
      });
      expect(numbersFrom(ranked["items"])).to.deep.equal(expected.flatMap(({ items }) => items));
      const scores = expected.flatMap((row) => row.scores);
      expect(relativeError(numbersFrom(ranked["scores"]), scores)).to.be.below(1e-5);
    });

    it(`puts the lower id first among equal scores, and seen items last, on ${runtime}`, async () => {
      const { artifacts } = await prepareModel("mf", {}, 1);
      const ranked = await runOnce(runtime, artifacts.files.get("rank_model.onnx")!, {
        user_vectors: floats([1, 2], 1, 1),
        item_vectors: floats([4, 2], 1, 0, 0, 1, 2, 0, 0.5, 0.5),
        user_ids: ids([0]),
        seen: int64([1, 2], [0, 2]),
        k: int64([1], [4]),
      });
      expect(numbersFrom(ranked["items"])).to.deep.equal([0, 1, 3, 2]);
    });
  }
});
