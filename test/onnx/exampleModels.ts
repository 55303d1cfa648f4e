import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode } from "../../src/onnx/model.js";

/** A node named for its first output. */
export function node(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode {
  return { name: outputs[0]!, opType, inputs, outputs, attributes };
}

/** Running sums over the rows of `rows`, each step adding `bias` from the outer graph: a Scan with a body. */
export function runningSums(): OnnxModel {
  const body: OnnxGraph = {
    name: "step",
    inputs: [
      { name: "total_in", dtype: "float32", dims: [2] },
      { name: "row", dtype: "float32", dims: [2] },
    ],
    outputs: [
      { name: "total_out", dtype: "float32", dims: [2] },
      { name: "seen", dtype: "float32", dims: [2] },
    ],
    initializers: [],
    nodes: [
      node("Add", ["row", "bias"], ["biased"]),
      node("Add", ["total_in", "biased"], ["total_out"]),
      node("Identity", ["total_out"], ["seen"]),
    ],
  };
  return {
    metadata: { "mmkit.model": "running_sums", "mmkit.axes": '["step"]' },
    graph: {
      name: "sums",
      inputs: [
        { name: "start", dtype: "float32", dims: [2] },
        { name: "rows", dtype: "float32", dims: ["step", 2] },
      ],
      outputs: [
        { name: "total", dtype: "float32", dims: [2] },
        { name: "history", dtype: "float32", dims: ["step", 2] },
      ],
      initializers: [{ name: "bias", dtype: "float32", dims: [2], data: new Float32Array([0.5, -1]) }],
      nodes: [
        node("Scan", ["start", "rows"], ["total", "history"], {
          num_scan_inputs: { kind: "int", value: 1 },
          body: { kind: "graph", value: body },
        }),
      ],
    },
  };
}

/** The best `k` of each row, ids shifted beyond 2^53, and an empty tensor joined to the scores. */
export function bestOfRows(): OnnxModel {
  return {
    metadata: {},
    graph: {
      name: "best",
      inputs: [
        { name: "scores", dtype: "float32", dims: ["block", "item"] },
        { name: "k", dtype: "int64", dims: [1] },
      ],
      outputs: [
        { name: "values", dtype: "float32", dims: ["block", "k"] },
        { name: "shifted", dtype: "int64", dims: ["block", "k"] },
        { name: "joined", dtype: "float32", dims: ["k"] },
      ],
      initializers: [
        { name: "shift", dtype: "int64", dims: [], data: new BigInt64Array([2n ** 53n + 1n]) },
        { name: "nothing", dtype: "float32", dims: [0, 1], data: new Float32Array(0) },
        { name: "column", dtype: "int64", dims: [1], data: new BigInt64Array([-1n]) },
        { name: "second", dtype: "int64", dims: [1], data: new BigInt64Array([1n]) },
        { name: "third", dtype: "int64", dims: [1], data: new BigInt64Array([2n]) },
      ],
      nodes: [
        node("TopK", ["scores", "k"], ["values", "indices"], {
          axis: { kind: "int", value: -1 },
          largest: { kind: "int", value: 1 },
          sorted: { kind: "int", value: 1 },
        }),
        node("Add", ["indices", "shift"], ["shifted"]),
        node("Slice", ["values", "second", "third", "second"], ["second_best"]),
        node("Concat", ["second_best", "nothing"], ["stacked"], { axis: { kind: "int", value: 0 } }),
        node("Reshape", ["stacked", "column"], ["joined"]),
      ],
    },
  };
}

/** One constant of every dtype, every kind of attribute and an omitted optional input. */
export function everyKind(): OnnxModel {
  return {
    metadata: { b: "2", a: "α and β" },
    graph: {
      name: "every_kind",
      inputs: [{ name: "x", dtype: "float32", dims: [3] }],
      outputs: [
        { name: "y", dtype: "float32", dims: [3] },
        { name: "flag", dtype: "bool", dims: [2] },
        { name: "half", dtype: "float16", dims: [2] },
        { name: "double", dtype: "float64", dims: [1] },
        { name: "small", dtype: "int8", dims: [2] },
        { name: "byte", dtype: "uint8", dims: [2] },
        { name: "key", dtype: "uint64", dims: [1] },
        { name: "scattered", dtype: "float32", dims: [3] },
      ],
      initializers: [
        { name: "ceiling", dtype: "float32", dims: [], data: new Float32Array([0.3]) },
        { name: "flags", dtype: "bool", dims: [2], data: new Uint8Array([0, 1]) },
        { name: "halves", dtype: "float16", dims: [2], data: new Uint16Array([0x3c00, 0xc000]) },
        { name: "doubles", dtype: "float64", dims: [1], data: new Float64Array([Math.PI]) },
        { name: "smalls", dtype: "int8", dims: [2], data: new Int8Array([-128, 127]) },
        { name: "bytes", dtype: "uint8", dims: [2], data: new Uint8Array([0, 255]) },
        { name: "keys", dtype: "uint64", dims: [1], data: new BigUint64Array([2n ** 64n - 1n]) },
        { name: "rows", dtype: "int32", dims: [2], data: new Int32Array([0, 0]) },
        { name: "start", dtype: "int32", dims: [1], data: new Int32Array([0]) },
        { name: "end", dtype: "int32", dims: [1], data: new Int32Array([2]) },
        {
          name: "long",
          dtype: "float32",
          dims: [3, 3],
          data: new Float32Array([-1.5, 0, 0.1, 2, 3, 4, 5, 6, 7.25]),
        },
      ],
      nodes: [
        node("Clip", ["x", "", "ceiling"], ["clipped"]),
        node("LeakyRelu", ["clipped"], ["leaky"], { alpha: { kind: "float", value: 0.1 } }),
        node("Constant", [], ["ones"], {
          value: {
            kind: "tensor",
            value: { name: "", dtype: "float32", dims: [3], data: new Float32Array(3).fill(1) },
          },
        }),
        node("Constant", [], ["twos"], { value_floats: { kind: "floats", value: [2, 2.5, -1e-7] } }),
        node("Transpose", ["long"], ["turned"], { perm: { kind: "ints", value: [1, 0] } }),
        node("MatMul", ["turned", "ones"], ["product"]),
        node("Add", ["leaky", "product"], ["sum"]),
        { ...node("Mul", ["sum", "twos"], ["y"]), name: "scale/by_two" },
        node("Identity", ["flags"], ["flag"]),
        node("Identity", ["halves"], ["half"]),
        node("Identity", ["doubles"], ["double"]),
        node("Identity", ["smalls"], ["small"]),
        node("Identity", ["bytes"], ["byte"]),
        node("Identity", ["keys"], ["key"]),
        node("Slice", ["x", "start", "end"], ["pair"]),
        node("ScatterElements", ["ones", "rows", "pair"], ["scattered"], {
          reduction: { kind: "string", value: "add" },
        }),
      ],
    },
  };
}
