import type { OnnxAttribute } from "./model.js";

/** Execution providers of onnxruntime; `cpu` is the one of onnxruntime-node, `wasm` the same kernels in a browser. */
export type Provider = "cpu" | "cuda" | "wasm" | "webgpu";

export interface OpSupport {
  /** Least and greatest number of inputs; those up to the least must not be omitted. */
  readonly inputs: readonly [least: number, greatest: number];
  readonly outputs: readonly [least: number, greatest: number];
  /** The attributes it may have, and whether it must. */
  readonly attributes: Readonly<
    Record<string, { readonly kind: OnnxAttribute["kind"]; readonly required: boolean }>
  >;
  /** Providers with a kernel at opset 21; elsewhere the node runs on the CPU, or not at all where that is forbidden. */
  readonly providers: readonly Provider[];
}

const everywhere: readonly Provider[] = ["cpu", "cuda", "wasm", "webgpu"];
const notWebgpu: readonly Provider[] = ["cpu", "cuda", "wasm"];
const ANY_NUMBER = Infinity;

/** Attributes by name and kind; a trailing `!` marks one that is required. */
type AttributeKinds = Readonly<Record<string, OnnxAttribute["kind"] | `${OnnxAttribute["kind"]}!`>>;

function op(
  inputs: OpSupport["inputs"],
  attributes: AttributeKinds = {},
  providers: readonly Provider[] = everywhere,
  outputs: OpSupport["outputs"] = [1, 1],
): OpSupport {
  const parsed = Object.entries(attributes).map(([name, kind]) => [
    name,
    { kind: kind.replace("!", "") as OnnxAttribute["kind"], required: kind.endsWith("!") },
  ]);
  return { inputs, outputs, attributes: Object.fromEntries(parsed) as OpSupport["attributes"], providers };
}

const unary = op([1, 1]);
const binary = op([2, 2]);
const reduction = op([1, 2], { keepdims: "int", noop_with_empty_axes: "int" });

/**
 * Every operator an emitted model may contain, as defined at opset 21.
 *
 * The webgpu column follows the kernel registration table of onnxruntime's `webgpu_execution_provider.cc`; kernels
 * there exist for float16, float32, int32 and uint32 at most. ArgMax on CUDA is registered for opsets below 12 only.
 * Constant needs no kernel: onnxruntime turns it into an initializer.
 */
export const opSupport: ReadonlyMap<string, OpSupport> = new Map(
  Object.entries({
    Abs: unary,
    Add: binary,
    And: binary,
    ArgMax: op([1, 1], { axis: "int", keepdims: "int", select_last_index: "int" }, ["cpu", "wasm", "webgpu"]),
    Cast: op([1, 1], { to: "int!", saturate: "int" }),
    Clip: op([1, 3]),
    Concat: op([1, ANY_NUMBER], { axis: "int!" }),
    Constant: op([0, 0], {
      value: "tensor",
      value_float: "float",
      value_floats: "floats",
      value_int: "int",
      value_ints: "ints",
    }),
    ConstantOfShape: op([1, 1], { value: "tensor" }, notWebgpu),
    Cos: unary,
    CumSum: op([2, 2], { exclusive: "int", reverse: "int" }),
    DequantizeLinear: op([2, 3], { axis: "int", block_size: "int" }),
    Div: binary,
    Equal: binary,
    Exp: unary,
    Expand: binary,
    EyeLike: op([1, 1], { dtype: "int", k: "int" }, notWebgpu),
    Floor: unary,
    Gather: op([2, 2], { axis: "int" }),
    GatherElements: op([2, 2], { axis: "int" }),
    Gemm: op([2, 3], { alpha: "float", beta: "float", transA: "int", transB: "int" }),
    Greater: binary,
    GreaterOrEqual: binary,
    Identity: unary,
    LeakyRelu: op([1, 1], { alpha: "float" }),
    Less: binary,
    LessOrEqual: binary,
    Log: unary,
    MatMul: binary,
    Max: op([1, ANY_NUMBER], {}, notWebgpu),
    Min: op([1, ANY_NUMBER], {}, notWebgpu),
    Mul: binary,
    Neg: unary,
    Not: unary,
    Or: op([2, 2], {}, notWebgpu),
    Pow: binary,
    QuantizeLinear: op(
      [2, 3],
      { axis: "int", block_size: "int", output_dtype: "int", saturate: "int" },
      notWebgpu,
    ),
    Range: op([3, 3]),
    Reciprocal: unary,
    ReduceMax: reduction,
    ReduceMean: reduction,
    ReduceMin: reduction,
    ReduceSum: reduction,
    ReduceSumSquare: reduction,
    Relu: unary,
    Reshape: op([2, 2], { allowzero: "int" }),
    Scan: op(
      [1, ANY_NUMBER],
      {
        body: "graph!",
        num_scan_inputs: "int!",
        scan_input_axes: "ints",
        scan_input_directions: "ints",
        scan_output_axes: "ints",
        scan_output_directions: "ints",
      },
      notWebgpu,
      [1, ANY_NUMBER],
    ),
    ScatterElements: op([3, 3], { axis: "int", reduction: "string" }),
    ScatterND: op([3, 3], { reduction: "string" }),
    Shape: op([1, 1], { start: "int", end: "int" }),
    Sigmoid: unary,
    Sign: op([1, 1], {}, notWebgpu),
    Sin: unary,
    Slice: op([3, 5]),
    Softmax: op([1, 1], { axis: "int" }),
    Softplus: unary,
    Split: op([1, 2], { axis: "int", num_outputs: "int" }, everywhere, [1, ANY_NUMBER]),
    Sqrt: unary,
    Squeeze: op([1, 2]),
    Sub: binary,
    Tanh: unary,
    Tile: binary,
    TopK: op([2, 2], { axis: "int", largest: "int", sorted: "int" }, everywhere, [2, 2]),
    Transpose: op([1, 1], { perm: "ints" }),
    Trilu: op([1, 2], { upper: "int" }, notWebgpu),
    Unsqueeze: binary,
    Where: op([3, 3]),
  }),
);
