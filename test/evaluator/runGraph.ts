import type { Graph, Node } from "../../src/ir/node.js";
import { lowerGraph, type LoweringOptions } from "../../src/lower/lower.js";
import { checkModel } from "../../src/onnx/check.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { runModel, type PlainTensor, type Runtime } from "../onnx/runBoth.js";
import type { Feeds } from "./evaluate.js";
import { runPlainly } from "./runPlainly.js";
import { onnxFeeds, runtimeLayout, type SparseEncoder } from "./onnxFeeds.js";

export interface RunOptions extends Omit<LoweringOptions, "inputs"> {
  /** Absent: onnxruntime-node without its own graph rewriting. */
  readonly runtime?: Runtime;
  readonly layout?: SparseEncoder;
}

/** Lowers a graph, checks the model and runs it once. */
export async function runGraph(
  graph: Graph,
  inputs: readonly Node[],
  feeds: Feeds,
  { runtime, layout = runtimeLayout, ...lowering }: RunOptions = {},
): Promise<Record<string, PlainTensor>> {
  const model = lowerGraph(graph, { ...lowering, inputs });
  checkModel(model);
  const bytes = encodeModel(model);
  const tensors = onnxFeeds(model, feeds, layout);
  return runtime === undefined ? runPlainly(bytes, tensors) : runModel(runtime, bytes, tensors);
}

/** Numbers of an output. */
export function numbersFrom(tensor: PlainTensor | undefined): number[] {
  if (tensor === undefined) throw new Error("the model lacks an output");
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}
