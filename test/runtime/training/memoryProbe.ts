/**
 * A program: trains from an artifact folder on a dataset folder into a run folder, and prints the plan of memory and
 * the peak of the process as the system measured it, bytes.
 */
import { readFileSync } from "node:fs";
import type { MemoryPlan } from "../../../runtime/training/memoryPlan.js";
import { train } from "../../../runtime/training/trainer.js";

const [, , artifacts, dataset, run] = process.argv as [string, string, string, string, string];
let plan: MemoryPlan | undefined;
await train({
  artifacts,
  dataset,
  run,
  epochs: 2,
  threads: 1,
  onProgress: (event) => {
    if (event.kind === "ready") plan = event.info.memory;
  },
});
const peak = 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))![1]);
process.stdout.write(JSON.stringify({ plan, peak }));
