import { InferenceSession, Tensor } from "onnxruntime-node";
import type { PlainTensor } from "../onnx/runBoth.js";

/**
 * Runs an ONNX file once on onnxruntime-node as it is written: one thread, and none of onnxruntime's own graph
 * rewriting, which takes most of the time of a single run.
 */
export async function runPlainly(
  bytes: Uint8Array,
  feeds: Readonly<Record<string, PlainTensor>>,
): Promise<Record<string, PlainTensor>> {
  const session = await InferenceSession.create(bytes, {
    logSeverityLevel: 3,
    graphOptimizationLevel: "disabled",
    intraOpNumThreads: 1,
    enableMemPattern: false,
    enableCpuMemArena: false,
  });
  try {
    const inputs = Object.entries(feeds).map(
      ([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)] as const,
    );
    const outputs = await session.run(Object.fromEntries(inputs));
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { type, dims, data }]) => [name, { type, dims: [...dims], data }]),
    );
  } finally {
    await session.release();
  }
}
