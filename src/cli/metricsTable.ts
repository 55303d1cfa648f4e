import type { MetricKey } from "../../runtime/ranking/metrics.js";

/** One column of metrics; null where nothing was measured. */
export interface MetricsColumn {
  readonly title: string;
  readonly metrics: Readonly<Record<MetricKey, number>> | null;
}

/** The metrics that are printed; --json has all. */
const shownMetrics = ["Recall", "NDCG"];

/** Recall and NDCG at every cutoff, 4 decimals, one column per ranking; the columns that are null are left out. */
export function metricsTable(columns: readonly MetricsColumn[]): string {
  const present = columns.filter(({ metrics }) => metrics !== null);
  const keys = Object.keys(present[0]?.metrics ?? {}).filter((key) =>
    shownMetrics.includes(key.slice(0, key.indexOf("@"))),
  ) as MetricKey[];
  const first = Math.max(0, ...keys.map((key) => key.length));
  const widths = present.map(({ title }) => Math.max(6, title.length));
  const row = (head: string, cells: readonly string[]): string =>
    `  ${head.padEnd(first)}  ${cells.map((cell, column) => cell.padStart(widths[column]!)).join("  ")}\n`;
  const titles = row(
    "",
    present.map(({ title }) => title),
  );
  return (
    titles +
    keys
      .map((key) =>
        row(
          key,
          present.map(({ metrics }) => metrics![key]!.toFixed(4)),
        ),
      )
      .join("")
  );
}
