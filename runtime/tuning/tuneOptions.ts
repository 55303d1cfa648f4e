import { availableParallelism } from "node:os";
import { usableMemory } from "../environment/freeMemory.js";
import type { Manifest } from "../artifacts/manifest.js";
import type { TrainingEvent } from "../training/trainingEvent.js";
import {
  resolveSettings,
  TrainingSettingsError,
  type ComputeSettings,
  type TrainingSettings,
} from "../training/trainingOptions.js";
import type { MethodName } from "./searchMethod.js";
import type { Point, SearchSpace } from "./searchSpace.js";
import type { TrialRecord } from "./trialRecord.js";

/** A compiled model, as `buildArtifacts` of mmkit/build returns it. */
export interface CompiledModel {
  readonly manifest: Manifest;
  /** Bytes by path below the artifact folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What a search tells while it goes on; trials are counted from 1. */
export type TuningEvent =
  /** `finished` trials were there already. */
  | { readonly kind: "started"; readonly trials: number; readonly finished: number }
  | {
      readonly kind: "trial";
      readonly trial: number;
      readonly hyperparameters: Point;
      /** It was interrupted before and goes on. */
      readonly isResumed: boolean;
    }
  | { readonly kind: "training"; readonly trial: number; readonly event: TrainingEvent }
  | { readonly kind: "ended"; readonly record: TrialRecord; readonly isBest: boolean };

export interface TuneOptions {
  /** Compiles the model with hyper-parameters: those of `hyperparameters` and those of the trial. */
  readonly build: (hyperparameters: Point) => CompiledModel;
  readonly space: SearchSpace;
  /** Hyper-parameters that all trials share. */
  readonly hyperparameters?: Point;
  readonly method: MethodName;
  /** Most trials; by default all of a grid and 20 of the other methods. */
  readonly trials?: number;
  /** TPE proposes a trial knowing all but the last `ahead - 1` ones, and at most so many run at once (4). */
  readonly ahead?: number;
  /** How every trial is trained; the seed also decides the proposals. The split is always validation. */
  readonly training?: Partial<TrainingSettings & ComputeSettings>;
  /** Dataset folder. */
  readonly dataset: string;
  /** Study folder, made if it is missing. */
  readonly out: string;
  /**
   * Trials that run at once (1), each with its share of the memory (`training.memory` is for all of them) and of the
   * cores, unless `training.threads` says otherwise.
   */
  readonly parallel?: number;
  /** Continue the study in the folder. */
  readonly resume?: boolean;
  /** Replace a study in the folder. */
  readonly force?: boolean;
  readonly onProgress?: (event: TuningEvent) => void;
  /** Interrupts all trials; their last complete epochs are saved. */
  readonly signal?: AbortSignal;
}

/** Options of a search that make no sense; all problems at once. */
export class TuningOptionsError extends Error {
  override readonly name = "TuningOptionsError";

  constructor(readonly problems: readonly string[]) {
    super(`The search has ${problems.length} problem(s):\n  ${problems.join("\n  ")}`);
  }
}

export const DEFAULT_AHEAD = 4;
const DEFAULT_TRIALS = 20;

export interface ResolvedTuning {
  readonly settings: TrainingSettings & ComputeSettings;
  /** Null for all that the method proposes. */
  readonly trials: number | null;
  readonly ahead: number;
  readonly parallel: number;
}

/** Bytes for each of the trials that run at once; on a CPU, without a limit, of what is free now. */
function memoryShare({ memory, device }: ComputeSettings, parallel: number): number | null {
  const whole = memory ?? (device === "cpu" && parallel > 1 ? usableMemory() : null);
  return whole === null ? null : Math.floor(whole / parallel);
}

/** @throws TuningOptionsError listing every problem, those of the training settings included */
export function resolveTuning(options: TuneOptions, cores = availableParallelism()): ResolvedTuning {
  const { method, ahead = DEFAULT_AHEAD, parallel = 1, training = {} } = options;
  const trials = options.trials ?? (method === "grid" ? null : DEFAULT_TRIALS);
  const problems: string[] = [];
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
  if (trials !== null && !isCount(trials))
    problems.push(`trials must be a whole number from 1, found ${trials}`);
  if (!isCount(ahead)) problems.push(`ahead must be a whole number from 1, found ${ahead}`);
  if (!isCount(parallel)) {
    problems.push(`parallel must be a whole number from 1, found ${parallel}`);
  } else if (parallel > cores) {
    problems.push(`parallel is ${parallel}, but the machine has ${cores} cores`);
  } else if (method === "tpe" && parallel > ahead) {
    problems.push(`parallel is ${parallel}, but TPE runs at most ahead = ${ahead} trials at once`);
  }
  if (training.selectOn === "test") {
    problems.push("selectOn is test, but a search chooses on validation only");
  }
  const shared = Object.keys(options.hyperparameters ?? {}).filter((name) => name in options.space);
  for (const name of shared) problems.push(`${name} is both searched and set`);
  const threads = training.threads ?? (parallel > 1 ? Math.max(1, Math.floor(cores / parallel)) : null);
  try {
    const settings = resolveSettings({ ...training, threads, selectOn: "valid" });
    const memory = memoryShare(settings, parallel);
    if (problems.length === 0) return { settings: { ...settings, memory }, trials, ahead, parallel };
  } catch (error) {
    if (!(error instanceof TrainingSettingsError)) throw error;
    problems.push(...error.problems);
  }
  throw new TuningOptionsError(problems);
}
