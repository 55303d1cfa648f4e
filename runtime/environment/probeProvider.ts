import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Device } from "../artifacts/device.js";

export interface ProviderProbe {
  /** Milliseconds of a tiny run, null if it failed. */
  readonly milliseconds: number | null;
  /** What went wrong, null if nothing did. */
  readonly problem: string | null;
  /** What libraries wrote to stderr; it often names the file that is missing. */
  readonly log: string;
}

const PATIENCE_MS = 60_000;

/**
 * Tries a provider with a tiny graph in a process of its own, so that a crash in a driver is found and survived.
 *
 * @param model file of a graph that takes `x` float32 [2, 2] and gives its square `y`
 * @param program what is started in place of Node with the probe, for tests
 */
export function probeProvider(
  device: Device,
  model: string,
  program: readonly [string, ...string[]] = [process.execPath, join(import.meta.dirname, "providerProbe.js")],
): Promise<ProviderProbe> {
  const [command, ...words] = program;
  return new Promise((resolve) => {
    const child = spawn(command, [...words, model, device], {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: PATIENCE_MS,
    });
    let printed = "";
    let log = "";
    child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
    const fail = (problem: string): void => {
      resolve({ milliseconds: null, problem, log: log.trim() });
    };
    child.on("error", (error) => {
      fail(`it cannot be tried: ${error.message}`);
    });
    child.on("close", (code, signal) => {
      const line = printed.trim().split("\n").at(-1) ?? "";
      let result: { milliseconds?: number; problem?: string };
      try {
        result = JSON.parse(line) as typeof result;
      } catch {
        fail(`the process that tried it ended with ${signal === null ? `code ${code ?? "?"}` : signal}`);
        return;
      }
      if (result.milliseconds === undefined) fail(result.problem ?? "it gave no reason");
      else resolve({ milliseconds: result.milliseconds, problem: null, log: log.trim() });
    });
  });
}
