import { compareGroups } from "../../runtime/comparison/compareGroups.js";
import { groupRuns } from "../../runtime/comparison/groupRuns.js";
import { readMeasuredRun, type MeasuredRun } from "../../runtime/comparison/measuredRun.js";
import { corrections } from "../../runtime/ranking/multipleComparisons.js";
import { command } from "./command.js";
import { comparisonText } from "./comparisonText.js";
import { metricList } from "./metricList.js";
import { UsageError } from "./usageError.js";

export const compare = command({
  positionals: {
    runs: { type: "string", describe: "Run folders that `mmkit train` wrote", many: true },
  },
  options: {
    group: {
      type: "array",
      string: true,
      default: [] as string[],
      describe: "Runs to take together under a name, NAME=RUN,RUN,…; may be repeated",
    },
    split: {
      type: "string",
      choices: ["test", "valid"] as const,
      default: "test" as const,
      describe: "Whose metrics to compare",
    },
    metrics: {
      type: "string",
      describe: "Metrics with commas between, such as Recall@20,AUC (Recall and NDCG at all cutoffs)",
    },
    correction: {
      type: "string",
      choices: corrections,
      default: "holm" as const,
      describe: "Correction of p-values for many comparisons",
    },
  },
  examples: [
    ["runs/lightgcn-* runs/ksi-*", "Several seeds of two models, as a markdown table"],
    ["runs/a runs/b --metrics Recall@20,NDCG@20 --json", "Two runs in two metrics, for machines"],
    ['--group "small=runs/1,runs/2" --group "large=runs/3,runs/4"', "Groups put together by hand"],
  ],
  epilogue:
    "Runs of the same model and hyper-parameters form a group, within which only seeds may differ. The table has mean " +
    "and standard deviation over the seeds. The tests pair users: a user's values are averaged over the seeds of a " +
    "group, then the groups are compared by Wilcoxon's signed-rank test and Student's paired t-test, two-sided, all " +
    "p-values of one kind corrected together. Runs on other data, splits or protocols are refused.",
  async run({ runs, group, split, metrics, correction, json }, { stdout }) {
    const named = new Map<string, readonly string[]>();
    for (const text of group) {
      const { label, folders } = parseGroup(text);
      if (named.has(label)) throw new UsageError(`--group ${label} is given twice`, "Give it once.");
      named.set(label, folders);
    }
    if (runs.length === 0 && named.size === 0) {
      throw new UsageError("no run folder is given", "`mmkit compare --help` shows examples.");
    }
    const read = (folders: readonly string[]): Promise<MeasuredRun[]> =>
      Promise.all(folders.map((folder) => readMeasuredRun(folder, split)));
    const namedRuns = new Map<string, readonly MeasuredRun[]>();
    for (const [label, folders] of named) namedRuns.set(label, await read(folders));
    const groups = groupRuns(await read(runs), namedRuns);
    const chosen = metrics === undefined ? {} : { metrics: metricList(metrics) };
    const comparison = compareGroups(groups, { ...chosen, correction });
    stdout.write(
      json ? `${JSON.stringify({ split, ...comparison }, null, 2)}\n` : comparisonText(split, comparison),
    );
  },
});

function parseGroup(text: string): { readonly label: string; readonly folders: readonly string[] } {
  const equals = text.indexOf("=");
  const folders = text.slice(equals + 1).split(",");
  if (equals >= 1 && folders.every((folder) => folder !== ""))
    return { label: text.slice(0, equals), folders };
  throw new UsageError(
    `--group takes NAME=RUN,RUN,…, found "${text}"`,
    "Write for instance --group ksi=runs/1,runs/2.",
  );
}
