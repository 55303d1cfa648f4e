import { existsSync } from "node:fs";
import { join } from "node:path";
import { byteSize } from "../artifacts/byteSize.js";
import type { Manifest } from "../artifacts/manifest.js";
import { diskCalls, folderSpace, type DiskCalls } from "../environment/folderSpace.js";
import { metricNames } from "../ranking/metrics.js";
import type { EngineInfo } from "./engine.js";
import { RunFolderError } from "./runFolder.js";

/** Last, best, and one that is being written. */
const CHECKPOINTS = 3;

/** Configuration, metrics, report and whatever else is small, bytes. */
const SMALL_FILES = 5e6;

/**
 * Checks that files can be written where a run folder is or would be made.
 *
 * @returns bytes free
 * @throws RunFolderError saying why not
 */
export async function checkWritable(folder: string, calls: DiskCalls = diskCalls): Promise<number> {
  const { problem, free } = await folderSpace(folder, calls);
  if (free !== null && problem === null) return free;
  throw new RunFolderError(
    folder,
    `nothing can be written here: ${problem ?? "the disk does not say how much is free"}`,
    "Choose another folder.",
  );
}

/** What is about to be written. */
export interface RunBytes {
  /** Of one checkpoint. */
  readonly checkpoint: number;
  /** Of the metrics of every user, written at the end. */
  readonly userMetrics: number;
}

/** Bytes of one checkpoint: parameters and moments as float32, and the buffers that it keeps. */
export function checkpointBytes(
  manifest: Manifest,
  { sizes, keptBufferBytes }: Pick<EngineInfo, "sizes" | "keptBufferBytes">,
): number {
  const elements = new Map(
    manifest.parameters.map(({ name, axes }) => [
      name,
      axes.reduce((product, axis) => product * (sizes.get(axis) ?? 0), 1),
    ]),
  );
  const moments = new Map(
    manifest.phases.flatMap((phase) => phase.moments.map(({ name, parameter }) => [name, parameter])),
  );
  const all = [...elements.keys(), ...moments.values()];
  return all.reduce((sum, name) => sum + 4 * (elements.get(name) ?? 0), keptBufferBytes);
}

/** Bytes of users/valid.safetensors and users/test.safetensors: ids and metrics, 4 bytes each, of all users at most. */
export function userMetricsBytes({ dataset }: Pick<EngineInfo, "dataset">, cutoffs: number): number {
  const splits = (["valid", "test"] as const).filter((split) => dataset.counts[split] > 0);
  // With the ids and AUC.
  const values = metricNames.length * cutoffs + 2;
  return splits.reduce((sum, split) => sum + 4 * values * Math.min(dataset.users, dataset.counts[split]), 0);
}

/**
 * Checks that a run's files will fit on the disk, the checkpoints that are there and will be replaced counted.
 *
 * @throws RunFolderError saying how much is missing
 */
export async function checkRunSpace(
  folder: string,
  { checkpoint, userMetrics }: RunBytes,
  calls: DiskCalls = diskCalls,
): Promise<void> {
  const free = await checkWritable(folder, calls);
  const present = ["last", "best"].filter((name) => existsSync(join(folder, "checkpoints", name))).length;
  const needed = (CHECKPOINTS - present) * checkpoint + userMetrics + SMALL_FILES;
  if (free >= needed) return;
  throw new RunFolderError(
    folder,
    `the run needs about ${byteSize(needed)} on the disk (up to ${CHECKPOINTS} checkpoints of ${byteSize(checkpoint)}), but ` +
      `${byteSize(free)} are free`,
    "Free some space, or choose a folder on another disk.",
  );
}
