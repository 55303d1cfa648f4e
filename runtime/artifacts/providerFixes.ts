/** An execution provider of onnxruntime. */
export type Provider = "cpu" | "cuda" | "webgpu";

/** What to do about a provider that does not load. */
export const providerFixes: Readonly<Record<Provider, string>> = {
  cpu: "Install onnxruntime-node again.",
  cuda:
    "Run `mmkit doctor` to see which library is missing and `mmkit doctor --install-cuda` for onnxruntime's CUDA " +
    "provider; CUDA 12 and cuDNN 9 must be installed. Or use the device cpu or auto.",
  webgpu:
    "Install a graphics driver with Vulkan, Metal or Direct3D 12 support (`mmkit doctor` tells more), or use the device cpu.",
};
