import * as native from "onnxruntime-node";
import * as web from "onnxruntime-web";

/** A tensor as plain data: what goes into and comes out of either runtime. */
export interface PlainTensor {
  readonly type: native.Tensor.Type;
  readonly dims: readonly number[];
  readonly data: native.Tensor.DataType;
}

export type Runtime = "onnxruntime-node" | "onnxruntime-web";

export const runtimes: readonly Runtime[] = ["onnxruntime-node", "onnxruntime-web"];

/** Loads an ONNX file in a runtime and runs it once. */
export async function runModel(
  runtime: Runtime,
  bytes: Uint8Array,
  feeds: Readonly<Record<string, PlainTensor>>,
): Promise<Record<string, PlainTensor>> {
  web.env.wasm.numThreads = 1;
  const { InferenceSession, Tensor } = runtime === "onnxruntime-node" ? native : web;
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  try {
    const inputs = Object.entries(feeds).map(([name, { type, data, dims }]) => [
      name,
      new Tensor(type, data, dims),
    ]);
    const outputs = await session.run(Object.fromEntries(inputs) as Record<string, native.Tensor>);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { type, dims, data }]) => [name, { type, dims: [...dims], data }]),
    );
  } finally {
    await session.release();
  }
}
