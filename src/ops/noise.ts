import { createHash } from "node:crypto";
import { productOfSizes, tensorType, type Axis } from "../ir/types.js";
import { typeOf } from "./build.js";
import { tensor } from "./broadcasting.js";
import type { Emitter } from "./emitter.js";
import { InferenceProblem, type Operation } from "./operation.js";

/** An odd 64-bit number for a stream's name, so that streams of one key do not repeat each other. */
export function streamMultiplier(stream: string): bigint {
  return createHash("sha256").update(stream).digest().readBigUInt64LE() | 1n;
}

const HALF = 1n << 32n;

const TOP_24 = 1n << 40n;

/** The upper 24 of the 32 bits of Widynski's "Squares" generator with four rounds: uint64 counters and key to uint64. */
function squares24(onnx: Emitter, counter: string, key: string): string {
  const half = onnx.constant("uint64", [], [HALF]);
  const mul = (a: string, b: string): string => onnx.node("Mul", [a, b]);
  const add = (a: string, b: string): string => onnx.node("Add", [a, b]);
  const swapHalves = (value: string): string => add(onnx.node("Div", [value, half]), mul(value, half));
  const y = mul(counter, key);
  const z = add(y, key);
  let state = swapHalves(add(mul(y, y), y));
  state = swapHalves(add(mul(state, state), z));
  state = swapHalves(add(mul(state, state), y));
  return onnx.node("Div", [add(mul(state, state), z), onnx.constant("uint64", [], [TOP_24])]);
}

export const noise = {
  /** 0, 1, 2 … over all elements of the axes. */
  counters: {
    infer: (_, attributes) => tensorType("uint64", attributes.axes as readonly Axis[]),
    gradient: "none",
    lower: (onnx, _, node) => {
      const { axes } = typeOf(node);
      const total = productOfSizes(axes.map((axis) => axis.size));
      const count = onnx.node("Squeeze", [onnx.size(total), onnx.ints([0])]);
      const range = onnx.node("Range", [
        onnx.constant("int64", [], [0]),
        count,
        onnx.constant("int64", [], [1]),
      ]);
      return onnx.cast(onnx.node("Reshape", [range, onnx.shape(axes)]), "uint64");
    },
  },
  /**
   * Uniform in [0, 1), 24 bits: counters, key (uint64) and step (float) to floats. Equal inputs give equal numbers
   * on every provider; the counter of element n in step s is s 2^32 + n.
   */
  uniform: {
    infer: (inputs) => {
      const counters = tensor(inputs, 0, ["uint64"]);
      if (tensor(inputs, 1, ["uint64"]).axes.length + tensor(inputs, 2).axes.length > 0) {
        throw new InferenceProblem("{1} and {2} must be scalars");
      }
      return tensorType("float32", counters.axes);
    },
    gradient: "none",
    lower: (onnx, [counters, key, step], node) => {
      const stream = onnx.constant("uint64", [], [streamMultiplier(node.attributes.stream as string)]);
      const offset = onnx.node("Mul", [onnx.cast(step!, "uint64"), onnx.constant("uint64", [], [HALF])]);
      const bits = squares24(onnx, onnx.node("Add", [counters!, offset]), onnx.node("Mul", [key!, stream]));
      return onnx.node("Mul", [onnx.cast(bits, "float32"), onnx.constant("float32", [], [2 ** -24])]);
    },
    flops: (node) => productOfSizes([21, ...typeOf(node).axes.map((axis) => axis.size)]),
  },
} satisfies Record<string, Operation>;
