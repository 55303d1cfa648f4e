import { InferenceSession, env } from "onnxruntime-node";

/** An execution provider of onnxruntime. */
export type Device = "cpu" | "cuda" | "webgpu";

/** What a user may ask for: `auto` takes CUDA where it loads and the CPU elsewhere. */
export type DeviceRequest = Device | "auto";

export const deviceRequests: readonly DeviceRequest[] = ["cpu", "cuda", "webgpu", "auto"];

/** A device that was asked for and cannot be used here. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";

  constructor(
    readonly device: string,
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`Device "${device}" cannot be used: ${problem}. ${fix}`);
  }
}

const fixes: Record<Device, string> = {
  cpu: "Install onnxruntime-node again.",
  cuda:
    "Install the CUDA 12 and cuDNN 9 libraries and onnxruntime's CUDA provider (npm rebuild onnxruntime-node with " +
    "network access and without onnxruntime-node-install=skip), or use the device cpu or auto.",
  webgpu: "Install a graphics driver with Vulkan, Metal or Direct3D 12 support, or use the device cpu.",
};

/** Session options that select a device; nodes without a kernel there run on the CPU. */
export function providersOf(device: Device): InferenceSession.SessionOptions["executionProviders"] {
  return device === "cpu" ? ["cpu"] : [device, "cpu"];
}

async function load(device: Device, model: string): Promise<void> {
  // A failure is thrown as well as logged; the log would only repeat it on stderr.
  env.logLevel = "fatal";
  try {
    const session = await InferenceSession.create(model, { executionProviders: providersOf(device)! });
    await session.release();
  } catch (error) {
    throw new DeviceError(device, (error as Error).message.trim(), fixes[device]);
  }
}

/**
 * Settles on a device by loading a model with it.
 *
 * @param model path of any graph file of the artifacts
 * @returns the device asked for; for `auto` CUDA if it loads, else the CPU
 * @throws DeviceError if a device asked for by name does not load, or the name is unknown
 */
export async function chooseDevice(request: DeviceRequest, model: string): Promise<Device> {
  if (!deviceRequests.includes(request)) {
    throw new DeviceError(request, "there is no such device", `Use one of ${deviceRequests.join(", ")}.`);
  }
  if (request !== "auto") {
    await load(request, model);
    return request;
  }
  try {
    await load("cuda", model);
    return "cuda";
  } catch {
    await load("cpu", model);
    return "cpu";
  }
}
