import { readFileSync } from "node:fs";

/** What a child process was asked for and what it answers; both are sent as structured clones. */
export interface JobRequest {
  readonly job: string;
  readonly argument: unknown;
}

export type JobReply =
  | { readonly kind: "done"; readonly value: unknown; readonly peakBytes: number }
  | { readonly kind: "failed"; readonly name: string; readonly message: string };

/**
 * Most memory that this process has had, bytes. Linux counts the process that started it into `maxRSS`, so that
 * `VmHWM` is read there.
 */
export function peakBytes(): number {
  if (process.platform === "linux") {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** Seconds on the clock, and of all processors: those that count where other programs use them, too. */
export interface Seconds {
  readonly clock: number;
  readonly processor: number;
}

/** How long some work of this process, threads of onnxruntime and workers included, takes. */
export async function timed<T>(
  work: () => Promise<T> | T,
): Promise<{ readonly value: T; readonly seconds: Seconds }> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const { user, system } = process.cpuUsage(used);
  return {
    value,
    seconds: { clock: (performance.now() - started) / 1000, processor: (user + system) / 1e6 },
  };
}
