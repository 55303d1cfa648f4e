/** One column of metrics; null where nothing was measured. */
export interface MetricsColumn {
  readonly title: string;
  readonly metrics: Readonly<Record<string, number>> | null;
}

/** The metrics that are printed; --json has all. */
const shownMetrics = ["Recall", "NDCG", "AUC"];

/**
 * Recall and NDCG at every cutoff, and AUC where it was measured: 4 decimals, one column per ranking; the columns that are null are left out.
 *
 * @param isShown chooses other rows
 */
export function metricsTable(
  columns: readonly MetricsColumn[],
  isShown: (key: string) => boolean = (key) => shownMetrics.includes(key.split("@")[0]!),
): string {
  const present = columns.filter(({ metrics }) => metrics !== null);
  const keys = Object.keys(present[0]?.metrics ?? {}).filter(isShown);
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
          present.map(({ metrics }) => metrics![key]?.toFixed(4) ?? ""),
        ),
      )
      .join("")
  );
}
