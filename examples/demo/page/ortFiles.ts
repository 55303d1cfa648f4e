import gpuModule from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url";
import gpuBinary from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import cpuModule from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import cpuBinary from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import type { OrtFiles, TrainingDevice } from "../workers/messages.js";

/** An address below the page's folder, for a worker, whose own address is another. */
export function absolute(path: string): string {
  return new URL(path, document.baseURI).href;
}

/** Onnxruntime-web's files for a device; those for WebGPU, twice as large, are only loaded when it is chosen. */
export const ortFiles: Readonly<Record<TrainingDevice, OrtFiles>> = {
  wasm: { mjs: absolute(cpuModule), wasm: absolute(cpuBinary) },
  webgpu: { mjs: absolute(gpuModule), wasm: absolute(gpuBinary) },
};
