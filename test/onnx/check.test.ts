import { expect } from "chai";
import { checkModel } from "../../src/onnx/check.js";
import type {
  OnnxAttribute,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from "../../src/onnx/model.js";
import { OnnxCheckError } from "../../src/onnx/onnxCheckError.js";
import type { Provider } from "../../src/onnx/opSupport.js";
import { bestOfRows, everyKind, node, runningSums } from "./exampleModels.js";

const vector = (name: string): OnnxValueInfo => ({ name, dtype: "float32", dims: ["n"] });
const constant = (name: string, values: readonly number[] = [1]): OnnxTensor => ({
  name,
  dtype: "float32",
  dims: [values.length],
  data: new Float32Array(values),
});
const int = (value: number): OnnxAttribute => ({ kind: "int", value });

/** y = Exp(x), with parts of the graph replaced. */
function model(parts: Partial<OnnxGraph>): OnnxModel {
  const graph = {
    name: "g",
    inputs: [vector("x")],
    outputs: [vector("y")],
    initializers: [],
    nodes: [node("Exp", ["x"], ["y"])],
    ...parts,
  };
  return { graph, metadata: {} };
}

/** The running sums with parts of the Scan's body replaced. */
function scan(
  body: Partial<OnnxGraph>,
  parts: Partial<OnnxGraph> = {},
  attributes: OnnxNode["attributes"] = {},
): OnnxModel {
  const { graph, metadata } = runningSums();
  const [loop] = graph.nodes;
  const original = loop!.attributes["body"]!.value as OnnxGraph;
  const edited: OnnxNode = {
    ...loop!,
    attributes: {
      ...loop!.attributes,
      body: { kind: "graph", value: { ...original, ...body } },
      ...attributes,
    },
  };
  return { metadata, graph: { ...graph, nodes: [edited], ...parts } };
}

interface Fault {
  readonly what: string;
  readonly model: OnnxModel;
  readonly providers?: readonly Provider[];
  readonly graph?: string;
  readonly node?: string;
  readonly problem: string;
}

const sameBody = (): OnnxGraph => runningSums().graph.nodes[0]!.attributes["body"]!.value as OnnxGraph;

const faults: readonly Fault[] = [
  {
    what: "a value defined by two nodes",
    model: model({ nodes: [node("Exp", ["x"], ["y"]), { ...node("Log", ["x"], ["y"]), name: "again" }] }),
    node: "again",
    problem: 'value "y" is defined twice: as an output of node "again" and as an output of node "y"',
  },
  {
    what: "a constant with the name of an input",
    model: model({ initializers: [constant("x")] }),
    problem: 'value "x" is defined twice: as an initializer and as an input',
  },
  {
    what: "a value of a body with the name of an outer value, even a later one",
    model: scan({ inputs: [vector("total_in"), vector("history")] }),
    graph: "sums/step",
    problem: 'value "history" is defined twice: as an input and as an output of node "total" of graph "sums"',
  },
  {
    what: "an input without a name",
    model: model({ inputs: [vector("x"), vector("")] }),
    problem: "an input has no name",
  },
  {
    what: "a node without a name",
    model: model({ nodes: [{ ...node("Exp", ["x"], ["y"]), name: "" }] }),
    problem: 'the node that computes "y" has no name',
  },
  {
    what: "two nodes of one name",
    model: model({ nodes: [node("Exp", ["x"], ["a"]), { ...node("Log", ["a"], ["y"]), name: "a" }] }),
    node: "a",
    problem: "another node of the model has the same name",
  },
  {
    what: "a node of a body with the name of an outer node",
    model: scan({
      nodes: sameBody().nodes.map((inner, index) => (index === 0 ? { ...inner, name: "total" } : inner)),
    }),
    graph: "sums/step",
    node: "total",
    problem: "another node of the model has the same name",
  },
  {
    what: "an input used before it is defined",
    model: model({ nodes: [node("Exp", ["a"], ["y"]), node("Log", ["x"], ["a"])] }),
    node: "y",
    problem: 'input "a" is used before it is defined, as an output of node "a"; sort the nodes by dependence',
  },
  {
    what: "an input that nothing defines",
    model: model({
      inputs: [vector("embedding")],
      nodes: [node("Exp", ["embeding"], ["y"])],
    }),
    node: "y",
    problem: 'input "embeding" is not defined; the nearest defined value is "embedding"',
  },
  {
    what: "an outer value that is defined after the body",
    model: scan(
      {},
      {
        initializers: [],
        nodes: [
          ...runningSums().graph.nodes,
          node("Constant", [], ["bias"], { value: { kind: "tensor", value: constant("", [1, 2]) } }),
        ],
      },
    ),
    graph: "sums/step",
    node: "biased",
    problem:
      'input "bias" is used before it is defined, as an output of node "bias"; sort the nodes by dependence',
  },
  {
    what: "an output that nothing defines",
    model: model({ outputs: [vector("y"), vector("loss")] }),
    problem: 'output "loss" is not defined in this graph',
  },
  {
    what: "an outer value as output of a body",
    model: scan({ outputs: [sameBody().outputs[0]!, vector("bias")] }),
    graph: "sums/step",
    problem: 'output "bias" is not defined in this graph; the nearest defined value is "biased"',
  },
  {
    what: "an output listed twice",
    model: model({ outputs: [vector("y"), vector("y")] }),
    problem: 'output "y" is listed twice',
  },
  {
    what: "an unknown operator",
    model: model({ nodes: [node("ReduceSums", ["x"], ["y"])] }),
    node: "y",
    problem: 'operator "ReduceSums" is not in the support table; the nearest known one is ReduceSum',
  },
  {
    what: "an operator like none we know",
    model: model({ nodes: [node("NonMaxSuppression", ["x"], ["y"])] }),
    node: "y",
    problem: 'operator "NonMaxSuppression" is not in the support table',
  },
  {
    what: "an operator the provider has no kernel for",
    model: runningSums(),
    providers: ["cpu", "webgpu"],
    graph: "sums",
    node: "total",
    problem: "Scan has no kernel on webgpu, only on cpu, cuda, wasm",
  },
  {
    what: "too few inputs",
    model: model({ nodes: [node("Add", ["x"], ["y"])] }),
    node: "y",
    problem: "Add takes 2 inputs, found 1",
  },
  {
    what: "too many inputs",
    model: model({ nodes: [node("Clip", ["x", "x", "x", "x"], ["y"])] }),
    node: "y",
    problem: "Clip takes 1 to 3 inputs, found 4",
  },
  {
    what: "no inputs where any number from one is allowed",
    model: model({ nodes: [node("Concat", [], ["y"], { axis: int(0) })] }),
    node: "y",
    problem: "Concat takes at least 1 inputs, found 0",
  },
  {
    what: "too few outputs",
    model: model({ nodes: [node("TopK", ["x", "x"], ["y"])] }),
    node: "y",
    problem: "TopK takes 2 outputs, found 1",
  },
  {
    what: "a required input that is omitted",
    model: model({ nodes: [node("MatMul", ["x", ""], ["y"])] }),
    node: "y",
    problem: "input 1 of MatMul is required, but it is omitted",
  },
  {
    what: "an omitted input among any number of them",
    model: model({ nodes: [node("Max", ["x", ""], ["y"])] }),
    node: "y",
    problem: "input 1 of Max is required, but it is omitted",
  },
  {
    what: "an output without a name",
    model: model({ nodes: [{ ...node("TopK", ["x", "x"], ["y", ""]), name: "top" }] }),
    node: "top",
    problem: "output 1 of TopK has no name",
  },
  {
    what: "an attribute the operator does not have",
    model: model({ nodes: [node("ReduceSum", ["x"], ["y"], { axes: { kind: "ints", value: [0] } })] }),
    node: "y",
    problem: 'ReduceSum has no attribute "axes"; it takes keepdims, noop_with_empty_axes',
  },
  {
    what: "an attribute of an operator that has none",
    model: model({ nodes: [node("Exp", ["x"], ["y"], { axis: int(0) })] }),
    node: "y",
    problem: 'Exp has no attribute "axis"; it takes none',
  },
  {
    what: "an attribute of the wrong kind",
    model: model({ nodes: [node("Softmax", ["x"], ["y"], { axis: { kind: "float", value: 1 } })] }),
    node: "y",
    problem: 'attribute "axis" of Softmax must be of kind int, found float',
  },
  {
    what: "a required attribute that is absent",
    model: model({ nodes: [node("Cast", ["x"], ["y"])] }),
    node: "y",
    problem: 'Cast requires the attribute "to"',
  },
  {
    what: "an integer attribute that is not one",
    model: model({ nodes: [node("Softmax", ["x"], ["y"], { axis: int(0.5) })] }),
    node: "y",
    problem: 'attribute "axis" must be an integer, found 0.5',
  },
  {
    what: "a list of integers with another number in it",
    model: model({
      nodes: [node("Transpose", ["x"], ["y"], { perm: { kind: "ints", value: [0, 2 ** 53] } })],
    }),
    node: "y",
    problem: 'attribute "perm" must hold integers, found 9007199254740992',
  },
  {
    what: "a float attribute beyond float32",
    model: model({ nodes: [node("LeakyRelu", ["x"], ["y"], { alpha: { kind: "float", value: 1e39 } })] }),
    node: "y",
    problem: 'attribute "alpha" must be a finite float32, found 1e+39',
  },
  {
    what: "a list of floats with a NaN in it",
    model: model({
      nodes: [node("Constant", [], ["y"], { value_floats: { kind: "floats", value: [1, NaN] } })],
    }),
    node: "y",
    problem: 'attribute "value_floats" must hold finite float32 values, found NaN',
  },
  {
    what: "a tensor attribute with values missing",
    model: model({
      nodes: [
        node("Constant", [], ["y"], {
          value: { kind: "tensor", value: { name: "", dtype: "int32", dims: [2], data: new Int32Array(1) } },
        }),
      ],
    }),
    node: "y",
    problem: 'attribute "value" is int32 [2] and needs 2 values, found 1',
  },
  {
    what: "a Constant with two values",
    model: model({
      nodes: [node("Constant", [], ["y"], { value_int: int(1), value_ints: { kind: "ints", value: [1] } })],
    }),
    node: "y",
    problem: "Constant needs exactly one value attribute, found 2",
  },
  {
    what: "a ScatterND that adds",
    model: model({
      nodes: [node("ScatterND", ["x", "x", "x"], ["y"], { reduction: { kind: "string", value: "add" } })],
    }),
    node: "y",
    problem:
      "ScatterND with a reduction loses updates when indices repeat and threads are two or more; " +
      "use ScatterElements, or no reduction on distinct indices",
  },
  {
    what: "a Scan that scans nothing",
    model: scan({}, {}, { num_scan_inputs: int(0) }),
    graph: "sums",
    node: "total",
    problem: "num_scan_inputs must be 1 to 2, the number of inputs, found 0",
  },
  {
    what: "a Scan whose body has another number of inputs",
    model: scan({ inputs: sameBody().inputs.slice(1) }),
    graph: "sums",
    node: "total",
    problem: 'Scan has 2 inputs, but its body "step" has 1',
  },
  {
    what: "a Scan whose body has another number of outputs",
    model: scan({ outputs: sameBody().outputs.slice(1) }),
    graph: "sums",
    node: "total",
    problem: 'Scan has 2 outputs, but its body "step" has 1',
  },
  {
    what: "a Scan with more states than outputs",
    model: scan(
      { inputs: [vector("a"), vector("b"), vector("c"), vector("row")] },
      {
        nodes: [
          {
            ...runningSums().graph.nodes[0]!,
            inputs: ["start", "start", "start", "rows"],
            attributes: {
              num_scan_inputs: int(1),
              body: {
                kind: "graph",
                value: { ...sameBody(), inputs: [vector("a"), vector("b"), vector("c"), vector("row")] },
              },
            },
          },
        ],
      },
    ),
    graph: "sums",
    node: "total",
    problem: "Scan carries 3 states, but has only 2 outputs",
  },
  {
    what: "a constant of an unknown dtype",
    model: model({ initializers: [{ ...constant("c"), dtype: "bfloat16" as "float16" }] }),
    problem:
      'initializer "c" has dtype bfloat16; expected one of float32, uint8, int8, int32, int64, bool, float16, float64, uint64',
  },
  {
    what: "a constant with a symbolic size",
    model: model({ initializers: [{ ...constant("c"), dims: ["n" as unknown as number] }] }),
    problem: 'initializer "c" has a dimension n; expected whole numbers from 0',
  },
  {
    what: "a constant with too many values for its size",
    model: model({ initializers: [{ ...constant("c", [1, 2, 3]), dims: [2, 1] }] }),
    problem: 'initializer "c" is float32 [2, 1] and needs 2 values, found 3',
  },
  {
    what: "a constant in an array of the wrong class",
    model: model({ initializers: [{ ...constant("c"), dtype: "int64" }] }),
    problem: 'initializer "c" is int64 [1] and needs a BigInt64Array, found a Float32Array',
  },
  {
    what: "a bool constant with a byte other than 0 and 1",
    model: model({ initializers: [{ name: "c", dtype: "bool", dims: [1], data: new Uint8Array([2]) }] }),
    problem: 'initializer "c" is bool [1] and needs bytes 0 or 1, found 2',
  },
  {
    what: "a constant nobody uses",
    model: model({ initializers: [constant("c")] }),
    problem: 'initializer "c" is not used',
  },
  {
    what: "an input of an unknown dtype",
    model: model({ inputs: [{ ...vector("x"), dtype: "string" as "bool" }] }),
    problem:
      '"x" has dtype string; expected one of float32, uint8, int8, int32, int64, bool, float16, float64, uint64',
  },
  {
    what: "an output with a negative size",
    model: model({ outputs: [{ ...vector("y"), dims: [-1] }] }),
    problem: '"y" has a dimension -1; expected a size from 0 or a name',
  },
  {
    what: "an input with an empty symbolic size",
    model: model({ inputs: [{ ...vector("x"), dims: [""] }] }),
    problem: '"x" has a dimension ""; expected a size from 0 or a name',
  },
];

describe("checking a model", () => {
  for (const build of [runningSums, bestOfRows, everyKind]) {
    it(`accepts ${build().graph.name}`, () => {
      checkModel(build());
    });
  }

  it("accepts a model for a provider that has all its kernels", () => {
    checkModel(bestOfRows(), ["cpu", "cuda", "wasm", "webgpu"]);
    checkModel(runningSums(), ["cpu", "cuda", "wasm"]);
  });

  it("counts a constant as used where only a body reads it, or where it is itself an output", () => {
    checkModel(runningSums());
    checkModel(model({ initializers: [constant("c")], outputs: [vector("y"), vector("c")] }));
  });

  for (const fault of faults) {
    it(`refuses ${fault.what}`, () => {
      let thrown: unknown;
      try {
        checkModel(fault.model, fault.providers);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).to.be.instanceOf(OnnxCheckError);
      const { graph, node: at, problem, message } = thrown as OnnxCheckError;
      expect({ graph, node: at, problem }).to.deep.equal({
        graph: fault.graph ?? "g",
        node: fault.node ?? "",
        problem: fault.problem,
      });
      expect(message).to.equal(
        at === "" ? `graph "${graph}": ${problem}.` : `graph "${graph}", node "${at}": ${problem}.`,
      );
    });
  }
});
