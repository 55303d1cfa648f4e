import { nearestName } from "../data/nearestName.js";
import { adjustForMany, type Correction } from "../ranking/multipleComparisons.js";
import { comparePaired, type PairedComparison } from "../ranking/pairedTests.js";
import { ComparisonError } from "./comparisonError.js";
import type { RunGroup } from "./groupRuns.js";
import type { MeasuredRun } from "./measuredRun.js";

/** A metric of a group over its seeds. */
export interface SeedSummary {
  readonly mean: number;
  /** Sample standard deviation; null for a single seed. */
  readonly deviation: number | null;
  /** In the order of the group's runs. */
  readonly values: readonly number[];
}

export interface GroupSummary {
  readonly label: string;
  readonly runs: readonly Pick<MeasuredRun, "folder" | "model" | "hyperparameters" | "seed" | "bestEpoch">[];
  readonly metrics: Readonly<Record<string, SeedSummary>>;
}

/** One metric of two groups, tested over users. */
export interface PairTest extends PairedComparison {
  readonly left: string;
  readonly right: string;
  readonly metric: string;
  /** p-values corrected for all tests of the comparison; null where there is no t-test. */
  readonly adjusted: { readonly wilcoxon: number; readonly tTest: number | null };
}

export interface GroupComparison {
  readonly dataset: MeasuredRun["dataset"];
  readonly protocol: MeasuredRun["protocol"];
  /** Evaluated users, the same in all runs. */
  readonly users: number;
  readonly metrics: readonly string[];
  readonly groups: readonly GroupSummary[];
  readonly correction: Correction;
  readonly tests: readonly PairTest[];
  /** What to keep in mind about the runs, a sentence each. */
  readonly notes: readonly string[];
}

export interface CompareOptions {
  /** Metrics to compare; Recall and NDCG at all cutoffs if absent. */
  readonly metrics?: readonly string[];
  readonly correction?: Correction;
  /** Labels of the groups to test against each other; every two if absent. */
  readonly pairs?: readonly (readonly [left: string, right: string])[];
}

/**
 * Compares groups of runs: mean and standard deviation of every metric over the seeds, and paired tests over users
 * between each two groups, or the pairs asked for. For the tests, a user's values are first averaged over the seeds of a group, so that each
 * user counts once. The correction takes all tests of the same kind (pairs of groups times metrics) for one family.
 *
 * @throws ComparisonError if runs differ in dataset, protocol or users, or a metric is unknown
 */
export function compareGroups(groups: readonly RunGroup[], options: CompareOptions = {}): GroupComparison {
  const runs = groups.flatMap((group) => group.runs);
  const first = runs[0];
  if (first === undefined) {
    throw new ComparisonError("comparison", "there are no runs", "Give two or more run folders.");
  }
  for (const run of runs) checkComparable(first, run);
  const metrics = options.metrics ?? defaultMetrics(first);
  for (const metric of metrics) checkMetric(metric, first);
  const correction = options.correction ?? "holm";
  return {
    dataset: first.dataset,
    protocol: first.protocol,
    users: first.perUser.userIds.length,
    metrics,
    groups: groups.map((group) => summaryOf(group, metrics)),
    correction,
    tests:
      first.perUser.userIds.length < 2 ? [] : testsOf(pairsOf(groups, options.pairs), metrics, correction),
    notes: notesAbout(runs),
  };
}

function checkComparable(first: MeasuredRun, run: MeasuredRun): void {
  const refuse = (problem: string, fix: string): never => {
    throw new ComparisonError(run.folder, problem, fix);
  };
  if (run.dataset.checksum !== first.dataset.checksum) {
    refuse(
      `it was measured on dataset "${run.dataset.name}" (checksum ${run.dataset.checksum.slice(0, 12)}), but ` +
        `${first.folder} on "${first.dataset.name}" (${first.dataset.checksum.slice(0, 12)})`,
      "Compare runs on the same data and splits.",
    );
  }
  for (const [key, value] of Object.entries(first.protocol)) {
    const own = JSON.stringify(run.protocol[key]);
    if (own === JSON.stringify(value)) continue;
    refuse(
      `its ${key} is ${own}, but that of ${first.folder} is ${JSON.stringify(value)}`,
      "Compare runs that were measured by the same protocol.",
    );
  }
  const [own, others] = [run.perUser.userIds, first.perUser.userIds];
  if (own.length === others.length && own.every((user, index) => user === others[index])) return;
  refuse(
    `it has metrics of ${own.length} users, not of the same ${others.length} as ${first.folder}`,
    "Train the run again with --force.",
  );
}

