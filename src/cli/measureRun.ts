import { checkSameDataset, type FinishedRun } from "../../exports/inferenceRun.js";
import type { DeviceRequest } from "../../runtime/artifacts/device.js";
import { LocalEngine } from "../../runtime/training/localEngine.js";
import type { EvaluationRequest } from "../../runtime/training/engine.js";
import { resolveSettings } from "../../runtime/training/trainingOptions.js";
import { reportedMetrics, type ReportedMetrics } from "../../runtime/training/trainingResults.js";
import { UsageError } from "./usageError.js";

/** What a run's best epoch and popularity achieve on a split. */
export interface Measurement {
  readonly split: "valid" | "test";
  readonly model: ReportedMetrics;
  readonly popularity: ReportedMetrics;
  /** The same for targets without training interactions, ranked among all items; null if there are none. */
  readonly cold: { readonly model: ReportedMetrics; readonly popularity: ReportedMetrics } | null;
}

export interface MeasureOptions {
  readonly split: "valid" | "test";
  readonly device?: DeviceRequest;
  readonly threads?: number;
}

/**
 * Ranks all items for the users of a split by the protocol the run was trained with.
 *
 * @throws UsageError if the split is empty; CheckpointError for another dataset; what loading and ranking throw
 */
export async function measureRun(
  run: FinishedRun,
  { split, device = "cpu", threads }: MeasureOptions,
): Promise<Measurement> {
  const { record, state } = run.checkpoint;
  const { cutoffs, ndcgIdeal, maskValidationAtTest } = resolveSettings(run.config);
  const engine = await LocalEngine.open(
    {
      artifacts: run.artifacts,
      dataset: run.dataset,
      seed: record.seed,
      device,
      ...(threads === undefined ? {} : { threads }),
    },
    { report: () => undefined, isCancelled: () => false },
  );
  try {
    const { dataset } = engine.info;
    checkSameDataset(run, dataset);
    if (dataset.counts[split] === 0) {
      const other = split === "test" ? "valid" : "test";
      throw new UsageError(
        `dataset "${dataset.name}" has no interactions in its ${split} split`,
        `Use --split ${other} or another dataset.`,
      );
    }
    await engine.writeState({ tensors: state, steps: record.steps });
    const measure = async (
      changes: Pick<EvaluationRequest, "ranker" | "coldItems">,
    ): Promise<ReportedMetrics> => {
      const common = { split, cutoffs, ndcgIdeal, maskValidationAtTest, epoch: record.epoch };
      return reportedMetrics(await engine.evaluate({ ...common, ...changes }));
    };
    const model = await measure({ ranker: "model" });
    const popularity = await measure({ ranker: "popularity" });
    const cold =
      dataset.itemsWithoutTraining === 0 ? null : await measure({ ranker: "model", coldItems: "all" });
    return {
      split,
      model,
      popularity,
      cold:
        cold === null || cold.users === 0
          ? null
          : { model: cold, popularity: await measure({ ranker: "popularity", coldItems: "all" }) },
    };
  } finally {
    await engine.close();
  }
}
