import { deviceForms, isDeviceRequest, type DeviceRequest } from "../artifacts/device.js";
import { metricNames, type NdcgIdeal } from "../ranking/metrics.js";

/** What decides the result of a training run, besides artifacts and dataset. */
export interface TrainingSettings {
  readonly seed: number;
  /** Most epochs. */
  readonly epochs: number;
  /** The split is evaluated after every so many epochs, and after the last. */
  readonly evaluateEvery: number;
  /** Evaluations in a row that may fail to improve before training stops, null to never stop; see earlyStopping.ts. */
  readonly patience: number | null;
  /** The metric that selects the best epoch, `Recall@20` or `AUC`; its cutoff is added to `cutoffs` if missing. */
  readonly monitor: string;
  /** Decimals to which the monitored metric is rounded before comparison, null for none. */
  readonly monitorDecimals: number | null;
  /** The split that selects the best epoch. "test" makes the result optimistic; the report then says so. */
  readonly selectOn: "valid" | "test";
  readonly cutoffs: readonly number[];
  readonly ndcgIdeal: NdcgIdeal;
  /** Mask validation items when testing. */
  readonly maskValidationAtTest: boolean;
}

/** How it is computed. */
export interface ComputeSettings {
  readonly device: DeviceRequest;
  /** Threads within an operation; null for onnxruntime's default. */
  readonly threads: number | null;
  /** Most optimizer steps in one run; null for the device's default. */
  readonly stepsPerRun: number | null;
  /** Bytes of memory that may be used; null for what is free. */
  readonly memory: number | null;
  /** A checkpoint is saved after every so many epochs, and whenever training stops. */
  readonly checkpointEvery: number;
  /** A checkpoint is also saved when so many minutes have passed, within an epoch too; null for never. */
  readonly checkpointMinutes: number | null;
}

/** MMRec's protocol (evaluation.md, section 2), on a device of one's own choice. */
export const defaultSettings: TrainingSettings & ComputeSettings = {
  seed: 999,
  epochs: 1000,
  evaluateEvery: 1,
  patience: 20,
  monitor: "Recall@20",
  monitorDecimals: 4,
  selectOn: "valid",
  cutoffs: [5, 10, 20, 50],
  ndcgIdeal: "targets",
  maskValidationAtTest: false,
  device: "cpu",
  threads: null,
  stepsPerRun: null,
  memory: null,
  checkpointEvery: 1,
  checkpointMinutes: 10,
};

/** Settings of a training run that make no sense; all problems at once. */
export class TrainingSettingsError extends Error {
  override readonly name = "TrainingSettingsError";

  constructor(readonly problems: readonly string[]) {
    super(`The training settings have ${problems.length} problem(s):\n  ${problems.join("\n  ")}`);
  }
}

/** The cutoff of `Recall@20`, null if the text is no metric. */
function cutoffOf(monitor: string): number | null {
  const [name, cutoff, ...rest] = monitor.split("@");
  const isMetric = metricNames.some((metric) => metric === name) && rest.length === 0;
  return isMetric && cutoff !== undefined && /^[1-9]\d*$/.test(cutoff) ? Number(cutoff) : null;
}

/**
 * Fills in defaults and checks the result.
 *
 * @param given other keys than those of the settings are left aside
 * @throws TrainingSettingsError listing every problem
 */
export function resolveSettings(
  given: Partial<TrainingSettings & ComputeSettings>,
): TrainingSettings & ComputeSettings {
  const own = Object.entries<unknown>(given).filter(
    ([key, value]) => key in defaultSettings && value !== undefined,
  );
  const settings = { ...defaultSettings, ...(Object.fromEntries(own) as typeof given) };
  const problems: string[] = [];
  const need = (fits: boolean, key: keyof typeof settings, expected: string): void => {
    if (!fits) problems.push(`${key} must be ${expected}, found ${JSON.stringify(settings[key])}`);
  };
  const isCount = (value: unknown, least: number): boolean =>
    Number.isSafeInteger(value) && (value as number) >= least;
  need(Number.isSafeInteger(settings.seed), "seed", "a whole number");
  need(isCount(settings.epochs, 1), "epochs", "a whole number from 1");
  need(isCount(settings.evaluateEvery, 1), "evaluateEvery", "a whole number of epochs from 1");
  const { patience, monitorDecimals: decimals, threads, stepsPerRun, memory, checkpointMinutes } = settings;
  need(patience === null || isCount(patience, 0), "patience", "null or a whole number of evaluations from 0");
  need(isCount(settings.checkpointEvery, 1), "checkpointEvery", "a whole number of epochs from 1");
  need(
    checkpointMinutes === null || (Number.isFinite(checkpointMinutes) && checkpointMinutes > 0),
    "checkpointMinutes",
    "null or a number above 0",
  );
  need(
    decimals === null || (isCount(decimals, 0) && decimals <= 15),
    "monitorDecimals",
    "null or a whole number from 0 to 15",
  );
  need(threads === null || isCount(threads, 1), "threads", "null or a whole number from 1");
  need(stepsPerRun === null || isCount(stepsPerRun, 1), "stepsPerRun", "null or a whole number from 1");
  need(memory === null || isCount(memory, 1), "memory", "null or a whole number of bytes from 1");
  const listsCutoffs = settings.cutoffs.length > 0 && settings.cutoffs.every((cutoff) => isCount(cutoff, 1));
  need(listsCutoffs, "cutoffs", "a list of whole numbers from 1");
  const cutoff = cutoffOf(settings.monitor);
  need(
    cutoff !== null || settings.monitor === "AUC",
    "monitor",
    `AUC, or a metric and a cutoff such as Recall@20 (metrics: ${metricNames.join(", ")})`,
  );
  need(["valid", "test"].includes(settings.selectOn), "selectOn", '"valid" or "test"');
  need(["targets", "hits"].includes(settings.ndcgIdeal), "ndcgIdeal", '"targets" or "hits"');
  need(isDeviceRequest(settings.device), "device", `one of ${deviceForms.join(", ")}`);
  if (problems.length > 0) throw new TrainingSettingsError(problems);
  const cutoffs = [...new Set([...settings.cutoffs, ...(cutoff === null ? [] : [cutoff])])].sort(
    (left, right) => left - right,
  );
  return { ...settings, cutoffs };
}
