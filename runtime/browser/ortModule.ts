import type * as Ort from "onnxruntime-web";
import { DeviceError } from "../artifacts/deviceError.js";
import type { PageFolder } from "./pageFolder.js";
import { page } from "./page.js";

export type OrtModule = typeof Ort;

/** Where a page computes. */
export type PageDevice = "webgpu" | "wasm";

/** The build of onnxruntime-web for a device, loaded and set up. */
export interface LoadedOrt {
  readonly device: PageDevice;
  readonly ort: OrtModule;
  /** Threads of wasm; with WebGPU, of what runs on the CPU. */
  readonly threads: number;
  /** Runs one after the other: neither build can be entered twice. */
  readonly inTurn: <Result>(task: () => Promise<Result>) => Promise<Result>;
}

export interface OrtOptions {
  /** Threads, where the page is cross-origin isolated; by default half the processor's, at most four. */
  readonly threads?: number;
  /**
   * Where onnxruntime-web's WebAssembly is: a folder's address, or the addresses of the .mjs and the .wasm; by default
   * where its module stands, or where the bundler put it. A .wasm whose address is given is fetched with progress and
   * kept in the cache, so that it is there without a connection.
   */
  readonly wasmPaths?: string | { readonly mjs?: string | URL; readonly wasm?: string | URL };
}

/** Onnxruntime-web's WebAssembly of each device. */
const binaries: Readonly<Record<PageDevice, string>> = {
  wasm: "ort-wasm-simd-threaded.wasm",
  webgpu: "ort-wasm-simd-threaded.asyncify.wasm",
};

/** More help little with matrices of this size. */
const MOST_THREADS = 4;

const loaded = new Map<PageDevice, Promise<LoadedOrt>>();

function threadsFor(wanted: number | undefined): number {
  if (page.crossOriginIsolated !== true) return 1;
  const processors = page.navigator?.hardwareConcurrency ?? 1;
  return wanted ?? Math.max(1, Math.min(MOST_THREADS, Math.ceil(processors / 2)));
}

function queue(): LoadedOrt["inTurn"] {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}

function binaryAddress(device: PageDevice, { wasmPaths }: OrtOptions): string | null {
  const base = page.location?.href;
  if (wasmPaths === undefined) return null;
  if (typeof wasmPaths === "string") {
    const folder = wasmPaths.endsWith("/") ? wasmPaths : `${wasmPaths}/`;
    return new URL(binaries[device], new URL(folder, base)).href;
  }
  return wasmPaths.wasm === undefined ? null : new URL(wasmPaths.wasm, base).href;
}

async function load(device: PageDevice, options: OrtOptions, folder: PageFolder): Promise<LoadedOrt> {
  // Literal names, so that bundlers find them; the default entry would be the deprecated JSEP build.
  const ort: OrtModule =
    device === "webgpu" ? await import("onnxruntime-web/webgpu") : await import("onnxruntime-web/wasm");
  const threads = threadsFor(options.threads);
  // What goes wrong is thrown; the log would repeat it on the console.
  ort.env.logLevel = "fatal";
  ort.env.wasm.numThreads = threads;
  const { wasmPaths } = options;
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  const address = binaryAddress(device, options);
  if (address !== null) {
    const bytes = await folder.unchecked(address, ort.env.versions.web ?? "");
    ort.env.wasm.wasmBinary = bytes.buffer;
  }
  return { device, ort, threads, inTurn: queue() };
}

/**
 * The build of onnxruntime-web for a device. There is one of each per page, set up as first asked for.
 *
 * @throws DeviceError if it does not load
 */
export async function loadOrt(
  device: PageDevice,
  options: OrtOptions,
  folder: PageFolder,
): Promise<LoadedOrt> {
  let loading = loaded.get(device);
  if (loading === undefined) {
    loading = load(device, options, folder);
    loaded.set(device, loading);
  }
  try {
    return await loading;
  } catch (error) {
    loaded.delete(device);
    if (error instanceof Error && error.name !== "Error" && error.name !== "TypeError") throw error;
    throw new DeviceError(
      device,
      `onnxruntime-web does not load (${(error as Error).message})`,
      "Serve its files, and give their address as wasmPaths if it is not where its module stands.",
    );
  }
}
