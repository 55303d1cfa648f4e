import type { MetricKey } from "../ranking/metrics.js";
import type { OpenEngine } from "../training/trainer.js";
import type { Point } from "./searchSpace.js";
import { trainCompiled, type CompiledOrder } from "./trainCompiled.js";
import type { TrialRecord } from "./trialRecord.js";
import type { TuningEvent } from "./tuneOptions.js";

interface TrialOrder extends Omit<CompiledOrder, "onStart" | "onTraining"> {
  /** From 1. */
  readonly trial: number;
  readonly point: Point;
  readonly report: (event: TuningEvent) => void;
}

/**
 * Trains one trial in its run folder, from the start or after its last checkpoint.
 *
 * @returns null if the signal interrupted it
 * @throws what training throws, except for losses and scores that are not finite
 */
export async function runTrial(order: TrialOrder, openEngine: OpenEngine): Promise<TrialRecord | null> {
  const { trial, point, settings, report } = order;
  const started = performance.now();
  const outcome = await trainCompiled(
    {
      ...order,
      onStart: (isResumed) => {
        report({ kind: "trial", trial, hyperparameters: point, isResumed });
      },
      onTraining: (event) => {
        report({ kind: "training", trial, event });
      },
    },
    openEngine,
  );
  if (outcome === null) return null;
  const seconds = (performance.now() - started) / 1000;
  const known = { trial, hyperparameters: point, seconds };
  if (outcome.status === "diverged")
    return { ...known, ...outcome, score: null, bestEpoch: null, valid: null };
  const { valid, bestEpoch, epochs } = outcome.results;
  if (valid === null) throw new Error("internal: a trial of a search was not scored on validation");
  const score = valid.metrics[settings.monitor as MetricKey];
  if (score === undefined) throw new Error(`internal: a trial of a search has no ${settings.monitor}`);
  return { ...known, status: "finished", score, bestEpoch, epochs, valid: valid.metrics, problem: null };
}
