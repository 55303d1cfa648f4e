import * as native from "onnxruntime-node";
import * as web from "onnxruntime-web";
import type { PlainTensor, Runtime } from "../onnx/runBoth.js";

/** A loaded model; `release` must be called. */
export interface OpenModel {
  run(feeds: Readonly<Record<string, PlainTensor>>): Promise<Record<string, PlainTensor>>;
  release(): Promise<void>;
}

/** Loads an ONNX file to run it more than once, in one thread, which is fastest for small models. */
export async function openModel(runtime: Runtime, bytes: Uint8Array): Promise<OpenModel> {
  web.env.wasm.numThreads = 1;
  const { InferenceSession, Tensor } = runtime === "onnxruntime-node" ? native : web;
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  return {
    run: async (feeds) => {
      const inputs = Object.entries(feeds).map(([name, { type, data, dims }]) => [
        name,
        new Tensor(type, data, dims),
      ]);
      const outputs = await session.run(Object.fromEntries(inputs) as Record<string, native.Tensor>);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { type, dims, data }]) => [
          name,
          { type, dims: [...dims], data },
        ]),
      );
    },
    release: () => session.release(),
  };
}

/** Loads an ONNX file and runs it once. */
export async function runOnce(
  runtime: Runtime,
  bytes: Uint8Array,
  feeds: Readonly<Record<string, PlainTensor>>,
): Promise<Record<string, PlainTensor>> {
  const model = await openModel(runtime, bytes);
  const outputs = await model.run(feeds);
  await model.release();
  return outputs;
}
