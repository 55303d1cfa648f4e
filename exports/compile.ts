import { checkModel } from "../src/onnx/check.js";
import type { OnnxModel } from "../src/onnx/model.js";
import { lowerGraph, lowerSteps, type LoweringOptions } from "../src/lower/lower.js";
import { optimise } from "../src/lower/optimise.js";
import type { GraphSource } from "./modelGraphs.js";

type Options = Omit<LoweringOptions, "inputs">;

/** Optimised, lowered and structurally checked ONNX of a graph. */
export function compile(source: GraphSource, options: Options = {}): OnnxModel {
  const model = lowerGraph(optimise(source.graph), { ...options, inputs: source.inputs });
  checkModel(model);
  return model;
}

/** The same for one training step, fused to run many. */
export function compileSteps(source: GraphSource, options: Options = {}): OnnxModel {
  const model = lowerSteps(optimise(source.graph), { ...options, inputs: source.inputs });
  checkModel(model);
  return model;
}
