import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { env } from "onnxruntime-node";

/** What a process that trains runs on; a line of environment.jsonl. */
export interface Environment {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Number of epochs that were complete when it started. */
  readonly epoch: number;
  readonly seed: number;
  readonly versions: { readonly mmkit: string; readonly node: string; readonly onnxruntime: string };
  readonly os: string;
  readonly cpu: string;
  /** Processors that the process may use. */
  readonly cores: number;
  /** Threads within an operation; null for onnxruntime's default. */
  readonly threads: number | null;
  readonly device: string;
  /** Of the machine. */
  readonly memoryBytes: number;
  /** The commit of the working directory, null outside a git repository or without git. */
  readonly git: { readonly commit: string; readonly dirty: boolean } | null;
}

/** The version of the package that holds this module, which lies deeper once it is compiled. */
function ownVersion(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file)) return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
    if (folder === dirname(folder)) throw new Error("internal: mmkit's package.json is missing");
  }
}

/** @param folder any folder of the repository; untracked files do not make it dirty */
export async function gitState(folder: string): Promise<Environment["git"]> {
  const git = async (...words: string[]): Promise<string> =>
    (await promisify(execFile)("git", ["-C", folder, ...words])).stdout.trim();
  try {
    const commit = await git("rev-parse", "--verify", "HEAD");
    return { commit, dirty: (await git("status", "--porcelain", "--untracked-files=no")) !== "" };
  } catch {
    // No repository, no commit yet, or no git that can read it: the run has no commit to name, and trains all the same.
    return null;
  }
}

export async function describeEnvironment(
  run: Pick<Environment, "epoch" | "seed" | "threads" | "device">,
): Promise<Environment> {
  return {
    startedAt: new Date().toISOString(),
    epoch: run.epoch,
    seed: run.seed,
    versions: {
      mmkit: ownVersion(),
      node: process.versions.node,
      onnxruntime: env.versions.node ?? env.versions.common,
    },
    os: `${platform()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    threads: run.threads,
    device: run.device,
    memoryBytes: totalmem(),
    git: await gitState(process.cwd()),
  };
}
