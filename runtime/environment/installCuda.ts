import { spawn } from "node:child_process";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { providerLibraries } from "./cudaLibraries.js";

/** onnxruntime's CUDA provider could not be installed. */
export class InstallError extends Error {
  override readonly name = "InstallError";

  constructor(
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`onnxruntime's CUDA provider cannot be installed: ${problem}. ${fix}`);
  }
}

export interface InstallCudaOptions {
  /** Folder of onnxruntime-node. */
  readonly folder: string;
  readonly platform?: string;
  /** Receives what the installer prints. */
  readonly print: (text: string) => void;
}

const NETWORK =
  "It is downloaded from api.nuget.org, which this machine must reach (behind a proxy set GLOBAL_AGENT_HTTPS_PROXY); " +
  "or run `mmkit doctor --install-cuda` on another Linux machine and copy libonnxruntime_providers_*.so into the same folder.";

/** The line of a failed Node program that names its error. */
function reasonIn(text: string): string | undefined {
  return /^(?:\w*Error|AggregateError)[^\n:]*:?[^\n]*$/m.exec(text)?.[0];
}

/**
 * Downloads onnxruntime's CUDA provider with onnxruntime-node's own installer, which `.npmrc` skips on `npm ci`.
 *
 * @returns the files that are there afterwards
 * @throws InstallError where there is no provider for the platform, or the installer fails
 */
export async function installCuda({ folder, platform, print }: InstallCudaOptions): Promise<string[]> {
  const here = platform ?? `${process.platform}/${process.arch}`;
  if (here !== "linux/x64") {
    throw new InstallError(
      `onnxruntime-node has it for linux/x64 only, and this is ${here}`,
      "Use the device cpu or webgpu.",
    );
  }
  const script = join(folder, "script", "install.js");
  await access(script).catch(() => {
    throw new InstallError(`${script} is missing`, "Install onnxruntime-node again.");
  });
  let printed = "";
  const code = await new Promise<number | null>((resolve, reject) => {
    // `true` forces the download whatever the project's .npmrc says; the installer takes the variable first.
    const environment = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "true" };
    const child = spawn(process.execPath, [script], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        printed += chunk.toString();
        print(chunk.toString());
      });
    }
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) {
    throw new InstallError(
      `onnxruntime-node's installer failed (${reasonIn(printed) ?? `code ${code ?? "?"}`})`,
      NETWORK,
    );
  }
  const files = providerLibraries.map((name) => join(folder, "bin", "napi-v6", here, name));
  for (const file of files) {
    await access(file).catch(() => {
      throw new InstallError(`the installer ended without an error, but ${file} is not there`, NETWORK);
    });
  }
  return files;
}
