import { access } from "node:fs/promises";
import { join } from "node:path";
import { runProgram, type RunProgram } from "./nvidiaCards.js";

/** The parts of onnxruntime's CUDA provider, which npm does not bring. */
export const providerLibraries = [
  "libonnxruntime_providers_shared.so",
  "libonnxruntime_providers_cuda.so",
] as const;

/** What the CUDA provider of onnxruntime 1.30 needs from the machine, for when it cannot be asked itself. */
const systemLibraries = [
  "libcudart.so.12",
  "libcublas.so.12",
  "libcublasLt.so.12",
  "libcurand.so.10",
  "libcufft.so.11",
  "libcudnn.so.9",
  "libcuda.so.1",
];

export interface CudaLibraries {
  /** Files of the provider that are missing beside onnxruntime's own library. */
  readonly missingProvider: readonly string[];
  /** Libraries of CUDA, cuDNN and the driver that the loader does not find. */
  readonly missingSystem: readonly string[];
  /** Who says which are missing: the provider's own list of needs, or onnxruntime's documentation. */
  readonly source: "ldd" | "ldconfig";
}

/** What to install for a library that is missing. */
export function libraryFix(library: string): string {
  if (library.startsWith("libcudnn")) return "Install cuDNN 9 for CUDA 12.";
  if (library === "libcuda.so.1") return "Install the NVIDIA driver.";
  if (library.startsWith("libonnxruntime")) return "Run `mmkit doctor --install-cuda`.";
  return "Install the CUDA 12 runtime libraries; if their folder is no standard one, put it into LD_LIBRARY_PATH.";
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Names that the loader's cache and LD_LIBRARY_PATH do not have. */
async function notFound(
  names: readonly string[],
  run: RunProgram,
  environment: NodeJS.ProcessEnv,
): Promise<string[]> {
  const cache = await run("ldconfig", ["-p"]).catch(() => "");
  const folders = (environment["LD_LIBRARY_PATH"] ?? "").split(":").filter((folder) => folder !== "");
  const missing: string[] = [];
  for (const name of names) {
    const isCached = cache.split("\n").some((line) => line.trim().startsWith(`${name} `));
    const isBeside = await Promise.all(folders.map((folder) => exists(join(folder, name))));
    if (!isCached && !isBeside.includes(true)) missing.push(name);
  }
  return missing;
}

/**
 * Which files CUDA lacks here. Linux only.
 *
 * @param binaries folder of libonnxruntime.so.1
 */
export async function cudaLibraries(
  binaries: string,
  run: RunProgram = runProgram,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<CudaLibraries> {
  const present = await Promise.all(providerLibraries.map((name) => exists(join(binaries, name))));
  const missingProvider = providerLibraries.filter((_, index) => !present[index]);
  const provider = join(binaries, "libonnxruntime_providers_cuda.so");
  const listed = present[1] === true ? await run("ldd", [provider]).catch(() => null) : null;
  if (listed === null) {
    const missingSystem = await notFound(systemLibraries, run, environment);
    return { missingProvider, missingSystem, source: "ldconfig" };
  }
  const missing = [...listed.matchAll(/^\s*(\S+)\s+=>\s+not found/gm)].map((match) => match[1]!);
  // The driver is loaded later, so that ldd does not list it.
  const driver = await notFound(["libcuda.so.1"], run, environment);
  const missingSystem = [...new Set([...missing, ...driver])].filter(
    (name) => !name.startsWith("libonnxruntime"),
  );
  return { missingProvider, missingSystem, source: "ldd" };
}
