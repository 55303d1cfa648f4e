import { expect } from "chai";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { encodedGraphs } from "../../../exports/inference/encodedGraphs.js";
import {
  configProblems,
  encodeTritonConfig,
  parseTritonConfig,
  tritonConfig,
  TritonConfigError,
  type TritonConfig,
} from "../../../exports/triton/tritonConfig.js";
import { writeTritonRepository } from "../../../exports/triton/writeTritonRepository.js";
import { Random } from "../../../runtime/data/random.js";
import type { OnnxModel } from "../../../src/onnx/model.js";
import { rejection } from "../../runtime/rejection.js";
import { temporaryFolder } from "../../runtime/temporaryFolder.js";

const random = new Random(5, "triton");
const table = (rows: number) => ({
  rows,
  dim: 3,
  data: Float32Array.from({ length: rows * 3 }, () => random.normal()),
});
const map = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
const graphs = encodedGraphs({ users: table(4), items: table(6) }, { ridge: 1, map }, "float32", 0);
const modelOf = (graph: string): OnnxModel => graphs.find((entry) => entry.graph === graph)!.model;

/** A graph whose inputs and outputs are rows of one batch. */
const tower: OnnxModel = {
  metadata: {},
  graph: {
    name: "item_tower",
    inputs: [{ name: "new_text_features", dtype: "float32", dims: ["block", 3] }],
    outputs: [{ name: "vectors", dtype: "float32", dims: ["block", 3] }],
    initializers: [],
    nodes: [
      {
        name: "copy",
        opType: "Identity",
        inputs: ["new_text_features"],
        outputs: ["vectors"],
        attributes: {},
      },
    ],
  },
};

