import type { Device } from "../../runtime/artifacts/device.js";
import type { Dataset } from "../../runtime/data/dataset.js";
import { evaluateRanking } from "../../runtime/ranking/evaluateRanking.js";
import type { ExportDescription, MeasuredQuality, Precision } from "../../runtime/serving/exportFormat.js";
import { ExportRanker } from "../../runtime/serving/exportRanker.js";
import { precisionEntry } from "../../runtime/serving/precisionEntry.js";
import { ServingSessions } from "../../runtime/serving/servingSessions.js";

const CUTOFF = 20;
const measuredMetrics = [`Recall@${CUTOFF}`, `NDCG@${CUTOFF}`] as const;

/** A precision whose recommendations are worse than float32's by more than was allowed. */
export class PrecisionLossError extends Error {
  override readonly name = "PrecisionLossError";

  constructor(
    readonly precision: Precision,
    readonly metric: string,
    readonly float32: number,
    readonly found: number,
    readonly allowed: number,
  ) {
    const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;
    super(
      `${precision}: ${metric} is ${found.toFixed(4)} where float32 has ${float32.toFixed(4)}, ` +
        `${percent(1 - found / float32)} less, and ${percent(allowed)} are allowed; nothing was written. ` +
        `Export another precision, or allow more with --max-loss.`,
    );
  }
}

/** The split to measure on: validation, as the choice of a precision must not see the test items; null without targets. */
export function measuredSplit({ valid, test }: Dataset): "valid" | "test" | null {
  if (valid.itemIds.length > 0) return "valid";
  return test.itemIds.length > 0 ? "test" : null;
}

/**
 * Full ranking with the recommend graph of every precision of an export, training items left out.
 *
 * @param folder where the graphs are
 * @throws RankingError, NonFiniteScoresError, ArtifactError
 */
export async function measureExport(
  folder: string,
  description: ExportDescription,
  dataset: Dataset,
  compute: { readonly device: Device; readonly threads?: number },
): Promise<Partial<Record<Precision, MeasuredQuality>>> {
  const split = measuredSplit(dataset);
  if (split === null) return {};
  const results: Partial<Record<Precision, MeasuredQuality>> = {};
  for (const precision of Object.keys(description.precisions) as Precision[]) {
    const { graphs } = precisionEntry(description, precision);
    const sessions = new ServingSessions(folder, graphs, compute);
    try {
      const { metrics, users } = await evaluateRanking({
        ranker: new ExportRanker(sessions, dataset.items),
        train: dataset.train,
        targets: dataset[split],
        items: dataset.items,
        cutoffs: [CUTOFF],
      });
      const values = measuredMetrics.map((metric) => [metric, metrics[metric] ?? 0] as const);
      results[precision] = { split, users, metrics: Object.fromEntries(values) };
    } finally {
      await sessions.release();
    }
  }
  return results;
}

/**
 * @param allowed largest share of float32's Recall@20 that may be lost
 * @throws PrecisionLossError
 */
export function checkLoss(measured: Partial<Record<Precision, MeasuredQuality>>, allowed: number): void {
  const [metric] = measuredMetrics;
  const exact = measured.float32?.metrics[metric] ?? 0;
  for (const [precision, { metrics }] of Object.entries(measured)) {
    const found = metrics[metric]!;
    if (found >= exact * (1 - allowed)) continue;
    throw new PrecisionLossError(precision as Precision, metric, exact, found, allowed);
  }
}
