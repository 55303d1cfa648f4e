import { expect } from "chai";
import { decodeModel } from "../../src/onnx/decode.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { modelSchema } from "../../src/onnx/modelSchema.js";
import { OnnxError } from "../../src/onnx/onnxError.js";
import { bestOfRows, everyKind, runningSums } from "./exampleModels.js";

type Message = Record<string, unknown>;

/** The bytes of the running sums after a change of their protobuf message. */
function changed(change: (model: Message, graph: Record<string, Message[]>) => void): Uint8Array {
  const schema = modelSchema();
  const message = schema.toObject(schema.decode(encodeModel(runningSums())));
  change(message, message["graph"] as Record<string, Message[]>);
  return schema.encode(message).finish();
}

function failure(bytes: Uint8Array): OnnxError {
  try {
    decodeModel(bytes);
  } catch (error) {
    expect(error).to.be.instanceOf(OnnxError);
    return error as OnnxError;
  }
  return expect.fail("nothing was thrown");
}

describe("decoding a model", () => {
  for (const build of [runningSums, bestOfRows, everyKind]) {
    it(`gives back the model that was encoded: ${build().graph.name}`, () => {
      expect(decodeModel(encodeModel(build()))).to.deep.equal(build());
    });
  }

  it("refuses constants in other files and says so", () => {
    const model = runningSums();
    const { name } = model.graph.initializers[0]!;
    const bytes = encodeModel(model, new Map([[name, { file: "sums.bin", offset: 0, length: 8 }]]));
    expect(failure(bytes).message).to.equal(
      `graph "${model.graph.name}", initializer "${name}": has its values in another file, which is not read; ` +
        "export without --external-data to see them.",
    );
  });

  it("gives back an attribute's empty list and empty text", () => {
    const model = runningSums();
    const scan = model.graph.nodes[0]!;
    const attributes = {
      ...scan.attributes,
      scan_input_axes: { kind: "ints", value: [] },
      note: { kind: "string", value: "" },
    } as const;
    const edited = { ...model, graph: { ...model.graph, nodes: [{ ...scan, attributes }] } };
    expect(decodeModel(encodeModel(edited))).to.deep.equal(edited);
  });

  it("gives symbolic dimensions without names the name of their tensor, and writes none again", () => {
    const model = runningSums();
    const unnamed = model.graph.inputs.map((info) => ({
      ...info,
      dims: info.dims.map((dim, i) => (typeof dim === "number" ? dim : `${info.name}:${i}`)),
      ...(info.dims.some((dim) => typeof dim === "string") ? ({ unnamed: true } as const) : {}),
    }));
    expect(unnamed.some((info) => "unnamed" in info)).to.equal(true);
    const edited = { ...model, graph: { ...model.graph, inputs: unnamed } };
    const bytes = encodeModel(edited);
    expect(decodeModel(bytes)).to.deep.equal(edited);
    for (const { name } of unnamed) expect(Buffer.from(bytes).includes(`${name}:`)).to.equal(false);
  });

  it("gives constants buffers of their own", () => {
    for (const { data } of decodeModel(encodeModel(everyKind())).graph.initializers) {
      expect(data.byteOffset).to.equal(0);
      expect(data.buffer.byteLength).to.equal(data.byteLength);
    }
  });

  it("refuses a truncated file at whatever byte it ends", () => {
    const bytes = encodeModel(bestOfRows());
    for (let length = 0; length < bytes.length; length++) {
      const error = failure(bytes.subarray(0, length));
      expect(error.where, `${length} bytes`).to.equal("model");
    }
  });

  it("refuses bytes that are no protobuf message", () => {
    const error = failure(new TextEncoder().encode("this is not a model"));
    expect(error.message).to.match(/^model: the 19 bytes are not a whole ONNX model \(.+\)\.$/);
    expect(error.cause).to.be.instanceOf(Error);
  });

  it("refuses a message without a graph", () => {
    const error = failure(
      changed((model) => {
        delete model["graph"];
      }),
    );
    expect(error.problem).to.equal("holds no graph; the bytes are not an ONNX model");
  });

  const refusals: readonly {
    readonly what: string;
    readonly change: Parameters<typeof changed>[0];
    readonly where: string;
    readonly problem: string;
  }[] = [
    {
      what: "another IR version",
      change: (model) => (model["ir_version"] = 8),
      where: "model",
      problem: "expected ir_version 10, found 8",
    },
    {
      what: "another opset",
      change: (model) => (model["opset_import"] = [{ version: 22 }]),
      where: "model",
      problem: "expected version 21, found 22",
    },
    {
      what: "operators of another domain",
      change: (model) => (model["opset_import"] = [{ domain: "com.microsoft", version: 1 }]),
      where: "model",
      problem: 'expected the standard operators, found those of domain "com.microsoft"',
    },
    {
      what: "two opsets",
      change: (model) => (model["opset_import"] = [{ version: 21 }, { domain: "ai.onnx.ml", version: 3 }]),
      where: "model",
      problem: "expected one opset import, found 2",
    },
    {
      what: "functions",
      change: (model) => (model["functions"] = [{ name: "f" }]),
      where: "model",
      problem: 'has a field "functions", which mmkit neither writes nor reads',
    },
    {
      what: "a constant of an unknown dtype",
      change: (_, graph) => (graph["initializer"]![0]!["data_type"] = 16),
      where: 'graph "sums", initializer "bias"',
      problem:
        "dtype number 16 is not one of float32, uint8, int8, int32, int64, bool, float16, float64, uint64",
    },
    {
      what: "a constant whose bytes are missing",
      change: (_, graph) => (graph["initializer"]![0]!["raw_data"] = new Uint8Array(3)),
      where: 'graph "sums", initializer "bias"',
      problem: "float32 [2] takes 8 bytes of raw_data, found 3",
    },
    {
      what: "a constant in another file",
      change: (_, graph) => (graph["initializer"]![0]!["data_location"] = 1),
      where: 'graph "sums", initializer "bias"',
      problem: 'has a field "data_location", which mmkit neither writes nor reads',
    },
    {
      what: "an input that is no tensor",
      change: (_, graph) => (graph["input"]![0]!["type"] = { sequence_type: {} }),
      where: 'graph "sums", input "start"',
      problem: "expected a tensor type",
    },
    {
      what: "an attribute of an unknown kind",
      change: (_, graph) => (graph["node"]![0]!["attribute"] = [{ name: "names", type: 8, strings: [] }]),
      where: 'graph "sums", node "total", attribute "names"',
      problem: "kind number 8 is not one of float, int, string, tensor, graph, floats, ints",
    },
    {
      what: "an integer attribute too large for a number",
      change: (_, graph) =>
        (graph["node"]![0]!["attribute"] = [
          { name: "big", type: 2, i: { low: 1, high: 2 ** 21, unsigned: false } },
        ]),
      where: 'graph "sums", node "total", attribute "big"',
      problem: 'field "i" is 9007199254740993, beyond the integers a JavaScript number holds exactly',
    },
    {
      what: "a node of another domain",
      change: (_, graph) => (graph["node"]![0]!["domain"] = "com.microsoft"),
      where: 'graph "sums", node "total"',
      problem: 'has a field "domain", which mmkit neither writes nor reads',
    },
  ];
  for (const { what, change, where, problem } of refusals) {
    it(`refuses ${what} and says where`, () => {
      const error = failure(changed(change));
      expect(error.where).to.equal(where);
      expect(error.problem).to.equal(problem);
      expect(error.message).to.equal(`${where}: ${problem}.`);
    });
  }
});
