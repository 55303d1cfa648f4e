import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Artifacts } from "../runtime/artifacts/artifacts.js";
import { loadArtifacts } from "../runtime/artifacts/loadArtifacts.js";
import {
  checkCheckpoint,
  CheckpointError,
  loadCheckpoint,
  type Checkpoint,
} from "../runtime/training/checkpoint.js";
import { checkSameDataset as checkTrainedOn } from "../runtime/training/checkSameDataset.js";
import { RUN_ARTIFACTS, RunFolder, RunFolderError } from "../runtime/training/runFolder.js";

/** A training run, read back. */
export interface FinishedRun {
  readonly folder: string;
  /** config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly artifacts: Artifacts;
  /** The best checkpoint, or the last where no epoch was chosen. */
  readonly checkpoint: Checkpoint;
  readonly checkpointFolder: string;
  /** Folder of the dataset it was trained on. */
  readonly dataset: string;
}

async function readConfig(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const fix = "Give the folder that `mmkit train … --out <folder>` wrote.";
  let text: string;
  try {
    text = await readFile(join(folder, "config.json"), "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    const found = existsSync(folder)
      ? `its config.json cannot be read (${code})`
      : "the folder does not exist";
    throw new RunFolderError(folder, `there is no training run: ${found}`, fix);
  }
  try {
    const config = JSON.parse(text) as unknown;
    if (typeof config === "object" && config !== null) return config as Record<string, unknown>;
  } catch {
    // Reported below, as a file that is JSON but no object.
  }
  throw new RunFolderError(folder, "config.json is not a JSON object", fix);
}

function pathOf(folder: string, config: Readonly<Record<string, unknown>>, key: string): string {
  const path = config[key];
  if (typeof path === "string" && path !== "") return path;
  throw new RunFolderError(folder, `config.json does not say where the ${key} is`, "Train the model again.");
}

/**
 * Reads a run folder: its configuration, its artifacts and the checkpoint to use, checked against each other.
 *
 * @param options.dataset the dataset's folder if it is not where it was during training
 * @throws RunFolderError, ArtifactError, CheckpointError, SafetensorsError
 */
export async function readRun(
  folder: string,
  options: { readonly dataset?: string } = {},
): Promise<FinishedRun> {
  const config = await readConfig(folder);
  const own = join(folder, RUN_ARTIFACTS);
  const artifacts = await loadArtifacts(existsSync(own) ? own : pathOf(folder, config, "artifactFolder"));
  const runFolder = new RunFolder(folder);
  const checkpointName = (["best", "last"] as const).find((name) => runFolder.hasCheckpoint(name));
  if (checkpointName === undefined) {
    throw new RunFolderError(
      folder,
      "the run stopped before its first checkpoint",
      "Train it again with --force.",
    );
  }
  const checkpointFolder = runFolder.checkpointPath(checkpointName);
  const checkpoint = await loadCheckpoint(checkpointFolder);
  checkCheckpoint(checkpointFolder, checkpoint, artifacts);
  if (checkpoint.record.manifestSha256 !== artifacts.sha256) {
    throw new CheckpointError(
      checkpointFolder,
      `it was trained with artifacts of sha256 ${checkpoint.record.manifestSha256}, but those in ` +
        `${artifacts.folder} have ${artifacts.sha256}`,
      "Give the artifacts it was trained with, or train again.",
    );
  }
  const dataset = options.dataset ?? pathOf(folder, config, "datasetFolder");
  return { folder, config, artifacts, checkpoint, checkpointFolder, dataset };
}

/** @throws CheckpointError unless the dataset is the one the run was trained on, to the last byte */
export function checkSameDataset(
  run: FinishedRun,
  dataset: { readonly name: string; readonly checksum: string },
): void {
  checkTrainedOn(run.checkpointFolder, run.checkpoint.record, { ...dataset, folder: run.dataset });
}
