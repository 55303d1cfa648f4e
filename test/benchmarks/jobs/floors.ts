import { InferenceSession, Tensor } from "onnxruntime-node";
import { compile } from "../../../exports/compile.js";
import type { Node } from "../../../src/ir/node.js";
import { tensorType } from "../../../src/ir/types.js";
import { encodeModel } from "../../../src/onnx/encode.js";
import { input } from "../../../src/ops/apply.js";
import { add, matmul, multiply, rename, scalar, sum } from "../../../src/ops/build.js";

/** What the machine gives onnxruntime, with all the threads asked for. */
export interface Floors {
  /** Bytes per second that two operands of 64 MB, read and written over one of them, move. */
  readonly bandwidth: number;
  /** Floating-point operations per second of a float32 MatMul of 1536 by 1536 matrices. */
  readonly gemm: number;
}

/** 64 MB an array: two are four times the level-3 cache of usual machines. */
const ELEMENTS = 16 * 2 ** 20;
const FEW = 2;
const MANY = 10;
const SIDE = 1536;
const REPETITIONS = 5;

async function session(output: Node, inputs: readonly Node[], threads: number): Promise<InferenceSession> {
  const graph = { name: "floor", outputs: [{ name: "result", node: output }] };
  return InferenceSession.create(encodeModel(compile({ graph, inputs: [...inputs] })), {
    intraOpNumThreads: threads,
    executionProviders: ["cpu"],
    logSeverityLevel: 4,
  });
}

async function fastest(opened: InferenceSession, feeds: Record<string, Tensor>): Promise<number> {
  await opened.run(feeds);
  let least = Infinity;
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const started = performance.now();
    await opened.run(feeds);
    least = Math.min(least, (performance.now() - started) / 1000);
  }
  return least;
}

/** x + b, then times b, and so on: each reads two arrays and writes over the first. */
function passes(left: Node, right: Node, count: number): Node {
  let value = left;
  for (let pass = 0; pass < count; pass++) value = (pass % 2 === 0 ? add : multiply)(value, right);
  return sum(value, ["element"]);
}

async function bandwidth(threads: number): Promise<number> {
  const type = tensorType("float32", [{ name: "element", size: "element" }]);
  const [left, right] = [input("left", "argument", type), input("right", "argument", type)];
  const feeds = {
    left: new Tensor("float32", new Float32Array(ELEMENTS).fill(1), [ELEMENTS]),
    right: new Tensor("float32", new Float32Array(ELEMENTS).fill(1), [ELEMENTS]),
  };
  const seconds: number[] = [];
  for (const count of [FEW, MANY]) {
    const opened = await session(passes(left, right, count), [left, right], threads);
    seconds.push(await fastest(opened, feeds));
    await opened.release();
  }
  return ((MANY - FEW) * 3 * 4 * ELEMENTS) / (seconds[1]! - seconds[0]!);
}

async function gemm(threads: number): Promise<number> {
  const matrix = (name: string, row: string, column: string): Node =>
    input(
      name,
      "argument",
      tensorType("float32", [
        { name: row, size: row },
        { name: column, size: column },
      ]),
    );
  const [left, right] = [matrix("left", "row", "inner"), matrix("right", "inner", "column")];
  const data = Float32Array.from({ length: SIDE * SIDE }, (_, index) => (index % 7) - 3);
  const feeds = {
    left: new Tensor("float32", data, [SIDE, SIDE]),
    right: new Tensor("float32", data, [SIDE, SIDE]),
  };
  const product = multiply(rename(matmul(left, right), "row", "out"), scalar(1));
  const opened = await session(sum(product, ["out", "column"]), [left, right], threads);
  const seconds = await fastest(opened, feeds);
  await opened.release();
  return (2 * SIDE ** 3) / seconds;
}

/** Both floors, one after the other. */
export async function measureFloors({ threads }: { readonly threads: number }): Promise<Floors> {
  return { bandwidth: await bandwidth(threads), gemm: await gemm(threads) };
}
