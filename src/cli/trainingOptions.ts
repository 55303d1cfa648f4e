import { protocolNames } from "../../runtime/training/protocols.js";
import { parseByteSize } from "../../runtime/artifacts/byteSize.js";
import {
  defaultSettings,
  type ComputeSettings,
  type TrainingSettings,
} from "../../runtime/training/trainingOptions.js";
import { deviceOption, deviceRequest } from "./deviceOption.js";
import { UsageError } from "./usageError.js";

const { epochs, patience, evaluateEvery, seed, monitor, monitorDecimals, cutoffs } = defaultSettings;
const { checkpointEvery, checkpointMinutes } = defaultSettings;

/** Options of `mmkit train` that say how to train. None has a default of yargs, so that what is given is known. */
export const trainingOptions = {
  epochs: { type: "number", describe: `Most epochs (${epochs})` },
  protocol: {
    type: "string",
    choices: protocolNames,
    describe: "Evaluate and select as this line of papers does; options below go before it (mmrec)",
  },
  patience: {
    type: "string",
    describe: `Evaluations in a row that may fail to improve before training stops, or none (${patience})`,
  },
  "evaluate-every": { type: "number", describe: `Epochs between evaluations (${evaluateEvery})` },
  monitor: { type: "string", describe: `Metric that chooses the best epoch (${monitor})` },
  "monitor-decimals": {
    type: "string",
    describe: `Decimals of that metric that are compared, or none for all (${monitorDecimals})`,
  },
  "select-on": {
    type: "string",
    choices: ["valid", "test"],
    describe: "Split that chooses the best epoch; test makes the result optimistic (valid)",
  },
  cutoffs: { type: "string", describe: `Lengths of lists to measure (${cutoffs.join(",")})` },
  "ndcg-ideal": {
    type: "string",
    choices: ["targets", "hits"],
    describe: "Best list that NDCG compares with: of the user's targets, or of the hits (targets)",
  },
  "mask-validation-at-test": {
    type: "boolean",
    describe: "Leave validation items out of the candidates when testing (no)",
  },
  seed: { type: "number", describe: `Decides everything that is random (${seed})` },
  device: deviceOption,
  threads: { type: "number", describe: "Threads within an operation (onnxruntime's choice)" },
  memory: {
    type: "string",
    describe: "Memory that may be used, such as 4GB, or none for no limit (what is free)",
  },
  "steps-per-run": { type: "number", describe: "Most optimizer steps in one run (the device's choice)" },
  "checkpoint-every": { type: "number", describe: `Epochs between checkpoints (${checkpointEvery})` },
  "checkpoint-minutes": {
    type: "string",
    describe: `Minutes after which a checkpoint is saved besides, also within an epoch, or none (${checkpointMinutes})`,
  },
} as const;

type Values = Readonly<Partial<Record<keyof typeof trainingOptions, string | number | boolean | undefined>>>;

/**
 * The settings that were given, without what a protocol decides.
 *
 * @throws UsageError for cutoffs, decimals or a patience that are no numbers
 */
export function givenTraining(given: Values): Partial<TrainingSettings & ComputeSettings> {
  const settings = {
    epochs: given.epochs,
    patience: numberOrNone("patience", given.patience),
    evaluateEvery: given["evaluate-every"],
    monitor: given.monitor,
    monitorDecimals: numberOrNone("monitor-decimals", given["monitor-decimals"]),
    selectOn: given["select-on"],
    cutoffs: cutoffList(given.cutoffs),
    ndcgIdeal: given["ndcg-ideal"],
    maskValidationAtTest: given["mask-validation-at-test"],
    seed: given.seed,
    device: given.device === undefined ? undefined : deviceRequest(String(given.device)),
    threads: given.threads,
    stepsPerRun: given["steps-per-run"],
    memory: memoryBytes(given.memory),
    checkpointEvery: given["checkpoint-every"],
    checkpointMinutes: minutes(given["checkpoint-minutes"]),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Whether the number is a sensible one is checked with all other settings. */
function numberOrNone(
  option: "patience" | "monitor-decimals",
  text: Values[keyof Values],
): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === "none") return null;
  if (/^-?\d+(\.\d+)?$/.test(String(text))) return Number(text);
  throw new UsageError(
    `--${option} takes a whole number or none, found "${text}"`,
    `The default is ${option === "patience" ? patience : monitorDecimals}.`,
  );
}

function minutes(text: Values[keyof Values]): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === "none") return null;
  if (Number(text) > 0) return Number(text);
  throw new UsageError(
    `--checkpoint-minutes takes a number above 0 or none, found "${text}"`,
    `The default is ${checkpointMinutes}.`,
  );
}

/** Bytes; for `none` more than there is. @throws UsageError for what is no size */
export function memoryBytes(text: Values[keyof Values]): number | undefined {
  if (text === undefined) return undefined;
  if (text === "none") return Number.MAX_SAFE_INTEGER;
  const bytes = parseByteSize(String(text));
  if (bytes !== undefined) return bytes;
  throw new UsageError(
    `--memory takes a size such as 4GB or 512MiB, or none, found "${text}"`,
    "By default a run may take what is free.",
  );
}

/** @throws UsageError unless it is whole numbers with commas between */
export function cutoffList(text: Values[keyof Values]): readonly number[] | undefined {
  if (text === undefined) return undefined;
  const parts = String(text).split(",");
  if (parts.every((part) => /^\d+$/.test(part))) return parts.map(Number);
  throw new UsageError(
    `--cutoffs takes whole numbers with commas between, found "${text}"`,
    "Write for instance --cutoffs 10,20.",
  );
}
