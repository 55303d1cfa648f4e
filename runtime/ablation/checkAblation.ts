import { metricNames } from "../ranking/metrics.js";
import {
  resolveSettings,
  TrainingSettingsError,
  type ComputeSettings,
  type TrainingSettings,
} from "../training/trainingOptions.js";
import { AblationOptionsError, type AblationOptions } from "./ablationOptions.js";

/**
 * The settings of all runs, whose seed is the first one.
 *
 * @throws AblationOptionsError listing every problem, those of the training settings included
 */
export function checkAblation(options: AblationOptions): TrainingSettings & ComputeSettings {
  const { seeds, tables, variants, metrics = [], training = {} } = options;
  const problems: string[] = [];
  if (seeds.length === 0) problems.push("there must be a seed at least");
  for (const seed of seeds) {
    if (!Number.isSafeInteger(seed)) problems.push(`seeds must be whole numbers, found ${seed}`);
  }
  const repeated = seeds.filter((seed, index) => seeds.indexOf(seed) !== index);
  if (repeated.length > 0) problems.push(`seed ${repeated[0]!} is given twice`);
  if (tables.length === 0) problems.push("there must be a table at least");
  for (const { table, groups } of tables) {
    const rows = groups.flatMap(({ full, rows: others }) => [full, ...others]);
    for (const { name, variant } of rows) {
      if (!variants.has(variant))
        problems.push(`row "${name}" of table ${table} has no variant "${variant}"`);
    }
    const names = rows.map(({ name }) => name);
    const double = names.find((name, index) => names.indexOf(name) !== index);
    if (double !== undefined) problems.push(`table ${table} has two rows "${double}"`);
  }
  try {
    const settings = resolveSettings({ ...training, seed: 0 });
    for (const metric of metrics) {
      if (isMeasured(metric, settings.cutoffs)) continue;
      const found = settings.cutoffs.join(", ");
      problems.push(
        `metric ${metric} is not measured: they are ${metricNames.join(", ")} at ${found}, and AUC`,
      );
    }
    if (problems.length === 0) return settings;
  } catch (error) {
    if (!(error instanceof TrainingSettingsError)) throw error;
    problems.push(...error.problems);
  }
  throw new AblationOptionsError(problems);
}

/** Whether every run has this metric. */
export function isMeasured(metric: string, cutoffs: readonly number[]): boolean {
  if (metric === "AUC") return true;
  return metricNames.some((name) => cutoffs.some((cutoff) => metric === `${name}@${cutoff}`));
}
