import { resolve } from "node:path";
import { ComparisonError } from "./comparisonError.js";
import type { MeasuredRun } from "./measuredRun.js";

/** Runs that differ in their seeds only. */
export interface RunGroup {
  readonly label: string;
  readonly runs: readonly MeasuredRun[];
}

/** The same text for the same model and hyper-parameters. */
function settingsOf({ model, hyperparameters }: MeasuredRun): string {
  const sorted = Object.entries(hyperparameters).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([model, sorted]);
}

/**
 * Groups runs by model and hyper-parameters, in the order of their first runs. A group is called by its model, and by
 * those hyper-parameters in which groups of this model differ.
 */
function bySettings(runs: readonly MeasuredRun[]): RunGroup[] {
  const groups = new Map<string, MeasuredRun[]>();
  for (const run of runs) groups.set(settingsOf(run), [...(groups.get(settingsOf(run)) ?? []), run]);
  const firsts = [...groups.values()].map((group) => group[0]!);
  return [...groups.values()].map((group) => {
    const { model, hyperparameters } = group[0]!;
    const rivals = firsts.filter((run) => run.model === model);
    const differing = Object.keys(hyperparameters).filter((name) =>
      rivals.some(
        (run) => JSON.stringify(run.hyperparameters[name]) !== JSON.stringify(hyperparameters[name]),
      ),
    );
    const settings = differing.map((name) => `${name}=${JSON.stringify(hyperparameters[name])}`);
    return { label: [model, ...settings].join(" "), runs: group };
  });
}

/**
 * @param runs grouped by model and hyper-parameters
 * @param named groups that were put together by hand, which follow
 * @throws ComparisonError if a run is given twice, a label is not unique, or runs of a group have the same seed
 */
export function groupRuns(
  runs: readonly MeasuredRun[],
  named: ReadonlyMap<string, readonly MeasuredRun[]> = new Map(),
): readonly RunGroup[] {
  const groups = [...bySettings(runs), ...[...named].map(([label, members]) => ({ label, runs: members }))];
  const folders = new Set<string>();
  const labels = new Set<string>();
  for (const { label, runs: members } of groups) {
    if (labels.has(label)) {
      throw new ComparisonError(
        `group "${label}"`,
        "there are two groups of this name",
        "Name one otherwise.",
      );
    }
    labels.add(label);
    const folderOf = new Map<number, string>();
    for (const { folder, seed } of members) {
      const path = resolve(folder);
      if (folders.has(path)) throw new ComparisonError(folder, "the run is given twice", "Give it once.");
      folders.add(path);
      const other = folderOf.get(seed);
      if (other !== undefined) {
        throw new ComparisonError(
          `group "${label}"`,
          `${other} and ${folder} have the same seed ${seed}, so they do not show how much seeds matter`,
          "Train with another --seed, or put different models into groups of their own with --group.",
        );
      }
      folderOf.set(seed, folder);
    }
  }
  return groups;
}
