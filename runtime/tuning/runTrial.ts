import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFolderAtomic } from "../artifacts/atomicWrite.js";
import type { MetricKey } from "../ranking/metrics.js";
import { NonFiniteScoresError } from "../ranking/nonFiniteScoresError.js";
import { NonFiniteLossError } from "../training/nonFiniteLossError.js";
import { RunFolder } from "../training/runFolder.js";
import { train, type OpenEngine } from "../training/trainer.js";
import type { ComputeSettings, TrainingSettings } from "../training/trainingOptions.js";
import type { Point } from "./searchSpace.js";
import type { TrialRecord } from "./trialRecord.js";
import type { CompiledModel, TuningEvent } from "./tuneOptions.js";

interface TrialOrder {
  /** From 1. */
  readonly trial: number;
  readonly point: Point;
  readonly build: () => CompiledModel;
  /** Run folder; an interrupted run there goes on. */
  readonly run: string;
  readonly dataset: string;
  readonly settings: TrainingSettings & ComputeSettings;
  readonly report: (event: TuningEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Trains one trial in its run folder, with artifacts of its own there, from the start or after its last checkpoint.
 *
 * @returns null if the signal interrupted it
 * @throws what training throws, except for losses and scores that are not finite
 */
export async function runTrial(order: TrialOrder, openEngine: OpenEngine): Promise<TrialRecord | null> {
  const { trial, point, run, settings, report } = order;
  const started = performance.now();
  const artifacts = join(run, "artifacts");
  if (!existsSync(artifacts)) await writeModel(artifacts, order.build());
  const isResumed = new RunFolder(run).hasCheckpoint("last");
  report({ kind: "trial", trial, hyperparameters: point, isResumed });
  const ended = (result: Omit<TrialRecord, "trial" | "hyperparameters" | "seconds">): TrialRecord => ({
    trial,
    hyperparameters: point,
    ...result,
    seconds: (performance.now() - started) / 1000,
  });
  try {
    const outcome = await train(
      {
        ...settings,
        artifacts,
        dataset: order.dataset,
        run,
        resume: isResumed,
        // What was interrupted before its first checkpoint starts again.
        force: !isResumed,
        onProgress: (event) => {
          report({ kind: "training", trial, event });
        },
        signal: order.signal,
      },
      openEngine,
    );
    if (outcome.status === "aborted") return null;
    const { valid, bestEpoch, epochs } = outcome.results;
    if (valid === null) throw new Error("internal: a trial of a search was not scored on validation");
    const score = valid.metrics[settings.monitor as MetricKey];
    if (score === undefined) throw new Error(`internal: a trial of a search has no ${settings.monitor}`);
    return ended({ status: "finished", score, bestEpoch, epochs, valid: valid.metrics, problem: null });
  } catch (error) {
    const isDivergence = error instanceof NonFiniteLossError || error instanceof NonFiniteScoresError;
    if (!isDivergence) throw error;
    return ended({
      status: "diverged",
      score: null,
      bestEpoch: null,
      epochs: error instanceof NonFiniteLossError ? error.epoch : null,
      valid: null,
      problem: error.message,
    });
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
