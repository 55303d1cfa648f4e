import type { FinishedRun } from "../../exports/inferenceRun.js";
import type { DeviceRequest } from "../../runtime/artifacts/device.js";
import type { GroupReport } from "../../runtime/ranking/groups.js";
import { EmptySplitError } from "../../runtime/training/emptySplitError.js";
import {
  evaluateCheckpoint,
  type EvaluateOptions,
  type CheckpointEvaluation,
  type RankingComparison,
} from "../../runtime/training/evaluateCheckpoint.js";
import { resolveSettings } from "../../runtime/training/trainingOptions.js";
import { reportedMetrics, type ReportedMetrics } from "../../runtime/training/trainingResults.js";
import { UsageError } from "./usageError.js";

/** A model beside popularity, as results.json holds metrics. */
export interface Comparison {
  readonly model: ReportedMetrics;
  readonly popularity: ReportedMetrics;
}

/** What a run's best epoch and popularity achieve on a split. */
export interface Measurement extends Comparison {
  readonly split: "valid" | "test";
  /** Only targets without training interactions, ranked among all items and among such items; null without any. */
  readonly cold: {
    /** Number of items without training interactions. */
    readonly items: number;
    readonly amongAll: { readonly model: GroupReport; readonly popularity: GroupReport };
    readonly amongCold: Comparison;
  } | null;
}

/** What is not given is as the run was trained, groups and AUC as `evaluateCheckpoint` has them. */
export interface MeasureOptions extends Partial<
  Pick<EvaluateOptions, "cutoffs" | "ndcgIdeal" | "maskValidationAtTest" | "auc" | "groups">
> {
  readonly split: "valid" | "test";
  readonly device?: DeviceRequest;
  readonly threads?: number;
  /** Bytes that may be used; what is free if absent. */
  readonly memory?: number;
  /** Told why a device was taken if `auto` was asked for. */
  readonly onNote?: (note: string) => void;
}

/**
 * Evaluates a run, by the protocol it was trained with unless told otherwise.
 *
 * @throws UsageError if the split is empty or a cutoff makes no sense; what `evaluateCheckpoint` throws
 */
export async function measureRun(
  run: FinishedRun,
  { onNote, ...compute }: MeasureOptions,
): Promise<Measurement> {
  const { cutoffs, ndcgIdeal, maskValidationAtTest } = resolveSettings(run.config);
  if (compute.cutoffs?.some((cutoff) => cutoff < 1) === true) {
    throw new UsageError("cutoffs must be whole numbers from 1", "Write for instance --cutoffs 10,20.");
  }
  const request = {
    artifacts: run.artifacts.folder,
    dataset: run.dataset,
    checkpoint: run.checkpointFolder,
    ...{ cutoffs, ndcgIdeal, maskValidationAtTest },
    ...compute,
  };
  let found: CheckpointEvaluation;
  try {
    // Null comes only from a signal, and none is given.
    found = (await evaluateCheckpoint(request))!;
  } catch (error) {
    if (!(error instanceof EmptySplitError)) throw error;
    const other = error.split === "test" ? "valid" : "test";
    throw new UsageError(error.problem, `Use --split ${other} or another dataset.`);
  }
  const { info, cold } = found;
  if (info.deviceReason !== null) onNote?.(info.deviceReason);
  return {
    split: compute.split,
    ...reported(found),
    cold:
      cold === null
        ? null
        : {
            items: info.dataset.itemsWithoutTraining,
            amongAll: cold.amongAll,
            amongCold: reported(cold.amongCold),
          },
  };
}

function reported({ model, popularity }: RankingComparison): Comparison {
  return { model: reportedMetrics(model), popularity: reportedMetrics(popularity) };
}
