import type { Correction } from "../ranking/multipleComparisons.js";
import type { ComputeSettings, TrainingSettings } from "../training/trainingOptions.js";
import type { TrainingEvent } from "../training/trainingEvent.js";
import type { Point } from "../tuning/searchSpace.js";
import type { CompiledModel } from "../tuning/tuneOptions.js";
import type { AblationRecord } from "./ablationRecord.js";

/** One row of a table. */
export interface AblationRow {
  /** As the table calls it. */
  readonly name: string;
  /** Its variant; rows of different tables, or tables' names for the same, may share one. */
  readonly variant: string;
}

/** Rows that are compared with the first of them. */
export interface AblationGroup {
  readonly full: AblationRow;
  readonly rows: readonly AblationRow[];
}

export interface AblationTable {
  readonly table: string;
  readonly title: string;
  /** Columns; Recall and NDCG at all cutoffs if empty. */
  readonly metrics: readonly string[];
  readonly groups: readonly AblationGroup[];
}

/** What an ablation tells while it goes on; runs are counted from 1. */
export type AblationEvent =
  /** `finished` runs were there already. */
  | { readonly kind: "started"; readonly runs: number; readonly finished: number }
  | {
      readonly kind: "run";
      readonly run: number;
      readonly variant: string;
      readonly seed: number;
      /** It was interrupted before and goes on. */
      readonly isResumed: boolean;
    }
  | { readonly kind: "training"; readonly run: number; readonly event: TrainingEvent }
  | { readonly kind: "ended"; readonly run: number; readonly record: AblationRecord };

export interface AblationOptions {
  /** Compiles the model with hyper-parameters: those of the variant and those that all share. */
  readonly build: (hyperparameters: Point) => CompiledModel;
  /** Hyper-parameters that all variants share. */
  readonly hyperparameters: Point;
  /** What is not the model's default of each variant, the shared ones included, by the name of its folder. */
  readonly variants: ReadonlyMap<string, Point>;
  readonly tables: readonly AblationTable[];
  readonly seeds: readonly number[];
  /** How every run is trained. */
  readonly training?: Partial<Omit<TrainingSettings, "seed"> & ComputeSettings>;
  /** Dataset folder. */
  readonly dataset: string;
  /** Folder of the ablation, made if it is missing. */
  readonly out: string;
  /** Columns of all tables, instead of their own. */
  readonly metrics?: readonly string[];
  readonly correction?: Correction;
  /** Continue the ablation in the folder. */
  readonly resume?: boolean;
  /** Replace an ablation in the folder. */
  readonly force?: boolean;
  readonly onProgress?: (event: AblationEvent) => void;
  /** Interrupts the run that goes on; its last complete epoch is saved. */
  readonly signal?: AbortSignal;
}

/** Options of an ablation that make no sense; all problems at once. */
export class AblationOptionsError extends Error {
  override readonly name = "AblationOptionsError";

  constructor(readonly problems: readonly string[]) {
    super(`The ablation has ${problems.length} problem(s):\n  ${problems.join("\n  ")}`);
  }
}
