import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

export interface OnnxruntimePackage {
  readonly version: string;
  readonly folder: string;
  /** Where its native libraries lie for this platform, if it has any. */
  readonly binaries: string;
}

/** The installed package of that name; null if there is none. */
export async function onnxruntimePackage(
  name: "onnxruntime-node" | "onnxruntime-web",
): Promise<OnnxruntimePackage | null> {
  for (const modules of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const folder = join(modules, name);
    const text = await readFile(join(folder, "package.json"), "utf8").catch(() => null);
    if (text === null) continue;
    const { version } = JSON.parse(text) as { version: string };
    return { version, folder, binaries: join(folder, "bin", "napi-v6", process.platform, process.arch) };
  }
  return null;
}
