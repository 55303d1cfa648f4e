import type { Hyperparameters, Values } from "./hyperparameters.js";

/** One row of an ablation table. */
export interface AblationRow<H extends Hyperparameters = Hyperparameters> {
  /** As the paper calls it. */
  readonly name: string;
  /** What differs from the settings that all rows share. */
  readonly settings: Partial<Values<H>>;
}

/** A row for each modality that the settings have, without it; where there is only one, none. */
export interface WithoutEachModality {
  /** What the rows' names begin with, `w/o` for instance. */
  readonly withoutEachModality: string;
}

/** Rows that are compared with a model that has everything. */
export interface AblationGroup<H extends Hyperparameters = Hyperparameters> {
  readonly full: AblationRow<H>;
  readonly rows: readonly (AblationRow<H> | WithoutEachModality)[];
}

/** An ablation table of a paper, or one that it lacks, as data. */
export interface AblationTable<H extends Hyperparameters = Hyperparameters> {
  /** As the paper numbers it, such as `III`; a word where the paper does not have it. */
  readonly table: string;
  /** One line: what it takes away. */
  readonly title: string;
  /** The paper's columns, such as `Recall@20`. */
  readonly metrics: readonly string[];
  readonly groups: readonly AblationGroup<H>[];
}
