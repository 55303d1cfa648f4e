import { totalmem } from "node:os";

/**
 * Bytes that this process may take in all: what it has and what is free, within the limit of its container (cgroup).
 * macOS counts as free only what nobody ever used, so there it is all of the machine's memory.
 */
export function usableMemory(): number {
  if (process.platform === "darwin") return totalmem();
  return process.memoryUsage.rss() + process.availableMemory();
}
