import { DeviceError } from "../artifacts/deviceError.js";
import type { PageDevice } from "./ortModule.js";
import { page } from "./page.js";

/** What a page may ask for: `auto` takes what the work is likely to be done faster on. */
export type PageDeviceRequest = PageDevice | "auto";

export interface DeviceDecision {
  readonly device: PageDevice;
  /** What was chosen and why. */
  readonly reason: string;
}

/**
 * Multiplications of one request from which `auto` takes a GPU. Below, a core is done in a few milliseconds, which
 * handing the request to a GPU and fetching the answer takes too, and onnxruntime's WebAssembly is half as large
 * without WebGPU.
 */
const LARGE_REQUEST = 2 ** 24;

/** What stands in the way of WebGPU; null for nothing. @param halves graphs hold float16, which adapters may lack */
async function obstacle(
  halves: boolean,
): Promise<{ readonly problem: string; readonly isSoftware: boolean } | null> {
  const gpu = page.navigator?.gpu;
  if (gpu === undefined) return { problem: "the browser has no WebGPU here", isSoftware: false };
  const adapter = await gpu.requestAdapter();
  if (adapter === null) return { problem: "the browser finds no graphics adapter", isSoftware: false };
  if (halves && adapter.features?.has("shader-f16") !== true) {
    return {
      problem: "its graphics adapter has no float16 (shader-f16), which these graphs hold",
      isSoftware: false,
    };
  }
  if ((adapter.isFallbackAdapter ?? adapter.info?.isFallbackAdapter) === true) {
    return { problem: "its only adapter computes on the processor", isSoftware: true };
  }
  return null;
}

/**
 * Settles on a device.
 *
 * @param multiplications of one request
 * @param halves the graphs hold float16
 * @throws DeviceError for WebGPU where there is none; a software adapter will do if it is asked for by name
 */
export async function choosePageDevice(
  request: PageDeviceRequest,
  multiplications: number,
  halves = false,
): Promise<DeviceDecision> {
  if (!["auto", "webgpu", "wasm"].includes(request)) {
    throw new DeviceError(request, "there is no such device", "Use auto, webgpu or wasm.");
  }
  if (request === "wasm") return { device: "wasm", reason: "wasm was asked for" };
  if (request === "webgpu") {
    const found = await obstacle(halves);
    if (found !== null && !found.isSoftware) {
      throw new DeviceError("webgpu", found.problem, "Use the device wasm or auto.");
    }
    return {
      device: "webgpu",
      reason: found === null ? "webgpu was asked for" : `webgpu was asked for; ${found.problem}`,
    };
  }
  if (multiplications < LARGE_REQUEST) {
    return {
      device: "wasm",
      reason: `auto chose wasm: a request takes ${multiplications.toLocaleString("en")} multiplications, too few to be faster on a GPU`,
    };
  }
  const found = await obstacle(halves);
  return found === null
    ? { device: "webgpu", reason: "auto chose webgpu, for which a request is large enough" }
    : { device: "wasm", reason: `auto chose wasm: ${found.problem}` };
}