describe("a Triton configuration", () => {
  it("joins no requests whose blocks are numbered", () => {
    expect(tritonConfig("recommend", modelOf("recommend"), 64)).to.deep.equal({
      name: "recommend",
      platform: "onnxruntime_onnx",
      max_batch_size: 0,
      input: [
        { name: "user_ids", data_type: "TYPE_INT32", dims: [-1] },
        { name: "seen", data_type: "TYPE_INT64", dims: [-1, 2] },
        { name: "k", data_type: "TYPE_INT64", dims: [1] },
      ],
      output: [
        { name: "items", data_type: "TYPE_INT64", dims: [-1, -1] },
        { name: "scores", data_type: "TYPE_FP32", dims: [-1, -1] },
      ],
    });
  });

  it("joins requests of pairs, one number each, and of features", () => {
    const pairs = tritonConfig("score", modelOf("score"), 64);
    expect([pairs.max_batch_size, pairs.dynamic_batching]).to.deep.equal([64, {}]);
    const one = { data_type: "TYPE_INT32", dims: [1], reshape: { shape: [] } };
    expect(pairs.input).to.deep.equal([
      { name: "user_ids", ...one },
      { name: "item_ids", ...one },
    ]);
    const features = tritonConfig("item_tower", tower, 64);
    expect(features.max_batch_size).to.equal(64);
    expect(features.output).to.deep.equal([{ name: "vectors", data_type: "TYPE_FP32", dims: [3] }]);
  });

  it("reads back as it was written", () => {
    for (const { model } of [...graphs, { model: tower }]) {
      const { name } = model.graph;
      const config = tritonConfig(name, model, 64);
      const text = encodeTritonConfig(config, name, model);
      expect(text).to.match(/^name: ".*\nplatform: "onnxruntime_onnx"\nmax_batch_size: \d+\n/);
      const read = JSON.parse(JSON.stringify(parseTritonConfig(text, name))) as TritonConfig;
      const bare = (of: TritonConfig) =>
        of.input.map(({ reshape, ...rest }) => ({ ...rest, isOne: reshape !== undefined }));
      expect(bare(read)).to.deep.equal(bare(config));
      expect([read.name, read.platform, read.max_batch_size, "dynamic_batching" in read]).to.deep.equal([
        ...[name, "onnxruntime_onnx", config.max_batch_size],
        config.max_batch_size > 0,
      ]);
      expect(read.output.map((output) => output.name)).to.deep.equal(
        config.output.map((output) => output.name),
      );
    }
  });

  const good = encodeTritonConfig(tritonConfig("score", modelOf("score"), 64), "score", modelOf("score"));
  const wrong: readonly (readonly [what: string, from: string, to: string, problem: string])[] = [
    ["a field that Triton does not have", "platform:", "plattform:", "unknown field 'plattform'"],
    ["a type of data that there is not", "TYPE_INT32", "TYPE_INTEGER", "enum value expected"],
    [
      "a text where a number belongs",
      "max_batch_size: 64",
      'max_batch_size: "many"',
      "integer value expected",
    ],
    ["a batch size out of range", "max_batch_size: 64", "max_batch_size: 99999999999", "out of range"],
    ["an input without its end", "dynamic_batching {\n}", "dynamic_batching {", "expected"],
  ];
  for (const [what, from, to, problem] of wrong) {
    it(`refuses ${what}`, () => {
      expect(good).to.include(from);
      expect(() => parseTritonConfig(good.replace(from, to), "score")).to.throw(
        TritonConfigError,
        new RegExp(`^config.pbtxt of score:\n.*${problem}`),
      );
    });
  }

  it("is told what does not fit its folder, its graph and Triton's rules", () => {
    const config = tritonConfig("score", modelOf("score"), 64);
    const problems = (changes: object, folder = "score") =>
      configProblems({ ...config, ...changes }, folder, modelOf("score"));
    expect(problems({})).to.deep.equal([]);
    expect(problems({}, "scores")).to.deep.equal([
      'name must be that of the folder, "scores", found "score"',
    ]);
    expect(problems({ platform: "onnx" })[0]).to.include('platform must be "onnxruntime_onnx"');
    expect(problems({ max_batch_size: -1 })[0]).to.equal("max_batch_size must be from 0, found -1");
    expect(problems({ max_batch_size: 0 })).to.deep.equal([
      "dynamic_batching needs a max_batch_size from 1",
      ...["user_ids", "item_ids"].map((name) => `input "${name}" gives the graph [], which takes [-1]`),
      'output "scores" gives the graph [], which takes [-1]',
    ]);
    const [users, items] = config.input;
    expect(problems({ input: [users] })).to.deep.equal(['input "item_ids" of the graph is missing']);
    expect(problems({ input: [users, items, { ...items, name: "k" }] })).to.deep.equal([
      'input "k" is not one of the graph',
    ]);
    expect(problems({ input: [users, items, items] })).to.deep.equal(['input "item_ids" is there twice']);
    expect(problems({ input: [users, { ...items, data_type: "TYPE_INT64" }] })).to.deep.equal([
      'input "item_ids" is TYPE_INT64, but the graph has int32',
    ]);
    expect(problems({ input: [users, { ...items, dims: [0] }] })).to.deep.equal([
      'dims of input "item_ids" must be -1 or from 1, and not none, found [0]',
    ]);
  });
});

describe("a Triton model repository", () => {
  const temporary = temporaryFolder();

  it("has a configuration and version 1 of every graph, which loads with its vectors beside it", async () => {
    const folder = join(temporary.path, "models");
    await writeTritonRepository(
      folder,
      graphs.map((graph) => ({ name: graph.model.graph.name, ...graph })),
    );
    expect((await readdir(folder)).sort()).to.deep.equal([
      "fold_in",
      "rank",
      "recommend",
      "score",
      "similar",
    ]);
    for (const name of await readdir(folder)) {
      expect(await readdir(join(folder, name))).to.have.members(["1", "config.pbtxt"]);
      const config = parseTritonConfig(await readFile(join(folder, name, "config.pbtxt"), "utf8"), name);
      const session = await InferenceSession.create(join(folder, name, "1", "model.onnx"));
      expect(session.inputNames).to.deep.equal(config.input.map((input) => input.name));
      expect(session.outputNames).to.deep.equal(config.output.map((output) => output.name));
      await session.release();
    }
    expect(await readdir(join(folder, "recommend", "1"))).to.have.members([
      "item_vectors.bin",
      "model.onnx",
      "user_vectors.bin",
    ]);
  });

  it("stays as it was where a graph cannot be configured", async () => {
    const folder = join(temporary.path, "models");
    const [first] = graphs;
    await writeTritonRepository(folder, [{ name: "recommend", ...first! }]);
    const bad: OnnxModel = {
      ...tower,
      graph: { ...tower.graph, inputs: [{ name: "flags", dtype: "bool", dims: [0] }] },
    };
    const error = await rejection(
      writeTritonRepository(folder, [{ ...first!, name: "bad", model: bad }]),
      TritonConfigError,
    );
    expect(error.problems.join()).to.include(
      'dims of input "flags" must be -1 or from 1, and not none, found [0]',
    );
    expect(await readdir(folder)).to.deep.equal(["recommend"]);
  });
});
