/**
 * Trains in a process of its own and says on stdout what it is about to do, so that killRuns.ts can end it then.
 * Arguments: artifact folder, dataset folder, run folder, epochs.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { train } from "../../runtime/training/trainer.js";

const [artifacts, dataset, run, epochs] = process.argv.slice(2) as [string, string, string, string];

await train({
  artifacts,
  dataset,
  run,
  epochs: Number(epochs),
  patience: Number(epochs),
  threads: 1,
  stepsPerRun: 2,
  checkpointMinutes: 0.01,
  resume: existsSync(join(run, "config.json")),
  force: true,
  onProgress: (event) => {
    // An evaluation follows the end of an epoch.
    if (event.kind === "chunk" || event.kind === "epoch") process.stdout.write(`${event.kind}\n`);
  },
});