function defaultMetrics({ perUser }: MeasuredRun): readonly string[] {
  return ["Recall@", "NDCG@"].flatMap((start) =>
    [...perUser.values.keys()].filter((metric) => metric.startsWith(start)),
  );
}

function checkMetric(metric: string, { perUser }: MeasuredRun): void {
  if (perUser.values.has(metric)) return;
  const known = [...perUser.values.keys()];
  const nearest = nearestName(metric, known);
  throw new ComparisonError(
    `metric "${metric}"`,
    `the runs have ${known.join(", ")}`,
    nearest === null ? "Choose one of them." : `Did you mean ${nearest}?`,
  );
}

function summaryOf({ label, runs }: RunGroup, metrics: readonly string[]): GroupSummary {
  return {
    label,
    runs: runs.map(({ folder, model, hyperparameters, seed, bestEpoch }) => {
      return { folder, model, hyperparameters, seed, bestEpoch };
    }),
    metrics: Object.fromEntries(
      metrics.map((metric) => [metric, overSeeds(runs.map((run) => run.metrics[metric]!))]),
    ),
  };
}

function overSeeds(values: readonly number[]): SeedSummary {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)), values };
}

/** Every user's value, averaged over the seeds. Sums of float32 values are exact in float64, in whatever order. */
function userMeans({ runs }: RunGroup, metric: string): Float64Array {
  const sums = new Float64Array(runs[0]!.perUser.userIds.length);
  for (const run of runs) {
    run.perUser.values.get(metric)!.forEach((value, user) => (sums[user]! += value));
  }
  return sums.map((sum) => sum / runs.length);
}

interface Pair {
  readonly left: RunGroup;
  readonly right: RunGroup;
}

function pairsOf(groups: readonly RunGroup[], wanted: CompareOptions["pairs"]): readonly Pair[] {
  if (wanted === undefined) {
    return groups.flatMap((left, index) => groups.slice(index + 1).map((right) => ({ left, right })));
  }
  const group = (label: string): RunGroup => {
    const found = groups.find((each) => each.label === label);
    if (found !== undefined) return found;
    throw new ComparisonError(
      `group "${label}"`,
      "it is to be tested, but there is no such group",
      `The groups are ${groups.map((each) => each.label).join(", ")}.`,
    );
  };
  return wanted.map(([left, right]) => ({ left: group(left), right: group(right) }));
}

function testsOf(pairs: readonly Pair[], metrics: readonly string[], correction: Correction): PairTest[] {
  const found = pairs.flatMap(({ left, right }) =>
    metrics.map((metric) => ({
      left: left.label,
      right: right.label,
      metric,
      ...comparePaired(userMeans(left, metric), userMeans(right, metric)),
    })),
  );
  const wilcoxon = adjustForMany(
    found.map((test) => test.wilcoxon.p),
    correction,
  );
  const tested = found.filter(({ tTest }) => tTest !== null);
  const tTest = adjustForMany(
    tested.map((test) => test.tTest!.p),
    correction,
  );
  return found.map((test, index) => ({
    ...test,
    adjusted: { wilcoxon: wilcoxon[index]!, tTest: tTest[tested.indexOf(test)] ?? null },
  }));
}

function notesAbout(runs: readonly MeasuredRun[]): string[] {
  const first = runs[0]!;
  const notes = Object.keys(first.schedule).flatMap((key) => {
    const values = [...new Set(runs.map((run) => JSON.stringify(run.schedule[key])))];
    return values.length === 1 ? [] : [`The runs differ in ${key}: ${values.join(", ")}.`];
  });
  if (runs.some((run) => run.isOptimistic)) {
    notes.push("The best epoch was chosen on this very split, so the numbers are optimistic.");
  }
  return notes;
}
