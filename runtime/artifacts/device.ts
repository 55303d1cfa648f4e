import { InferenceSession, env } from "onnxruntime-node";
import { DeviceError } from "./deviceError.js";
import { providerFixes, type Provider } from "./providerFixes.js";

/** Where a graph runs: a provider, and for CUDA the card if it is not the first; `cuda` is `cuda:0`. */
export type Device = Provider | `cuda:${number}`;

/** What a user may ask for: `auto` takes CUDA where it loads and the CPU elsewhere. */
export type DeviceRequest = Device | "auto";

/** The forms of a request, for help and errors. */
export const deviceForms: readonly string[] = ["auto", "cpu", "cuda", "cuda:<number>", "webgpu"];

const DEVICE = /^(?:auto|cpu|webgpu|cuda(?::(?:0|[1-9]\d{0,3}))?)$/;

export function isDeviceRequest(text: string): text is DeviceRequest {
  return DEVICE.test(text);
}

export function providerOf(device: Device): Provider {
  return device.startsWith("cuda") ? "cuda" : (device as Provider);
}

/**
 * Session options that select a device; nodes without a kernel there run on the CPU.
 *
 * The CPU is not in the list: onnxruntime adds it by itself, and with a second entry onnxruntime-node would drop a
 * provider that the platform lacks with no more than a warning.
 */
export function providersOf(device: Device): InferenceSession.ExecutionProviderConfig[] {
  const card = /^cuda:(\d+)$/.exec(device);
  // The only option that onnxruntime-node takes for CUDA is the card; WebGPU refuses it.
  return card === null ? [device] : [{ name: "cuda", deviceId: Number(card[1]) }];
}

async function load(device: Device, model: string): Promise<void> {
  // A failure is thrown as well as logged; the log would only repeat it on stderr.
  env.logLevel = "fatal";
  try {
    const session = await InferenceSession.create(model, { executionProviders: providersOf(device) });
    await session.release();
  } catch (error) {
    const problem = (error as Error).message.trim().replace(/\.$/, "");
    throw new DeviceError(device, problem, providerFixes[providerOf(device)]);
  }
}

/** The device that was settled on. */
export interface DeviceChoice {
  readonly device: Device;
  /** For `auto`, what was chosen and why not the others; null for a device asked for by name. */
  readonly reason: string | null;
}

/** `auto` does not take WebGPU: it has no kernel for the fused steps, so that it may well be slower than the CPU. */
const WEBGPU_LEFT_OUT = "webgpu is used only when asked for by name";

/**
 * Settles on a device by loading a model with it.
 *
 * @param model path of any graph file of the artifacts
 * @returns the device asked for; for `auto` CUDA if it loads, else the CPU
 * @throws DeviceError if a device asked for by name does not load, or the name is unknown
 */
export async function chooseDevice(request: DeviceRequest, model: string): Promise<DeviceChoice> {
  if (!isDeviceRequest(request)) {
    throw new DeviceError(request, "there is no such device", `Use one of ${deviceForms.join(", ")}.`);
  }
  if (request !== "auto") {
    await load(request, model);
    return { device: request, reason: null };
  }
  try {
    await load("cuda", model);
    return { device: "cuda", reason: `auto chose cuda, which loads here; ${WEBGPU_LEFT_OUT}` };
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    await load("cpu", model);
    const why = `cuda does not load (${error.problem}; \`mmkit doctor\` tells more)`;
    return { device: "cpu", reason: `auto chose cpu: ${why}; ${WEBGPU_LEFT_OUT}` };
  }
}
