import { rankedTrials, type TrialRecord } from "../../runtime/tuning/trialRecord.js";

/** Trials that are printed; --json has all. */
const SHOWN = 10;

/** The best trials, one per line: rank, trial, score, best epoch, hyper-parameters. */
export function trialTable(trials: readonly TrialRecord[], monitor: string): string {
  const ranked = rankedTrials(trials).slice(0, SHOWN);
  const names = Object.keys(ranked[0]?.hyperparameters ?? {});
  const rows = [
    ["", "trial", monitor, "epoch", ...names],
    ...ranked.map(({ trial, score, bestEpoch, hyperparameters }, rank) => [
      `${rank + 1}.`,
      String(trial),
      score!.toFixed(4),
      String(bestEpoch! + 1),
      ...names.map((name) => {
        const value = hyperparameters[name]!;
        return typeof value === "string" ? value : JSON.stringify(value);
      }),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padStart(widths[column]!)).join("  ")}\n`)
    .join("");
}
