import type { AblationResults, MeasuredTable } from "../../runtime/ablation/ablationResults.js";
import type { GroupComparison } from "../../runtime/comparison/compareGroups.js";
import { pText, seedText, signed } from "./comparisonText.js";
import { counted } from "./counted.js";
import { markdownTable } from "./markdownTable.js";

/** The tables of an ablation as markdown: each row's metrics, how far they are from the full model's, and p-values. */
export function ablationText({ model, dataset, seeds, tables }: AblationResults): string {
  const head =
    `${model}: test split of ${dataset.name} (checksum ${dataset.checksum.slice(0, 12)}…), ` +
    `${counted(seeds.length, "seed")}: ${seeds.join(", ")}\n`;
  return head + tables.map(tableText).join("");
}

function tableText({ table, title, groups, comparison, diverged }: MeasuredTable): string {
  const head = `\nTable ${table}: ${title}\n\n`;
  const lost = Object.entries(diverged).map(
    ([name, runs]) => `\n${name}: ${counted(runs, "run")} diverged.\n`,
  );
  if (comparison === null) return `${head}no run has metrics\n${lost.join("")}`;
  const { metrics, tests, users, correction, notes } = comparison;
  const columns = metrics.flatMap((metric) => [metric, "difference", "p"]);
  const rows = groups.flatMap((group) => [group.full, ...group.rows]);
  const body = markdownTable(
    ["variant", ...columns],
    rows.map(({ name }) => [name, ...metrics.flatMap((metric) => cells(comparison, name, metric))]),
  );
  const full = groups.map((group) => group.full.name).join(" and ");
  const explained =
    tests.length === 0
      ? ""
      : `\nMean ± standard deviation over seeds. Differences are to ${full}, over ${counted(users, "user")}, each user's ` +
        `values averaged over the seeds first; p of Wilcoxon's signed-rank test, two-sided, corrected for ` +
        `${counted(tests.length, "test")} (${correction}).\n`;
  return head + body + explained + [...lost, ...notes.map((note) => `\n${note}\n`)].join("");
}

/** Metric, difference and p-value of a row; the full model has none of the latter. */
function cells({ groups, tests }: GroupComparison, name: string, metric: string): readonly string[] {
  const summary = groups.find(({ label }) => label === name)?.metrics[metric];
  const test = tests.find(({ left, metric: tested }) => left === name && tested === metric);
  return [
    summary === undefined ? "–" : seedText(summary),
    test === undefined ? "" : signed(test.difference),
    test === undefined ? "" : pText(test.adjusted.wilcoxon),
  ];
}
