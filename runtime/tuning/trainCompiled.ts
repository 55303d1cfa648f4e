import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeAbandoned, writeFolderAtomic } from "../artifacts/atomicWrite.js";
import { NonFiniteScoresError } from "../ranking/nonFiniteScoresError.js";
import { NonFiniteLossError } from "../training/nonFiniteLossError.js";
import { RunFolder } from "../training/runFolder.js";
import { train, type OpenEngine } from "../training/trainer.js";
import type { TrainingEvent } from "../training/trainingEvent.js";
import type { ComputeSettings, TrainingSettings } from "../training/trainingOptions.js";
import type { TrainingResults } from "../training/trainingResults.js";
import type { CompiledModel } from "./tuneOptions.js";

export interface CompiledOrder {
  readonly build: () => CompiledModel;
  /** Run folder; an interrupted run there goes on. */
  readonly run: string;
  readonly dataset: string;
  readonly settings: TrainingSettings & ComputeSettings;
  /** Told before training, whether it goes on after a checkpoint. */
  readonly onStart: (isResumed: boolean) => void;
  readonly onTraining: (event: TrainingEvent) => void;
  readonly signal: AbortSignal;
}

export type CompiledOutcome =
  | { readonly status: "finished"; readonly results: TrainingResults }
  /** Its loss or its vectors became infinite or not a number, the latter without a known epoch. */
  | { readonly status: "diverged"; readonly epochs: number | null; readonly problem: string };

/**
 * Trains a compiled model in a run folder, with artifacts of its own there, from the start or after its last checkpoint.
 *
 * @returns null if the signal interrupted it
 * @throws what training throws, except for losses and scores that are not finite
 */
export async function trainCompiled(
  order: CompiledOrder,
  openEngine: OpenEngine,
): Promise<CompiledOutcome | null> {
  const { run, settings, dataset, signal } = order;
  const artifacts = join(run, "artifacts");
  // A kill while a file was written would otherwise leave something that is not a run's.
  await removeAbandoned(run);
  if (!existsSync(artifacts)) await writeModel(artifacts, order.build());
  const isResumed = new RunFolder(run).hasCheckpoint("last");
  order.onStart(isResumed);
  // What was interrupted before its first checkpoint starts again.
  const start = { resume: isResumed, force: !isResumed };
  try {
    const outcome = await train(
      { ...settings, artifacts, dataset, run, ...start, onProgress: order.onTraining, signal },
      openEngine,
    );
    return outcome.status === "aborted" ? null : { status: "finished", results: outcome.results };
  } catch (error) {
    const isDivergence = error instanceof NonFiniteLossError || error instanceof NonFiniteScoresError;
    if (!isDivergence) throw error;
    const epochs = error instanceof NonFiniteLossError ? error.epoch : null;
    return { status: "diverged", epochs, problem: error.message };
  }
}

async function writeModel(folder: string, { files }: CompiledModel): Promise<void> {
  await writeFolderAtomic(folder, async (temporary) => {
    for (const [path, bytes] of files) {
      const target = join(temporary, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, bytes);
    }
  });
}
