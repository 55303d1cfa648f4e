import type { GroupComparison, PairTest, SeedSummary } from "../../runtime/comparison/compareGroups.js";
import { counted } from "./counted.js";
import { markdownTable } from "./markdownTable.js";

/** Smallest p-value that the normal approximation and its complement tell from 0. */
const SMALLEST_P = 1e-15;

/** A comparison as markdown: a table over seeds, a table of tests, what to keep in mind. */
export function comparisonText(split: string, comparison: GroupComparison): string {
  const { dataset, users, groups, metrics, tests, notes } = comparison;
  const head =
    `${split} split of ${dataset.name} (checksum ${dataset.checksum.slice(0, 12)}…), ${counted(users, "user")}, ` +
    "mean ± standard deviation over seeds\n\n";
  const seeds = markdownTable(
    ["group", "seeds", ...metrics],
    groups.map(({ label, runs, metrics: summaries }) => [
      label,
      String(runs.length),
      ...metrics.map((metric) => seedText(summaries[metric]!)),
    ]),
  );
  return head + seeds + testsText(comparison, tests) + notes.map((note) => `\n${note}\n`).join("");
}

function testsText({ users, correction }: GroupComparison, tests: readonly PairTest[]): string {
  if (tests.length === 0) return "";
  const head =
    `\nPaired tests over ${counted(users, "user")}, each user's values averaged over a group's seeds first; ` +
    `p-values two-sided, "corrected" for ${counted(tests.length, "test")} (${correction})\n\n`;
  const columns = [
    "groups",
    "metric",
    "difference",
    "users +/=/−",
    "Wilcoxon p",
    "corrected",
    "t-test p",
    "corrected",
    "d_z",
    "rank-biserial",
  ];
  return (
    head +
    markdownTable(
      columns,
      tests.map((test) => [
        `${test.left} − ${test.right}`,
        test.metric,
        signed(test.difference),
        `${test.wins}/${test.ties}/${test.losses}`,
        pText(test.wilcoxon.p),
        pText(test.adjusted.wilcoxon),
        pText(test.tTest?.p ?? null),
        pText(test.adjusted.tTest),
        test.cohensDz === null ? "–" : signed(test.cohensDz, 3),
        signed(test.rankBiserial, 3),
      ]),
    ) +
    "\nThe tests say whether users are served differently by these models as trained; the deviation over seeds says " +
    "how much training itself varies.\n"
  );
}

/** Mean and standard deviation over seeds. */
export function seedText({ mean, deviation }: SeedSummary): string {
  return deviation === null ? mean.toFixed(4) : `${mean.toFixed(4)} ± ${deviation.toFixed(4)}`;
}

/** A number with its sign, none if it is 0 as printed. */
export function signed(value: number, digits = 4): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? "−" : "+"}${text}`;
}

/** A p-value, `–` where there is none. */
export function pText(p: number | null): string {
  if (p === null) return "–";
  if (p < SMALLEST_P) return `< ${SMALLEST_P.toExponential()}`;
  return p < 0.001 ? p.toExponential(1) : p.toFixed(3);
}
